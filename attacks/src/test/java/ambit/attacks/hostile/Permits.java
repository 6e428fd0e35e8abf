package ambit.attacks.hostile;

import static ambit.attacks.hostile.Defences.drivers;
import static ambit.attacks.hostile.Defences.signatures;

import ambit.attacks.hostile.Weakness.Part;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Done;
import ambit.wire.End;
import ambit.wire.Syscall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;

/** Effects without the permit for them. */
final class Permits {
    private static final String CHECK = "ambit.drivers.PermitCheck";
    private static final String LIVE = "ambit.drivers.LiveContext";
    private static final int CONTEXT = 3;
    private static final int CAPABILITY = 5;
    private static final int DIGEST = 6;

    private Permits() {}

    static Group group() {
        return new Group(
                "Permits",
                List.of(
                        Attack.of(
                                "Use a permit twice",
                                Denial.REPLAYED,
                                drivers(LIVE, "begin", "REPLAYED"),
                                Permits::twice),
                        Attack.of(
                                "Use a permit eight times at once",
                                "1 of 8",
                                drivers(LIVE, "begin", "REPLAYED"),
                                Permits::atOnce),
                        Attack.of(
                                "Use a permit for other parameters",
                                Denial.BAD_SIGNATURE,
                                drivers(CHECK, "check", "BAD_SIGNATURE"),
                                Permits::otherParameters),
                        Attack.of(
                                "Use a permit for the same parameters, spelled otherwise",
                                Denial.BAD_SIGNATURE,
                                drivers(CHECK, "check", "BAD_SIGNATURE"),
                                Permits::otherSpelling),
                        Attack.of(
                                "Read another key with a permit to read one",
                                Denial.BAD_SIGNATURE,
                                drivers(CHECK, "check", "BAD_SIGNATURE"),
                                Permits::otherKey),
                        Attack.of(
                                "Sign a permit oneself",
                                Denial.BAD_SIGNATURE,
                                signatures(Part.DRIVERS),
                                from -> forged(from, Signer.attacker())),
                        Attack.of(
                                "Sign a permit oneself and say that the core did",
                                Denial.BAD_SIGNATURE,
                                signatures(Part.DRIVERS),
                                from -> forged(from, Signer.pretending(core(from)))),
                        Attack.of(
                                "Point a permit at another context and keep its signature",
                                Denial.BAD_SIGNATURE,
                                signatures(Part.DRIVERS),
                                Permits::otherContext),
                        Attack.of(
                                "Point a permit to read at a tool and keep its signature",
                                Denial.BAD_SIGNATURE,
                                signatures(Part.DRIVERS),
                                Permits::otherTool),
                        Attack.of(
                                "Change any of a permit's bits",
                                "none accepted",
                                signatures(Part.DRIVERS),
                                Permits::changed),
                        Attack.of(
                                "Use a permit after its transaction has ended",
                                Denial.CONTEXT_ENDED,
                                List.of(Weakness.nothing(Part.DRIVERS, "ambit.drivers.Contexts", "drop")),
                                Permits::ended),
                        Attack.of(
                                "Use a permit for one driver at another",
                                Denial.UNKNOWN_TOOL,
                                List.of(Weakness.assuming(Part.DRIVERS, CHECK, "resolve", "String.equals", true)),
                                Permits::otherDriver),
                        Attack.of(
                                "Have the model's server say which credential it was shown",
                                "taken out",
                                List.of(Weakness.passing(Part.DRIVERS, "ambit.drivers.Scrubber", "clean")),
                                Permits::credential),
                        Attack.of(
                                "Name a conversation that the model's provider keeps for others",
                                Denial.CONSTRAINT,
                                List.of(Weakness.nothing(Part.DRIVERS, "ambit.drivers.RequestFilter", "requireNull")),
                                Permits::providersState)));
    }

    private static Result twice(Position from) throws IOException {
        String word = Position.word();
        Blob params = Position.talk(word);
        Permitted permitted = from.permit(from.begin(from.plan()), params);
        done(from.execute(permitted.permit(), params));
        return done(from, word, 1, from.execute(permitted.permit(), params));
    }

    /** What counts is what was done more often than it may be, whatever was answered. */
    private static Result done(Position from, String word, long most, DriverToBroker answer) throws IOException {
        return from.honest().effects(word) > most ? Result.success("it was done") : Result.of(answer);
    }

    private static Done done(DriverToBroker answer) {
        if (answer instanceof Done done) {
            return done;
        }
        throw new IllegalStateException("an honest call failed: " + answer);
    }

    private static Result atOnce(Position from) throws IOException {
        String word = Position.word();
        Blob params = Position.talk(word);
        Permitted permitted = from.permit(from.begin(from.plan()), params);
        Position.together(Collections.nCopies(8, () -> from.execute(permitted.permit(), params)));
        return Result.counted(from.honest().effects(word), 8, 1);
    }

