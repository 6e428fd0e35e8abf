package ambit.bench;

import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What it costs a call that its record is durable: the core with its log on a disk, and on a file system where a sync does nothing. */
final class RecordingPart implements Part {

    private static final int WARM_UP = 5000;
    private static final int ENTRY_BYTES = 300;
    private static final Path MEMORY = Path.of("/dev/shm");

    private final Path jars;
    private final Path disk;
    private final int count;

    /**
     * @param jars the directory of the core's jars
     * @param disk where the log is that costs something
     */
    RecordingPart(Path jars, Path disk, int count) {
        this.jars = jars;
        this.disk = disk;
        this.count = count;
    }

    @Override
    public Result measure() throws Exception {
        if (!Files.isWritable(MEMORY) || !Files.getFileStore(MEMORY).type().equals("tmpfs")) {
            return new Result(List.of(), List.of("recording was left out: " + MEMORY + " is no tmpfs here."));
        }
        try (TemporaryDirectory synced = TemporaryDirectory.in(disk, "recording");
                TemporaryDirectory unsynced = TemporaryDirectory.in(MEMORY, "ambit-bench");
                Side durable = Side.start(jars, synced.path());
                Side forgetful = Side.start(jars, unsynced.path());
                FileChannel file = FileChannel.open(
                        synced.path().resolve("file"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Sides sides = new Sides(durable, forgetful, file);
            Result effect = measure("a `tool_call` with an effect", Charter.WRITE, sides);
            Result read = measure("a `tool_call` that reads", Charter.READ, sides);
            return new Result(both(effect.rows(), read.rows()), both(effect.remarks(), read.remarks()));
        }
    }

    private static <T> List<T> both(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** What is measured, and the two things that it is beside. */
    private record Sides(Side durable, Side forgetful, FileChannel file) {}

    /** A core, and both ends of a call to it. */
    private record Side(CoreServer core, FrameChannel broker, Receipts driver, CoreToBroker.Admitted context)
            implements AutoCloseable {

        static Side start(Path jars, Path place) throws IOException, InterruptedException {
            Charter charter = new Charter();
            CoreServer core = CoreServer.start(jars, place, charter);
            FrameChannel broker = core.broker();
            CoreToBroker.Admitted context = DecisionPart.admitted(CoreServer.ask(broker, charter.admission(3600)));
            return new Side(core, broker, core.receipts(), context);
        }

        /** From the request to the outcome that is recorded. */
        Turns.Act call(String tool) {
            BrokerToCore request = Charter.call(context, tool);
            return () -> {
                if (!(CoreServer.ask(broker, request) instanceof Permitted permitted)) {
                    throw new IOException("the core permits it no more");
                }
                driver.succeeded(permitted);
            };
        }

        @Override
        public void close() throws IOException {
            core.close();
        }
    }

    private Result measure(String what, String tool, Sides sides) throws Exception {
        List<Samples> times =
                Turns.times(WARM_UP, count, List.of(sides.durable.call(tool), sides.forgetful.call(tool), () -> {
                    write(sides.file);
                    write(sides.file);
                }));
        Samples durable = times.get(0);
        Samples forgetful = times.get(1);
        String whole = what + " at the core, until its outcome is recorded";
        return new Result(
                List.of(
                        Row.ofTimes(
                                whole,
                                durable,
                                "the same, the core's log on tmpfs, where a sync does nothing",
                                forgetful),
                        Row.ofTimes(
                                whole,
                                durable,
                                "write and fdatasync of " + ENTRY_BYTES + " bytes, twice, nothing decided",
                                times.get(2))),
                List.of(String.format(
                        Locale.ROOT,
                        "That its record is durable adds %s to %s: the difference of the medians.",
                        Samples.time(durable.p50() - forgetful.p50()),
                        what)));
    }

    private static void write(FileChannel file) throws IOException {
        file.write(ByteBuffer.allocate(ENTRY_BYTES));
        file.force(false);
    }
}
