package ambit.drivers;

import ambit.authority.Permit;
import ambit.authority.Receipt;
import ambit.drivers.memory.Trust;
import ambit.wire.Blob;
import ambit.wire.BrokerToDriver;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.Limits;
import ambit.wire.Syscall;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * One call from permit to answer: checked, performed, its outcome recorded by the core, then answered. The result digest of the
 * receipt is the SHA-256 of all bytes that the broker gets: the chunks in their order, then the result.
 *
 * <p>Safe for use by several threads.
 */
final class Calls {
    /** Sends one frame to the broker; fails when it is gone. */
    @FunctionalInterface
    interface Replies {
        void send(DriverToBroker reply) throws DriverFailure;
    }

    private final PermitCheck check;
    private final Artifacts artifacts;
    private final Outcomes outcomes;
    private final Bodies bodies;
    private final InstantSource clock;

    Calls(PermitCheck check, Artifacts artifacts, Outcomes outcomes, Bodies bodies, InstantSource clock) {
        this.check = check;
        this.artifacts = artifacts;
        this.outcomes = outcomes;
        this.bodies = bodies;
        this.clock = clock;
    }

    /** Carries out the request; chunks go to {@code replies} on the way, the last reply is returned. */
    DriverToBroker execute(BrokerToDriver.Execute request, Replies replies, Cancellation cancellation) {
        try {
            PermitCheck.Checked checked = check.check(request.permit(), request.params(), cancellation);
            Bodies.Collector result = bodies.result(checked);
            try {
                bodies.parameters(checked);
                note(checked.permit(), checked.call());
                return perform(checked, new Sent(replies, result), cancellation);
            } finally {
                result.drop();
                checked.call().context().finish(cancellation);
            }
        } catch (DriverFailure e) {
            return failed(e, Blob.EMPTY);
        }
    }

    /** Before its answer, of which a part can be seen even if it fails: what the context writes from now on may have come of it. */
    private static void note(Permit permit, Effect.Call call) {
        if (permit.syscall() == Syscall.TOOL_CALL.number()) {
            Trust label = switch (permit.driver()) {
                case ToolConfig.OPENAI -> HostedTools.mayBeUsed(call.params()) ? Trust.TOOL : Trust.OWN;
                case ToolConfig.MEMORY -> Trust.OWN;
                case ToolConfig.RETRIEVER -> Trust.RETRIEVED;
                default -> Trust.TOOL;
            };
            call.context().memory().called(permit.sequence(), permit.capability(), label);
        }
    }

    private DriverToBroker perform(PermitCheck.Checked checked, Sent sent, Cancellation cancellation)
            throws DriverFailure {
        Effect.Answer answer;
        try {
            answer = checked.effect().perform(checked.call(), sent, cancellation);
            requireRoom(answer);
        } catch (DriverFailure e) {
            return failed(e, recordFailure(checked, sent, e));
        } catch (RuntimeException e) {
            System.getLogger("ambit.drivers").log(System.Logger.Level.ERROR, "a driver failed", e);
            DriverFailure failure =
                    new DriverFailure(Denial.INTERNAL, "the driver has a defect; its log names the place", e);
            return failed(failure, recordFailure(checked, sent, failure));
        }
        sent.add(answer.result().toArray());
        Blob digest = sent.digest();
        Blob receipt = artifacts.receipt(
                checked.permit(),
                digest,
                0,
                clock.millis(),
                sent.count,
                metered(answer.meters(), sent),
                ResultFields.of(answer.result(), checked.permit().fields()),
                answer.scope());
        Blob proof = outcomes.record(receipt);
        sent.result.done(digest);
        return new DriverToBroker.Done(answer.status(), answer.result(), proof);
    }

    private static void requireRoom(Effect.Answer answer) throws DriverFailure {
        if (answer.result().size() > Limits.RESULT) {
            throw new DriverFailure(
                    Denial.TOO_LARGE,
                    "the answer has " + answer.result().size() + " bytes, and 3 MiB fit into one; ask for less");
        }
    }

    private Blob recordFailure(PermitCheck.Checked checked, Sent sent, DriverFailure failure) throws DriverFailure {
        int status = failure.code().number();
        return outcomes.record(artifacts.receipt(
                checked.permit(),
                sent.digest(),
                status,
                clock.millis(),
                sent.count,
                metered(sent.meters.get(), sent),
                List.of(),
                Blob.EMPTY));
    }

    private static List<Receipt.Meter> metered(List<Receipt.Meter> meters, Sent sent) {
        List<Receipt.Meter> all = new ArrayList<>(meters);
        all.add(new Receipt.Meter("bytes", sent.count));
        return all;
    }

    private static DriverToBroker failed(DriverFailure failure, Blob proof) {
        String sentence = failure.sentence();
        if (sentence.length() > Limits.SENTENCE) {
            sentence = sentence.substring(0, Limits.SENTENCE - 4) + " ...";
        }
        return new DriverToBroker.Failed(failure.code(), sentence, proof);
    }

    /** Sends chunks and keeps the digest of all that was sent; used by one thread at a time. */
    private static final class Sent implements Effect.Sink {
        private final Replies replies;
        private final Bodies.Collector result;
        private final MessageDigest digest;
        private Supplier<List<Receipt.Meter>> meters = List::of;
        private long count;

        Sent(Replies replies, Bodies.Collector result) {
            this.replies = replies;
            this.result = result;
            try {
                this.digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }

        @Override
        public void chunk(byte[] bytes) throws DriverFailure {
            for (int from = 0; from < bytes.length; from += Limits.CHUNK) {
                byte[] piece = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + Limits.CHUNK));
                add(piece);
                replies.send(new DriverToBroker.Chunk(Blob.of(piece)));
            }
        }

        @Override
        public void meters(Supplier<List<Receipt.Meter>> untilNow) {
            meters = untilNow;
        }

        void add(byte[] bytes) {
            digest.update(bytes);
            count += bytes.length;
            result.add(bytes);
        }

        Blob digest() {
            return Blob.of(digest.digest());
        }
    }
}
