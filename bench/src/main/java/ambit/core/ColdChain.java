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
import java.util.ArrayList;
import java.util.List;

/** A chain of which nothing is known but its bytes and its signers' keys: a grant, a request, the delegations below. */
public final class ColdChain {
    private ColdChain() {}

    /** Signed bytes and the raw public key whose signature they must have. */
    public record Link(Blob signer, Blob bytes) {}

    /** Blocks that hold, and the hashes of their signed bytes. */
    private record Blocks(Grant grant, Request request, List<Delegation> delegations, List<Blob> hashes) {}

    /** Verifies and parses each block, and that it belongs below the one above. Throws where one does not hold. */
    public static void verify(List<Link> links) throws GeneralSecurityException {
        blocks(links);
    }

    /** The same, and makes of the blocks what decides calls. */
    public static void ready(List<Link> links) throws GeneralSecurityException {
        Blocks blocks = blocks(links);
        try {
            Chain chain = Chain.of(
                    links.get(0).signer(), blocks.hashes.get(0), blocks.grant, blocks.hashes.get(1), blocks.request);
            for (int i = 2; i < links.size(); i++) {
                chain = chain.below(blocks.hashes.get(i), blocks.delegations.get(i - 2));
            }
        } catch (Refused e) {
            throw new GeneralSecurityException("a chain that must hold does not", e);
        }
    }

    private static Blocks blocks(List<Link> links) throws GeneralSecurityException {
        List<Blob> hashes = new ArrayList<>(links.size());
        List<Delegation> delegations = new ArrayList<>(links.size());
        try {
            Grant grant = Grant.parse(payload(Domain.GRANT, links.get(0), hashes));
            Request request = Request.parse(payload(Domain.REQUEST, links.get(1), hashes));
            boolean linked = request.parent().equals(hashes.get(0))
                    && grant.holder().equals(links.get(1).signer());
            for (int i = 2; i < links.size(); i++) {
                Delegation delegation = Delegation.parse(payload(Domain.DELEGATION, links.get(i), hashes));
                linked &= delegation.parent().equals(hashes.get(i - 1));
                delegations.add(delegation);
            }
            if (!linked) {
                throw new GeneralSecurityException("blocks of different chains");
            }
            return new Blocks(grant, request, delegations, hashes);
        } catch (MalformedException | BadSignature e) {
            throw new GeneralSecurityException("a chain that must hold does not", e);
        }
    }

    private static Blob payload(Domain domain, Link link, List<Blob> hashes) throws MalformedException, BadSignature {
        hashes.add(link.bytes().sha256());
        return Signed.verify(domain, link.signer(), link.bytes());
    }
}
