package ambit.core;

import ambit.authority.Delegation;
import ambit.authority.Grant;
import ambit.authority.Request;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.Signed;
import ambit.wire.Blob;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.security.GeneralSecurityException;
import java.util.List;

/** A chain from nothing but its bytes: each block verified, parsed, linked to the one above and made ready to decide. */
public final class ColdChain {
    private ColdChain() {}

    /** Signed bytes and the raw public key whose signature they must have. */
    public record Link(Blob signer, Blob bytes) {}

    /** Throws where a link does not hold. */
    public static void verify(Link grant, Link request, List<Link> delegations) throws GeneralSecurityException {
        try {
            Grant granted = Grant.parse(payload(Domain.GRANT, grant));
            if (!granted.holder().equals(request.signer())) {
                throw new GeneralSecurityException("the request is not its holder's");
            }
            Blob above = request.bytes().sha256();
            Request requested = Request.parse(payload(Domain.REQUEST, request));
            Chain chain = Chain.of(grant.bytes().sha256(), granted, above, requested);
            for (Link link : delegations) {
                Delegation delegation = Delegation.parse(payload(Domain.DELEGATION, link));
                if (!delegation.parent().equals(above)) {
                    throw new GeneralSecurityException("a delegation of another chain");
                }
                above = link.bytes().sha256();
                chain = chain.below(above, delegation);
            }
        } catch (MalformedException | BadSignature | Refused e) {
            throw new GeneralSecurityException("a chain that must hold does not", e);
        }
    }

    private static Blob payload(Domain domain, Link link) throws MalformedException, BadSignature {
        return Signed.verify(domain, link.signer(), link.bytes());
    }
}
