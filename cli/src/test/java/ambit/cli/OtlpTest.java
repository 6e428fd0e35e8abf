package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.cli.config.Credential;
import ambit.cli.config.Shipping;
import ambit.cli.shipping.Cursors;
import ambit.cli.shipping.Destination;
import ambit.cli.shipping.Shipment;
import ambit.log.entry.Entry;
import com.google.protobuf.util.JsonFormat;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events of a log in a receiver of OTLP/HTTP that parses with OpenTelemetry's own protobuf classes. */
class OtlpTest {
    @TempDir
    private Path directory;

    /** The JSON of OTLP has ids in hex where protobuf's has base64. */
    private static ExportLogsServiceRequest parsed(String body) {
        String base64 = Pattern.compile("\"traceId\":\"([0-9a-f]{32})\"")
                .matcher(body)
                .replaceAll(it -> "\"traceId\":\""
                        + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(it.group(1))) + "\"");
        try {
            ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
            JsonFormat.parser().merge(base64, request);
            return request.build();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static List<LogRecord> records(HttpReceiver receiver) {
        return receiver.taken().stream()
                .map(OtlpTest::parsed)
                .flatMap(it -> it.getResourceLogsList().stream())
                .flatMap(it -> it.getScopeLogsList().stream())
                .flatMap(it -> it.getLogRecordsList().stream())
                .toList();
    }

    private static String attribute(LogRecord record, String key) {
        return record.getAttributesList().stream()
                .filter(it -> it.getKey().equals(key))
                .map(it -> it.getValue().hasIntValue()
                        ? Long.toString(it.getValue().getIntValue())
                        : it.getValue().getStringValue())
                .findFirst()
                .orElseThrow();
    }

    private static List<Long> indices(HttpReceiver receiver) {
        return records(receiver).stream()
                .map(it -> Long.parseLong(attribute(it, "ambit.index")))
                .toList();
    }

    @Test
    void aRecordSaysWhatTheEntrySaysAndWhoseTraceItBelongsTo() throws Exception {
        String transaction = "0123456789abcdef0123456789abcdef";
        Files.writeString(directory.resolve("token"), "s3cret\n");
        try (TestLog log = new TestLog(directory);
                HttpReceiver receiver = HttpReceiver.start()) {
            log.add(new Entry.Denied(
                    1_700_000_000_123L, TestLog.ID, transaction + ".1", 1, "files.read", TestLog.HASH, 3, "no"));
            Shell shell = new Shell(directory);
            int exit = shell.run(
                    "log",
                    "ship",
                    "--once",
                    "--to",
                    "otlp:" + receiver.address(),
                    "--credential",
                    "file:" + directory.resolve("token"));
            assertThat(exit).as(shell.err()).isZero();
            assertThat(receiver.heads().getFirst())
                    .startsWith("POST /v1/logs HTTP/1.1")
                    .containsIgnoringCase("content-type: application/json")
                    .contains("Bearer s3cret");
            ResourceLogs resource = parsed(receiver.taken().getFirst()).getResourceLogs(0);
            assertThat(resource.getResource().getAttributesList().toString()).contains("service.name", "ambit/test");
            LogRecord record = records(receiver).get(1);
            assertThat(record.getTimeUnixNano()).isEqualTo(1_700_000_000_123_000_000L);
            assertThat(record.getSeverityNumber().name()).isEqualTo("SEVERITY_NUMBER_WARN");
            assertThat(record.getEventName()).isEqualTo("ambit.denied");
            assertThat(HexFormat.of().formatHex(record.getTraceId().toByteArray()))
                    .isEqualTo(transaction);
            assertThat(attribute(record, "ambit.sentence"))
                    .contains("files.read")
                    .contains("CONSTRAINT");
            assertThat(record.getBody().getKvlistValue().getValuesList())
                    .anyMatch(it -> it.getKey().equals("code")
                            && it.getValue().getStringValue().equals("CONSTRAINT"));
        }
    }

    @Test
    void whateverTheReceiverAnswersNothingIsLostAndNothingIsOutOfOrder() throws Exception {
        List<String> said = new CopyOnWriteArrayList<>();
        try (TestLog log = new TestLog(directory);
                HttpReceiver receiver = HttpReceiver.start()) {
            receiver.answer("503", "200", "429 1", "200", "break", "400", "late", "partial", "200", "401", "break");
            log.addEvents(1, 1500);
            Thread shipping = shipping(receiver, said);
            log.addEvents(1501, 1500);
            Await.until("all events", () -> new TreeSet<>(indices(receiver)).size() == 3001);
            receiver.stop();
            log.addEvents(3001, 5);
            Await.until("a problem", () -> said.getLast().contains("is not shipped to"));
            try (HttpReceiver again = HttpReceiver.start(receiver.port())) {
                Await.until("the rest", () -> new TreeSet<>(indices(again)).size() == 5);
            }
            shipping.interrupt();
            shipping.join();
            assertThat(firsts(indices(receiver)))
                    .isEqualTo(LongStream.rangeClosed(0, 3000).boxed().toList());
        }
        assertThat(said).anyMatch(it -> it.contains("answers 503")).anyMatch(it -> it.contains("takes events again"));
    }

    @Test
    void whatIsTooLargeForTheReceiverIsSentInHalves() throws Exception {
        try (TestLog log = new TestLog(directory);
                HttpReceiver receiver = HttpReceiver.start()) {
            receiver.answer("413", "413");
            log.addEvents(1, 399);
            Shell shell = new Shell(directory);
            assertThat(shell.run("log", "ship", "--once", "--to", "otlp:" + receiver.address()))
                    .as(shell.err())
                    .isZero();
            assertThat(indices(receiver))
                    .isEqualTo(LongStream.range(0, 400).boxed().toList());
        }
    }

    private Thread shipping(HttpReceiver receiver, List<String> said) throws IOException {
        Path log = directory.resolve(".ambit/core/log");
        Cursors cursors = new Cursors(Files.createDirectories(directory.resolve(".ambit/shipping")));
        Shipping to = new Shipping("otlp:" + receiver.address(), Optional.<Credential>empty(), Optional.empty());
        Destination destination = Destination.of(to, directory, Map.of(), "1");
        Shipment shipment = new Shipment(log, cursors, destination, LogLine::event, said::add);
        return Thread.ofPlatform().start(() -> {
            try {
                shipment.ship();
            } catch (IOException e) {
                said.add("ended: " + e);
            }
        });
    }

    private static List<Long> firsts(List<Long> indices) {
        List<Long> firsts = new ArrayList<>();
        for (long index : indices) {
            if (firsts.isEmpty() || index > firsts.getLast()) {
                firsts.add(index);
            }
        }
        return firsts;
    }
}
