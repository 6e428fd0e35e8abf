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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
            List<Row> rows = new ArrayList<>();
            List<String> remarks = new ArrayList<>();
            measure("a `tool_call` with an effect", Charter.WRITE, List.of(durable, forgetful), file, rows, remarks);
            measure("a `tool_call` that reads", Charter.READ, List.of(durable, forgetful), file, rows, remarks);
            return new Result(rows, remarks);
        }
    }

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

    private void measure(
            String what, String tool, List<Side> sides, FileChannel file, List<Row> rows, List<String> remarks)
            throws Exception {
        List<Samples> times = Turns.times(
                WARM_UP, count, List.of(sides.get(0).call(tool), sides.get(1).call(tool), () -> {
                    write(file);
                    write(file);
                }));
        String whole = what + " at the core, until its outcome is recorded";
        rows.add(Row.ofTimes(
                whole, times.get(0), "the same, the core's log on tmpfs, where a sync does nothing", times.get(1)));
        rows.add(Row.ofTimes(
                whole,
                times.get(0),
                "write and fdatasync of " + ENTRY_BYTES + " bytes, twice, nothing decided",
                times.get(2)));
        remarks.add(String.format(
                Locale.ROOT,
                "That its record is durable adds %s to %s: the difference of the medians.",
                Samples.time(times.get(0).p50() - times.get(1).p50()),
                what));
    }

    private static void write(FileChannel file) throws IOException {
        file.write(ByteBuffer.allocate(ENTRY_BYTES));
        file.force(false);
    }
}
