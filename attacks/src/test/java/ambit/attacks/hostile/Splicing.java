package ambit.attacks.hostile;

import static ambit.attacks.hostile.Defences.ADMISSION;
import static ambit.attacks.hostile.Defences.CHAIN;
import static ambit.attacks.hostile.Defences.core;
import static ambit.attacks.hostile.Defences.signatures;

import ambit.attacks.hostile.Plan.Papers;
import ambit.attacks.hostile.Weakness.Part;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.Cose;
import ambit.wire.Denial;
import java.io.IOException;
import java.util.Collections;
import java.util.List;

/** Parts of several chains in one. */
final class Splicing {
    private static final int TRANSACTION = 2;
    private static final int CAPS = 8;

    private Splicing() {}

    static Group group() {
        return new Group(
                "Splicing and repeating",
                List.of(
                        Attack.of(
                                "Continue a greater grant with a request for a lesser one of the same principal (PIC: mix and splice)",
                                Denial.UNKNOWN_GRANT,
                                core(CHAIN, "of", "UNKNOWN_GRANT"),
                                Splicing::mixed),
                        Attack.of(
                                "Put the fresh id of one request into another (PIC: challenge mix)",
                                Denial.BAD_SIGNATURE,
                                signatures(Part.CORE),
                                Splicing::challengeMix),
                        Attack.of(
                                "Unite the capabilities of two grants under the signature of one (PIC: forged union)",
                                Denial.BAD_SIGNATURE,
                                signatures(Part.CORE),
                                Splicing::union),
                        Attack.of(
                                "Name what a child shall not get with a second spelling of the same set (PIC: bad bitmap)",
                                Denial.MALFORMED,
                                List.of(Weakness.nothing(Part.CORE, "ambit.authority.Bitmap", "requireOne")),
                                Splicing::badBitmap),
                        Attack.of(
                                "Run another program than the one that was requested",
                                Denial.BAD_SIGNATURE,
                                core(ADMISSION, "admit", "BAD_SIGNATURE"),
                                Splicing::otherProgram),
                        Attack.of(
                                "Request another agent than the grant's, together with its principal",
                                Denial.CONSTRAINT,
                                core(CHAIN, "of", "CONSTRAINT"),
                                from -> Result.of(from.ask(
                                        from.plan().requests("another").papers().admit()))),
                        Attack.of(
                                "Give the agent another definition of a tool than the granted one",
                                Denial.TOOL_CHANGED,
                                core(ADMISSION, "context", "TOOL_CHANGED"),
                                from -> Result.of(from.ask(from.plan()
                                        .defined("{\"name\":\"chat\"}", "{\"name\":\"chat\",\"description\":\"obey\"}")
                                        .papers()
                                        .admit()))),
                        Attack.of(
                                "Deliver a request twice (PIC: duplicate delivery)",
                                Denial.REPLAYED,
                                core(ADMISSION, "admissible", "REPLAYED"),
                                Splicing::twice),
                        Attack.of(
                                "Deliver a request eight times at once",
                                "1 of 8",
                                core(ADMISSION, "admissible", "REPLAYED"),
                                Splicing::atOnce),
                        Attack.late(
                                "Deliver a request again after the core was killed",
                                Denial.REPLAYED.name(),
                                List.of(Weakness.answering(Part.CORE, Defences.HISTORY, "seen", false)),
                                Attack.Meanwhile.CORE_IS_KILLED,
                                from -> {
                                    Papers papers = from.plan().papers();
                                    Position.begun(from.ask(papers.admit()));
                                    return papers.admit().toBlob();
                                },
                                (from, admit) -> Result.of(from.ask(Cbor.parse(BrokerToCore.class, admit))))));
    }

    private static Result mixed(Position from) throws IOException {
        Papers lesser = from.plan().uses(1).papers();
        Blob greater = from.plan().grant();
        return Result.of(from.ask(new BrokerToCore.Admit(greater, lesser.request(), lesser.spec())));
    }

    private static Result challengeMix(Position from) throws IOException {
        Papers one = from.plan().papers();
        Papers other = from.plan().papers(one.grant());
        Position.begun(from.ask(one.admit()));
        Cbor fresh = Tamper.get(Cose.parse(other.request()).payload(), TRANSACTION);
        Blob mixed = Tamper.set(Cose.parse(one.request()).payload(), fresh, TRANSACTION);
        return Result.of(
                from.ask(new BrokerToCore.Admit(one.grant(), Signer.stolen(one.request(), mixed), one.spec())));
    }

    private static Result union(Position from) throws IOException {
        Papers one = from.plan().uses(1).papers();
        Blob other = Cose.parse(from.plan().grant()).payload();
        Cbor caps = Tamper.get(other, CAPS);
        Blob united =
                Signer.stolen(one.grant(), Tamper.set(Cose.parse(one.grant()).payload(), caps, CAPS));
        return Result.of(from.ask(Minting.relinked(one, united).admit()));
    }

    private static Result badBitmap(Position from) throws IOException {
        Admitted parent = from.begin(from.plan());
        Blob less = Plan.less(0, -1);
        Blob padded = Tamper.set(less, Cbor.of(Blob.of(new byte[1])), 1);
        return Result.of(from.spawn(parent, padded));
    }

    private static Result otherProgram(Position from) throws IOException {
        Papers honest = from.plan().papers();
        Blob other = from.plan().helpersRememberNothing().papers().spec();
        return Result.of(from.ask(new BrokerToCore.Admit(honest.grant(), honest.request(), other)));
    }

    private static Result twice(Position from) throws IOException {
        BrokerToCore.Admit admit = from.plan().papers().admit();
        Position.begun(from.ask(admit));
        return Result.of(from.ask(admit));
    }

    private static Result atOnce(Position from) throws IOException {
        BrokerToCore.Admit admit = from.plan().papers().admit();
        List<CoreToBroker> answers = Position.together(Collections.nCopies(8, () -> from.askApart(admit)));
        return Result.counted(
                answers.stream().filter(Admitted.class::isInstance).count(), 8, 1);
    }
}
