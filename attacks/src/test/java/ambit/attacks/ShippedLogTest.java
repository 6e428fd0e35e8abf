package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The kernel's log is sent elsewhere while it runs, by a process whose end, and whose receivers' absence, stop nothing. */
final class ShippedLogTest {
    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void eventsArriveWhileTheKernelRunsWhateverBecomesOfShipping() throws Exception {
        Configuration configuration =
                Configuration.usual().ship("file:events.jsonl").ship("syslog://127.0.0.1:" + closedPort());
        try (Installation ambit = Installation.make(Mode.best(), configuration)) {
            ambit.up();
            ambit.guest("log({'note': 'first'})").exits(0);
            Await.until("the first event", () -> said(ambit).contains("first"));

            stop(shipper(ambit), "STOP");
            ambit.guest("log({'note': 'meanwhile'}); say(x=1)").exits(0);
            assertThat(said(ambit)).doesNotContain("meanwhile");
            stop(shipper(ambit), "KILL");
            Await.until("what happened meanwhile", () -> said(ambit).contains("meanwhile"));

            Await.until(
                    "all of the log",
                    () -> shipping(ambit, "file:").get("behind").asLong() == 0);
            JsonNode nowhere = shipping(ambit, "syslog:");
            assertThat(nowhere.get("behind").asLong()).isPositive();
            assertThat(nowhere.get("problem").asString()).contains("refused");
            assertThat(ambit.ambit("status").exits(0).out())
                    .contains("  ships    file:", "all of it", " behind: syslog://");
            assertThat(ambit.status().get("restarts").asInt()).isZero();
            List<JsonNode> events =
                    Files.readAllLines(file(ambit)).stream().map(JSON::readTree).toList();
            assertThat(events.stream().map(it -> it.get("index").asLong()))
                    .isEqualTo(LongStream.range(0, events.size()).boxed().toList());

            ProcessHandle last = shipper(ambit).orElseThrow();
            ProcessHandle.of(ambit.pid("supervisor")).orElseThrow().destroyForcibly();
            Await.until("the shipper's end with its supervisor", () -> !last.isAlive());
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Path file(Installation ambit) {
        return ambit.root().resolve("events.jsonl");
    }

    private static String said(Installation ambit) throws IOException {
        return Files.exists(file(ambit)) ? Files.readString(file(ambit)) : "";
    }

    private static JsonNode shipping(Installation ambit, String to) throws Exception {
        return ambit.ambit("status", "--json")
                .exits(0)
                .json()
                .get("shipping")
                .valueStream()
                .filter(it -> it.get("to").asString().startsWith(to))
                .findFirst()
                .orElseThrow();
    }

    private static Optional<ProcessHandle> shipper(Installation ambit) {
        return Host.processesOf(ambit.mark()).stream()
                .filter(pid -> Host.commandLine(pid).endsWith("log ship --supervised"))
                .findFirst()
                .flatMap(ProcessHandle::of);
    }

    private static void stop(Optional<ProcessHandle> process, String signal) throws Exception {
        Running.start(List.of(
                        "kill",
                        "-" + signal,
                        Long.toString(process.orElseThrow().pid())))
                .finish()
                .exits(0);
    }
}
