package ambit.attacks.hostile;

import static ambit.attacks.hostile.Defences.ADMISSION;
import static ambit.attacks.hostile.Defences.PROCESS;
import static ambit.attacks.hostile.Defences.core;
import static ambit.attacks.hostile.Defences.signatures;

import ambit.attacks.hostile.Plan.Papers;
import ambit.attacks.hostile.Weakness.Part;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Cose;
import ambit.wire.Denial;
import java.io.IOException;
import java.util.List;

/** Authority out of nothing. */
final class Minting {
    private static final int PARENT = 1;
    private static final int CAPS = 8;
    private static final int USES = 5;

    private Minting() {}

    static Group group() {
        return new Group(
                "Minting",
                List.of(
                        Attack.of(
                                "Sign a grant with a key of one's own",
                                Denial.UNKNOWN_TENANT,
                                core(ADMISSION, "verifiedGrant", "UNKNOWN_TENANT"),
                                Minting::ownGrant),
                        Attack.of(
                                "Have another tenant sign a grant in this one's name",
                                Denial.UNKNOWN_TENANT,
                                core(ADMISSION, "verifiedGrant", "UNKNOWN_TENANT"),
                                from -> Result.of(from.ask(from.plan()
                                        .issuer(from.honest().signer(Honest.RIVAL))
                                        .papers()
                                        .admit()))),
                        Attack.of(
                                "Sign a grant oneself and say that the tenant did",
                                Denial.BAD_SIGNATURE,
                                signatures(Part.CORE),
                                from -> Result.of(from.ask(from.plan()
                                        .issuer(Signer.pretending(from.honest().key(Honest.TENANT)))
                                        .papers()
                                        .admit()))),
                        Attack.of(
                                "Raise the count in a grant and keep the signatures of grant and request",
                                Denial.BAD_SIGNATURE,
                                signatures(Part.CORE),
                                Minting::raised),
                        Attack.of(
                                "Sign a request with a key of one's own",
                                Denial.BAD_SIGNATURE,
                                signatures(Part.CORE),
                                from -> Result.of(from.ask(from.plan()
                                        .requester(Signer.attacker())
                                        .papers()
                                        .admit()))),
                        Attack.of(
                                "Sign a request oneself and say that the principal did",
                                Denial.BAD_SIGNATURE,
                                signatures(Part.CORE),
                                from -> Result.of(from.ask(from.plan()
                                        .requester(
                                                Signer.pretending(from.honest().key("alice")))
                                        .papers()
                                        .admit()))),
                        Attack.of(
                                "Have one principal sign a request over another's grant",
                                Denial.BAD_SIGNATURE,
                                signatures(Part.CORE),
                                from -> Result.of(from.ask(from.plan()
                                        .requester(from.honest().signer("bob"))
                                        .papers()
                                        .admit()))),
                        Attack.of(
                                "Have a grant made out to the key for which every signature holds",
                                Denial.MALFORMED,
                                List.of(
                                        Weakness.passing(
                                                Part.CORE, "ambit.authority.signing.PublicKeys", "requireSound"),
                                        Weakness.passing(
                                                Part.CORE, "ambit.authority.signing.PublicKeys", "requireCanonical")),
                                from -> Result.of(from.ask(from.plan()
                                        .holder(Signer.identity())
                                        .papers()
                                        .admit()))),
                        Attack.of(
                                "Register a tenant of one's own through the broker's socket",
                                Result.CLOSED.answer(),
                                List.of(Weakness.instead(Part.CORE, PROCESS, "broker", "admin")),
                                Minting::ownTenant)));
    }

    private static Result ownGrant(Position from) throws IOException {
        Signer own = Signer.attacker();
        return Result.of(from.ask(from.plan().issuer(own).holder(own).papers().admit()));
    }

    private static Result raised(Position from) throws IOException {
        Papers honest = from.plan().uses(1).papers();
        Blob payload = Cose.parse(honest.grant()).payload();
        Blob grant = Signer.stolen(honest.grant(), Tamper.set(payload, Cbor.of(1000), CAPS, Plan.MODEL, USES));
        return Result.of(from.ask(relinked(honest, grant).admit()));
    }

    /** The request, made to continue another grant, with the signature that it had. */
    static Papers relinked(Papers honest, Blob grant) throws IOException {
        Blob payload = Cose.parse(honest.request()).payload();
        Blob request = Signer.stolen(honest.request(), Tamper.set(payload, Cbor.of(grant.sha256()), PARENT));
        return new Papers(grant, request, honest.spec());
    }

    private static Result ownTenant(Position from) throws IOException {
        try (Line line = from.core()) {
            Signer own = Signer.attacker();
            Cbor answer = line.ask(new AdminToCore.Register("mine", own.key()).toCbor());
            return Result.success("the core answered " + answer);
        } catch (IOException e) {
            return Result.CLOSED;
        }
    }
}
