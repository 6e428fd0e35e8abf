package ambit.bench;

import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Denial;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Predicate;

/** The core's process alone: how long from a request on its socket to the signed permit or the denial, and how many in a second. */
final class DecisionPart implements Part {

    /** As many as take turns: none may have more than 8,192 permits without a receipt, and here there are no receipts. */
    static final int CONTEXTS = 8;

    /** So that the core's code is compiled as it will be; then a little for each row. */
    private static final int CALLS_TO_WARM_UP = 12_000;

    private static final int WARM_UP = 200;
    private static final int ROUND = 2000;
    private static final int ROUNDS_TO_WARM_UP = 5;
    private static final String ECHO = "the same frame, Unix-socket echo by a JVM";

    private final Path jars;
    private final Path place;
    private final int count;
    private final int rounds;

    /**
     * @param jars the directory of the core's jars
     * @param place where the core's log is, and a file for the baseline
     */
    DecisionPart(Path jars, Path place, int count, int rounds) {
        this.jars = jars;
        this.place = place;
        this.count = count;
        this.rounds = rounds;
    }

    @Override
    public Result measure() throws Exception {
        List<Row> rows = new ArrayList<>();
        Path echo = Files.createTempDirectory("ambit-bench");
        try (EchoServer plain = EchoServer.start(echo.resolve("plain"));
                EchoServer durable = EchoServer.startDurable(echo.resolve("durable"), place)) {
            rows.addAll(times(plain, durable));
            for (int callers : List.of(1, 8, 64)) {
                rows.add(rates(callers, plain));
            }
        } finally {
            Files.delete(echo);
        }
        return new Result(rows, List.of());
    }

    private List<Row> times(EchoServer plain, EchoServer durable) throws Exception {
        Charter charter = new Charter();
        try (CoreServer server = CoreServer.start(jars, place, charter);
                FrameChannel echo = CoreServer.connect(plain.socket());
                FrameChannel synced = CoreServer.connect(durable.socket())) {
            FrameChannel broker = server.broker();
            List<Admitted> contexts = contexts(broker, charter, CONTEXTS);
            Admitted context = contexts.getFirst();
            Admitted expired = expired(broker, charter);
            BrokerToCore once = Charter.call(context, Charter.ONCE);
            CoreServer.ask(broker, once);
            Question read = permitted(contexts, it -> Charter.call(it, Charter.READ));
            Question nothing = denied(Charter.callOfNothing(context), Denial.UNKNOWN_HANDLE);
            for (int i = 0; i < CALLS_TO_WARM_UP; i++) {
                ask(broker, read);
                ask(broker, nothing);
            }
            Asking asking = new Asking(broker, echo);
            return List.of(
                    asking.row("`files.read`, cached chain", read, ECHO),
                    asking.row("`memory_read`", permitted(contexts, Charter::memoryRead), ECHO),
                    new Asking(broker, synced)
                            .row(
                                    "`files.write`, durable before the permit",
                                    permitted(contexts, it -> Charter.call(it, Charter.WRITE)),
                                    "the same frame to the same echo, which first writes it to a file and fdatasyncs"),
                    asking.row("unknown handle, denied", nothing, ECHO),
                    asking.row("expired, denied", denied(Charter.call(expired, Charter.READ), Denial.EXPIRED), ECHO),
                    asking.row("out of count, denied", denied(once, Denial.USES_EXHAUSTED), ECHO));
        }
    }

    /** A question, in the name of one context after the other, and the only answer to it that lets the measurement go on. */
    private static final class Question {
        private final List<Cbor> frames;
        private final Predicate<CoreToBroker> answer;
        private int next;

        Question(List<Cbor> frames, Predicate<CoreToBroker> answer) {
            this.frames = frames;
            this.answer = answer;
        }

        Cbor frame() {
            next = (next + 1) % frames.size();
            return frames.get(next);
        }
    }

    private static Question permitted(List<Admitted> contexts, Function<Admitted, BrokerToCore> call) {
        return new Question(
                contexts.stream().map(call).map(BrokerToCore::toCbor).toList(), Permitted.class::isInstance);
    }

