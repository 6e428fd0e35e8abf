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

    /** What a tool's server offers when it is asked now, by operation. The kernel must be up. */
    Map<String, String> offered(Tool tool) {
        DriversToAdmin answer;
        try (Link drivers = Link.connect(places.driversAdmin(), "drivers")) {
            drivers.send(new AdminToDrivers.Discover(tool.name()));
            answer = DriversToAdmin.fromCbor(drivers.receive());
        } catch (IOException e) {
            throw Failure.kernel("the drivers broke off", "see " + places.kernelLog())
                    .because(e);
        }
        return switch (answer) {
            case DriversToAdmin.Discovered(String json) -> {
                try {
                    yield definitions(json);
                } catch (MalformedException e) {
                    throw Failure.kernel(
                                    "the definitions of '" + tool.name() + "' cannot be read: " + e.getMessage(), "")
                            .because(e);
                }
            }
            case DriversToAdmin.Failed(var code, String sentence) ->
                throw Failure.kernel(
                        "the tool '" + tool.name() + "' does not say what it offers: " + sentence + " (" + code + ")",
                        "see line " + tool.at() + " of ambit.yaml, and " + places.kernelLog());
            case DriversToAdmin.Body _, DriversToAdmin.Shredded _ ->
                throw Failure.kernel("the drivers answered something else", "");
        };
    }

    /** Keeps definitions, each in the place of one that was kept for the same operation; that one can still be found by its hash. */
    void keep(String tool, Map<String, String> definitions) {
        Map<String, String> kept = new LinkedHashMap<>(read(tool));
        try {
            Places.makePrivate(places.tools());
            for (Map.Entry<String, String> definition : definitions.entrySet()) {
                String before = kept.put(definition.getKey(), definition.getValue());
                if (before != null && !before.equals(definition.getValue())) {
                    Places.makePrivate(places.tools().resolve("replaced"));
                    Files.writeString(replaced(before), before);
                }
            }
            Path fresh = places.tools().resolve(tool + ".json.new");
            Files.writeString(fresh, "[" + String.join(",", kept.values()) + "]");
            Files.move(fresh, file(tool), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw Failure.kernel("the definitions of '" + tool + "' cannot be kept: " + e.getMessage(), "")
                    .because(e);
        }
    }

    /** The definition of this hash, as long as it was ever kept here. */
    Optional<String> ofHash(String tool, String operation, Blob hash) {
        Optional<String> now = definition(tool, operation);
        if (hash(now).equals(hash)) {
            return now;
        }
        Path file = replaced(hash);
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw Failure.usage("the definition in " + file + " cannot be read", "see who owns it")
                    .because(e);
        }
    }

    private Path replaced(String definition) {
        return replaced(hash(Optional.of(definition)));
    }

    private Path replaced(Blob hash) {
        return places.tools().resolve("replaced").resolve(hash.toHex() + ".json");
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
