package ambit.attacks.hostile;

import static ambit.attacks.hostile.Defences.ADMISSION;
import static ambit.attacks.hostile.Defences.BLOCK;
import static ambit.attacks.hostile.Defences.STATE;
import static ambit.attacks.hostile.Defences.all;
import static ambit.attacks.hostile.Defences.core;

import ambit.attacks.hostile.Attack.Meanwhile;
import ambit.attacks.hostile.Weakness.Part;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Ended;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.Syscall;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Authority before or after its time. */
final class Time {
    private static final long LOOK_AGAIN_NANOS = 20_000_000;

    /** By so much the core's clock and the machine's may differ. */
    private static final long CLOSE_MS = 20;

    private static final List<Weakness> TIME =
            all(core(STATE, "alive", "EXPIRED"), List.of(Weakness.answering(Part.CORE, BLOCK, "atTime", 0)));

    private Time() {}

    static Group group() {
        return new Group(
                "Depth and time",
                List.of(
                        Attack.of(
                                "Use a grant that has expired",
                                Denial.EXPIRED,
                                all(core(ADMISSION, "admissible", "EXPIRED"), TIME),
                                from -> begin(from, from.plan().granted(-60, -5))),
                        Attack.of(
                                "Use a request that has expired",
                                Denial.EXPIRED,
                                all(core(ADMISSION, "admissible", "EXPIRED"), TIME),
                                from -> begin(from, from.plan().requested(-60, -5))),
                        Attack.of(
                                "Hold a request back for ten minutes",
                                Denial.EXPIRED,
                                core(ADMISSION, "admissible", "EXPIRED"),
                                from -> begin(from, from.plan().requested(-600, 600))),
                        Attack.of(
                                "Use a grant before its time",
                                Denial.NOT_YET_VALID,
                                all(core(ADMISSION, "admissible", "NOT_YET_VALID"), TIME),
                                from -> begin(from, from.plan().granted(60, 3600))),
                        Attack.of(
                                "Have a request dated ahead, to keep it for later",
                                Denial.NOT_YET_VALID,
                                core(ADMISSION, "admissible", "NOT_YET_VALID"),
                                from -> begin(from, from.plan().requested(600, 1200))),
                        Attack.of("Go on calling after the transaction has expired", Denial.EXPIRED, TIME, from -> {
                            Admitted context = expired(from);
                            return Result.of(from.call(context, "model.chat", Position.talk("x")));
                        }),
                        Attack.of("Begin a child after the transaction has expired", Denial.EXPIRED, TIME, from -> {
                            Admitted context = expired(from);
                            return Result.of(from.spawn(context, Blob.EMPTY));
                        }),
                        Attack.of("Have a child outlive its parent's time", Denial.EXPIRED, TIME, from -> {
                            Admitted parent = from.begin(from.plan().requested(0, 2));
                            Admitted child = Position.begun(from.spawn(parent, Blob.EMPTY));
                            await(child);
                            return Result.of(from.call(child, "model.chat", Position.talk("x")));
                        }),
                        Attack.of(
                                "Commit after the transaction has expired",
                                "nothing is kept",
                                List.of(Weakness.constant(
                                        Part.CORE, Defences.ENDING, "mayCommit", "ambit.wire.End", "SUCCESS")),
                                Time::commit),
                        Attack.late(
                                "Keep a permit until it has expired",
                                Denial.EXPIRED.name(),
                                Defences.drivers("ambit.drivers.PermitCheck", "check", "EXPIRED"),
                                Meanwhile.PERMITS_EXPIRE,
                                from -> {
                                    Blob params = Position.talk("late");
                                    Permitted permitted = from.permit(from.begin(from.plan()), params);
                                    return Blob.of(Cbor.encode(Cbor.array(permitted.permit(), params)));
                                },
                                (from, kept) -> Result.of(from.execute(bytes(kept, 0), bytes(kept, 1))))));
    }

    static Blob bytes(Blob list, int index) throws IOException {
        return Tamper.get(list, index) instanceof Cbor.Bytes(Blob value) ? value : Blob.EMPTY;
    }

    private static Result begin(Position from, Plan plan) throws IOException {
        return Result.of(from.ask(plan.papers().admit()));
    }

    private static Admitted expired(Position from) throws IOException {
        Admitted context = from.begin(from.plan().requested(0, 2));
        await(context);
        return context;
    }

    private static void await(Admitted context) {
        awaitClock(context.expiresAtMs());
    }

    /** Until the machine's clock says that this time is over. */
    static void awaitClock(long ms) {
        while (System.currentTimeMillis() <= ms + CLOSE_MS) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private static Result commit(Position from) throws IOException {
        Admitted context = from.begin(from.plan().requested(0, 3));
        from.remember(context, Syscall.MEMORY_WRITE, "{\"key\":\"a\",\"value\":1}");
        await(context);
        return kept((Ended) from.end(context, End.SUCCESS));
    }

    static Result kept(Ended ended) {
        return ended.verdicts().stream().anyMatch(each -> each.committed())
                ? Result.success("it was committed")
                : Result.failed("nothing is kept");
    }
}