    private static Question denied(BrokerToCore call, Denial code) {
        return new Question(List.of(call.toCbor()), answer -> answer instanceof Denied denied && denied.code() == code);
    }

    private static List<Admitted> contexts(FrameChannel broker, Charter charter, int count) throws IOException {
        List<Admitted> contexts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            contexts.add(admitted(CoreServer.ask(broker, charter.admission(3600))));
        }
        return contexts;
    }

    private final class Asking {
        private final FrameChannel broker;
        private final FrameChannel echo;

        Asking(FrameChannel broker, FrameChannel echo) {
            this.broker = broker;
            this.echo = echo;
        }

        Row row(String what, Question question, String baseline) throws Exception {
            List<Samples> samples = Turns.times(WARM_UP, count, List.of(() -> ask(broker, question), () -> {
                echo.send(question.frame());
                echo.receive();
            }));
            return Row.ofTimes("the core over its socket: " + what, samples.get(0), baseline, samples.get(1));
        }
    }

    private static void ask(FrameChannel broker, Question question) throws IOException {
        broker.send(question.frame());
        CoreToBroker answer = CoreToBroker.fromCbor(broker.receive());
        if (!question.answer.test(answer)) {
            throw new IOException("the core answered otherwise: " + answer);
        }
    }

    static Admitted admitted(CoreToBroker answer) throws IOException {
        if (answer instanceof Admitted admitted) {
            return admitted;
        }
        throw new IOException("not admitted: " + answer);
    }

    /** A context that lived for two seconds; returns when they are over. */
    private static Admitted expired(FrameChannel broker, Charter charter) throws IOException {
        Admitted context = admitted(CoreServer.ask(broker, charter.admission(2)));
        BrokerToCore call = Charter.callOfNothing(context);
        while (CoreServer.ask(broker, call) instanceof Denied denied && denied.code() != Denial.EXPIRED) {
            Thread.onSpinWait();
        }
        return context;
    }

    /** Each caller has a connection and a context of its own, and asks again when it has its answer. */
    private Row rates(int callers, EchoServer plain) throws Exception {
        Charter charter = new Charter();
        // A process of its own, since permits without a receipt are kept and are limited.
        try (CoreServer server = CoreServer.start(jars, place, charter);
                ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            List<Turns.Act> deciding = new ArrayList<>();
            List<Turns.Act> echoing = new ArrayList<>();
            List<FrameChannel> echoes = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                FrameChannel broker = server.broker();
                FrameChannel echo = CoreServer.connect(plain.socket());
                List<Admitted> contexts = contexts(broker, charter, Math.ceilDiv(CONTEXTS, callers));
                Question question = permitted(contexts, it -> Charter.call(it, Charter.READ));
                Cbor frame = question.frame();
                echoes.add(echo);
                deciding.add(() -> ask(broker, question));
                echoing.add(() -> {
                    echo.send(frame);
                    echo.receive();
                });
            }
            List<Samples> rounds = Turns.times(
                    ROUNDS_TO_WARM_UP,
                    this.rounds,
                    List.of(() -> together(threads, deciding), () -> together(threads, echoing)));
            for (FrameChannel echo : echoes) {
                echo.close();
            }
            return Row.ofRates(
                    "decisions on `files.read` over the socket, callers: " + callers,
                    rounds.get(0).perSecond(ROUND),
                    "echoes of the same frame, callers: " + callers,
                    rounds.get(1).perSecond(ROUND));
        }
    }

    /** One round: all callers together. */
    private static void together(ExecutorService threads, List<Turns.Act> callers) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        int each = ROUND / callers.size();
        for (int i = 0; i < callers.size(); i++) {
            int times = each + (i < ROUND % callers.size() ? 1 : 0);
            Turns.Act act = callers.get(i);
            running.add(threads.submit(() -> {
                for (int n = 0; n < times; n++) {
                    act.once();
                }
                return times;
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
    }
}
