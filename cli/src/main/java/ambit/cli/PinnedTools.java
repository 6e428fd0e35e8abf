package ambit.cli;

import ambit.cli.config.Tool;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Link;
import ambit.cli.supervisor.Places;
import ambit.cli.text.JsonText;
import ambit.wire.AdminToDrivers;
import ambit.wire.Blob;
import ambit.wire.DriversToAdmin;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The definitions of MCP tools as they were when they were granted, {@code tools/<tool>.json}: the drivers' canonical JSON of
 * name, description and inputSchema, whose SHA-256 is in the grant.
 */
final class PinnedTools {

    private final Places places;

    PinnedTools(Places places) {
        this.places = places;
    }

    /** The definition of one operation as it is pinned. */
    Optional<String> definition(String tool, String operation) {
        return Optional.ofNullable(read(tool).get(operation));
    }

    /** What a grant says of a definition: its hash, or nothing where there is none. */
    static Blob hash(Optional<String> definition) {
        return definition
                .map(json -> Blob.of(json.getBytes(StandardCharsets.UTF_8)).sha256())
                .orElse(Blob.EMPTY);
    }

    /** Asks a tool's server what it offers, and pins that. */
    void discover(Tool tool) {
        DriversToAdmin answer;
        try (Link drivers = Link.connect(places.driversAdmin(), "drivers")) {
            drivers.send(new AdminToDrivers.Discover(tool.name()));
            answer = DriversToAdmin.fromCbor(drivers.receive());
        } catch (IOException e) {
            throw Failure.kernel("the drivers broke off", "see " + places.kernelLog())
                    .because(e);
        }
        switch (answer) {
            case DriversToAdmin.Discovered(String json) -> store(tool.name(), json);
            case DriversToAdmin.Failed(var code, String sentence) ->
                throw Failure.kernel(
                        "the tool '" + tool.name() + "' does not say what it offers: " + sentence + " (" + code + ")",
                        "see line " + tool.at() + " of ambit.yaml, and " + places.kernelLog());
            case DriversToAdmin.Body _, DriversToAdmin.Shredded _ ->
                throw Failure.kernel("the drivers answered something else", "");
        }
    }

    private void store(String tool, String json) {
        try {
            definitions(json);
            Places.makePrivate(places.tools());
            Path fresh = places.tools().resolve(tool + ".json.new");
            Files.writeString(fresh, json);
            Files.move(fresh, file(tool), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw Failure.kernel("the definitions of '" + tool + "' cannot be kept: " + e.getMessage(), "")
                    .because(e);
        }
    }

    /** The operations that are pinned for a tool. */
    SortedSet<String> operations(String tool) {
        return new TreeSet<>(read(tool).keySet());
    }

    private Path file(String tool) {
        return places.tools().resolve(tool + ".json");
    }

    private Map<String, String> read(String tool) {
        try {
            return Files.exists(file(tool)) ? definitions(Files.readString(file(tool))) : Map.of();
        } catch (IOException e) {
            throw Failure.usage(
                            "the pinned definitions in " + file(tool) + " cannot be read",
                            "remove the file and grant again")
                    .because(e);
        }
    }

    private static Map<String, String> definitions(String json) throws MalformedException {
        Map<String, String> definitions = new LinkedHashMap<>();
        if (!(Json.parse(Blob.of(json.getBytes(StandardCharsets.UTF_8))) instanceof Json.Arr(var items))) {
            throw new MalformedException("the definitions of a tool are not a list");
        }
        for (Json item : items) {
            if (!(item instanceof Json.Obj(var members)) || !(members.get("name") instanceof Json.Str(String name))) {
                throw new MalformedException("a tool's definition has no name");
            }
            definitions.put(name, JsonText.write(item));
        }
        return definitions;
    }
}
