package ambit.cli.shipping;

import ambit.cli.text.JsonText;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Events as an ExportLogsServiceRequest in the JSON of OTLP 1.x: 64-bit integers are texts, ids are hex. The body of a record is the event
 * as a map; its trace id is the id of the transaction that all others of it come from.
 */
record OtlpLogs(String host, String version) {
    private static final int MOST_CHARACTERS = 64 << 10;
    private static final Pattern TRACE = Pattern.compile("[0-9a-f]{32}(\\..*)?");

    String request(List<Event> events) {
        String origin = events.isEmpty() ? "" : events.getFirst().origin();
        Json resource = JsonText.object(
                "attributes",
                List.of(
                        attribute("service.name", "ambit"),
                        attribute("service.instance.id", origin),
                        attribute("host.name", host)));
        Json scope = JsonText.object("name", "ambit.log", "version", version);
        Json records = JsonText.of(events.stream().map(OtlpLogs::logRecord).toList());
        return JsonText.ascii(JsonText.object(
                "resourceLogs",
                List.of(JsonText.object(
                        "resource",
                        resource,
                        "scopeLogs",
                        List.of(JsonText.object("scope", scope, "logRecords", records))))));
    }

    private static Json attribute(String key, String value) {
        return JsonText.object("key", key, "value", JsonText.object("stringValue", value));
    }

    private static Json logRecord(Event event) {
        List<Object> members = new ArrayList<>(List.of(
                "timeUnixNano", event.atMs() + "000000",
                "observedTimeUnixNano", event.atMs() + "000000",
                "severityNumber", event.severity().otel(),
                "severityText", event.severity().name(),
                "eventName", "ambit." + event.kind(),
                "body", value(shipped(event)),
                "attributes",
                        List.of(
                                JsonText.object("key", "ambit.index", "value", value(new Json.Int(event.index()))),
                                attribute("ambit.leaf", event.leaf()),
                                attribute(
                                        "ambit.transaction", event.transaction().orElse("")),
                                attribute("ambit.sentence", event.sentence()))));
        event.transaction()
                .filter(it -> TRACE.matcher(it).matches())
                .ifPresent(it -> members.addAll(List.of("traceId", it.substring(0, 32))));
        return JsonText.object(members.toArray());
    }

    private static Json shipped(Event event) {
        try {
            return Json.parse(Blob.of(event.json(MOST_CHARACTERS).getBytes(StandardCharsets.US_ASCII)));
        } catch (MalformedException e) {
            throw new IllegalStateException("an event is JSON", e);
        }
    }

    private static Json value(Json json) {
        return switch (json) {
            case Json.Str(String text) -> JsonText.object("stringValue", text);
            case Json.Int(long number) -> JsonText.object("intValue", Long.toString(number));
            case Json.Dec(String number) -> JsonText.object("stringValue", number);
            case Json.Bool(boolean flag) -> JsonText.object("boolValue", flag);
            case Json.Null() -> JsonText.object();
            case Json.Arr(List<Json> items) ->
                JsonText.object(
                        "arrayValue",
                        JsonText.object(
                                "values", items.stream().map(OtlpLogs::value).toList()));
            case Json.Obj(Map<String, Json> members) ->
                JsonText.object(
                        "kvlistValue",
                        JsonText.object(
                                "values",
                                members.entrySet().stream()
                                        .map(it -> JsonText.object("key", it.getKey(), "value", value(it.getValue())))
                                        .toList()));
        };
    }
}
