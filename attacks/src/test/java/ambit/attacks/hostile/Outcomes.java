package ambit.attacks.hostile;

import ambit.attacks.hostile.Weakness.Part;
import ambit.authority.Permit;
import ambit.authority.Receipt;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToDriver;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.DriverToCore;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What came of a call, invented. */
final class Outcomes {
    private Outcomes() {}

    static Group group() {
        return new Group(
                "Forged outcomes",
                List.of(
                        Attack.of(
                                "Pose as the drivers on the broker's socket, to hand in receipts",
                                Result.CLOSED.answer(),
                                List.of(Weakness.instead(Part.CORE, Defences.PROCESS, "broker", "driver")),
                                from -> {
                                    try (Line line = from.core()) {
                                        Cbor answer = line.ask(hello(SigningKey.generate()));
                                        return Result.success("the core answered " + answer);
                                    } catch (IOException e) {
                                        return Result.CLOSED;
                                    }
                                }),
                        Attack.of(
                                "Hand in a driver's receipt through the drivers' socket",
                                Result.OUT_OF_REACH.answer(),
                                List.of(),
                                from -> {
                                    try (Line line =
                                            Line.to(Path.of(from.targets().runtime(), "core-drivers/core.sock"))) {
                                        return receipt(from, line);
                                    } catch (IOException e) {
                                        return Result.OUT_OF_REACH;
                                    }
                                }),
                        Attack.of(
                                "Enter something into the log for a transaction that has ended",
                                Denial.CONTEXT_ENDED,
                                Defences.all(
                                        Defences.core(Defences.STATE, "alive", "CONTEXT_ENDED"),
                                        List.of(Weakness.nothing(Part.CORE, Defences.ENDING, "forget"))),
                                from -> {
                                    Admitted context = from.begin(from.plan());
                                    from.end(context, ambit.wire.End.SUCCESS);
                                    return Result.of(from.ask(new BrokerToCore.LogEvent(
                                            context.context(), Plan.utf8("{\"paid\":true}"))));
                                }),
                        Attack.of(
                                "Enter something into the log that is not JSON",
                                Denial.MALFORMED,
                                Defences.core("ambit.wire.JsonParser", "document", "text after the JSON document"),
                                from -> {
                                    Admitted context = from.begin(from.plan());
                                    CoreToBroker answer =
                                            from.ask(new BrokerToCore.LogEvent(context.context(), Plan.utf8("{}\n{}")));
                                    return Result.of(answer);
                                })));
    }

    private static Cbor hello(SigningKey key) {
        List<String> drivers = List.of("openai", "mcp", "memory");
        return new DriverToCore.Hello(DriverToCore.Hello.RECEIPTS, key.publicKey(), drivers).toCbor();
    }

    /** As a driver does it, with a key that nobody knows. */
    private static Result receipt(Position from, Line line) throws IOException {
        SigningKey own = SigningKey.generate();
        Blob params = Position.talk("paid");
        Permit permit = Position.payload(from.permit(from.begin(from.plan()), params));
        Receipt receipt = Plan.receipt(permit, Plan.utf8("it was paid").sha256());
        Blob signed = Signed.sign(Domain.RECEIPT, own, receipt.toBlob());
        try {
            line.ask(hello(own));
            Cbor answer = line.ask(new DriverToCore.Outcome(signed).toCbor());
            return CoreToDriver.fromCbor(answer) instanceof CoreToDriver.Recorded
                    ? Result.success("the core recorded it and made a proof")
                    : Result.failed("refused");
        } catch (MalformedException e) {
            throw e;
        } catch (IOException e) {
            return Result.CLOSED;
        }
    }
}