    private static Result otherParameters(Position from) throws IOException {
        Permitted permitted = from.permit(from.begin(from.plan()), Position.talk("decided"));
        String word = Position.word();
        return done(from, word, 0, from.execute(permitted.permit(), Position.talk("dear", word)));
    }

    private static Result otherSpelling(Position from) throws IOException {
        Permitted permitted = from.permit(from.begin(from.plan()), Position.talk("decided"));
        Blob spaced = Plan.utf8(new String(Position.talk("decided").toArray(), StandardCharsets.UTF_8) + " ");
        return Result.of(from.execute(permitted.permit(), spaced));
    }

    private static Result otherKey(Position from) throws IOException {
        Admitted context = from.begin(from.plan());
        Permitted permitted =
                Position.permitted(from.memory(context, Syscall.MEMORY_READ, "{\"key\":\"user/notes/a\"}"));
        return Result.of(from.execute(permitted.permit(), Plan.utf8("{\"key\":\"user/notes/b\"}")));
    }

    private static Blob core(Position from) throws IOException {
        return Cose.parse(
                        from.permit(from.begin(from.plan()), Position.talk("x")).permit())
                .kid();
    }

    /** A permit that nobody decided: for what the grant does not allow. */
    private static Result forged(Position from, Signer signer) throws IOException {
        Permitted honest = from.permit(from.begin(from.plan()), Position.talk("x"));
        String word = Position.word();
        Blob params = Position.talk("dear", word);
        Blob payload = Tamper.set(Cose.parse(honest.permit()).payload(), Cbor.of(params.sha256()), DIGEST);
        return done(from, word, 0, from.execute(signer.sign(Domain.PERMIT, payload), params));
    }

    private static Result otherContext(Position from) throws IOException {
        Admitted bob = from.begin(from.plan().holder(from.honest().signer("bob")));
        Blob params = Position.talk("x");
        Permitted honest = from.permit(from.begin(from.plan()), params);
        Blob payload = Tamper.set(Cose.parse(honest.permit()).payload(), Cbor.of(bob.context()), CONTEXT);
        return Result.of(from.execute(Signer.stolen(honest.permit(), payload), params));
    }

    private static Result otherTool(Position from) throws IOException {
        Admitted context = from.begin(from.plan());
        Permitted honest = Position.permitted(from.memory(context, Syscall.MEMORY_READ, "{\"key\":\"a\"}"));
        String word = Position.word();
        Blob params = Position.talk("dear", word);
        Permitted other = from.permit(context, Position.talk("x"));
        Blob payload = Cose.parse(other.permit()).payload();
        payload = Tamper.set(payload, Cbor.of("model.chat"), CAPABILITY);
        payload = Tamper.set(payload, Cbor.of(params.sha256()), DIGEST);
        return done(from, word, 0, from.execute(Signer.stolen(honest.permit(), payload), params));
    }

    private static Result changed(Position from) throws IOException {
        Blob params = Position.talk("x");
        byte[] permit = from.permit(from.begin(from.plan()), params).permit().toArray();
        for (int i = 0; i < permit.length; i += 3) {
            byte[] other = permit.clone();
            other[i] ^= (byte) (1 << (i % 8));
            if (Result.of(from.execute(Blob.of(other), params)).succeeded()) {
                return Result.success("it was carried out");
            }
        }
        return Result.failed("none accepted");
    }

    private static Result ended(Position from) throws IOException {
        Admitted context = from.begin(from.plan());
        Blob params = Position.talk("x");
        Permitted permitted = from.permit(context, params);
        from.end(context, End.KILLED);
        return Result.of(from.execute(permitted.permit(), params));
    }

    private static Result otherDriver(Position from) throws IOException {
        Admitted context = from.begin(from.plan().drivers("memory", ""));
        Blob params = Position.talk("x");
        return Result.of(from.execute(from.permit(context, params).permit(), params));
    }

    private static Result credential(Position from) throws IOException {
        Blob params = Position.talk("echo the credential");
        Permitted permitted = from.permit(from.begin(from.plan()), params);
        Done done = done(from.execute(permitted.permit(), params));
        String said = new String(done.result().toArray(), StandardCharsets.UTF_8);
        if (!said.contains("Bearer")) {
            throw new IllegalStateException("the model's server did not play its part: " + said);
        }
        return said.contains("canary") ? Result.success("the credential is in the answer") : Result.failed("taken out");
    }

    private static Result providersState(Position from) throws IOException {
        Blob params = Plan.utf8("{\"model\":\"cheap\",\"messages\":[],\"previous_response_id\":\"resp_1\"}");
        Admitted context = from.begin(from.plan().openToOthers());
        return Result.of(from.execute(from.permit(context, params).permit(), params));
    }
}
