package ambit.attacks;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A provider outside of every boundary that keeps everything under names, and gives it to whoever names it. */
final class StatefulProvider implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String RESOURCES = "drivers/src/test/resources/ambit/drivers/";

    private final HttpClient client = HttpClient.newHttpClient();
    private final Path directory;
    private final Running running;
    private final String origin;

    private StatefulProvider(Path directory, Running running, String port) {
        this.directory = directory;
        this.running = running;
        this.origin = "http://127.0.0.1:" + port;
    }

    static StatefulProvider start(String key) throws Exception {
        Path directory = Files.createTempDirectory("provider-");
        Path portFile = directory.resolve("port");
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PROVIDER_KEY", key);
        List<String> command = List.of(
                "/usr/bin/python3",
                Repository.file(RESOURCES + "stateful_provider.py").toString(),
                "--port-file",
                portFile.toString());
        Running running = Running.start(command, environment, Path.of("/"), false);
        String port = Await.some(
                "the provider's port",
                () -> Files.exists(portFile)
                        ? Optional.of(Files.readString(portFile).strip())
                        : Optional.empty());
        return new StatefulProvider(directory, running, port);
    }

    /** Requests that name what is somebody else's, with {@code $names} to be filled in. */
    static List<ObjectNode> attacks() throws Exception {
        List<ObjectNode> attacks = new ArrayList<>();
        JSON.readTree(Files.readString(Repository.file(RESOURCES + "conversation_attacks.json")))
                .forEach(each -> attacks.add((ObjectNode) each));
        return attacks;
    }

    String address() {
        return origin + "/v1";
    }

    /** Has a text kept in every way there is; the names, by kind. */
    Map<String, String> plant(String canary, String key) throws Exception {
        ObjectNode body = JSON.createObjectNode().put("text", canary).put("key", key);
        Map<String, String> names = new HashMap<>();
        send("POST", "/test/plant", "", body.toString())
                .propertyStream()
                .forEach(name -> names.put(name.getKey(), name.getValue().asString()));
        names.put("canary", canary);
        names.put("origin", origin);
        return names;
    }

    /** How much is kept. */
    long kept() throws Exception {
        long kept = 0;
        for (JsonNode kind : send("GET", "/test/state", "", "").get("kept")) {
            kept += kind.size();
        }
        return kept;
    }

    /** An attack by somebody who has the account's key, without Ambit. */
    String directly(JsonNode attack, String key) throws Exception {
        String body = attack.path("body").toString();
        return send(
                        attack.path("method").asString("POST"),
                        "/v1/" + attack.get("to").asString(),
                        key,
                        body)
                .toString();
    }

    private JsonNode send(String method, String path, String key, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(origin + path))
                .header("Authorization", "Bearer " + key)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build();
        String answer =
                client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        return answer.startsWith("{") || answer.startsWith("[")
                ? JSON.readTree(answer)
                : JSON.getNodeFactory().stringNode(answer);
    }

    /** The attacks with these names in them. */
    static List<JsonNode> filled(Map<String, String> names) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        for (JsonNode attack : attacks()) {
            String text = attack.toString();
            // the longer ones first, should one begin like another
            for (String name : names.keySet().stream()
                    .sorted(java.util.Comparator.comparingInt(String::length).reversed())
                    .toList()) {
                text = text.replace("$" + name, names.get(name));
            }
            all.add(JSON.readTree(text));
        }
        return all;
    }

    /** Whether an answer holds what the attack did not, or says that a cache held it. */
    static boolean succeeded(JsonNode attack, String answer, String canary) {
        return (!attack.path("body").toString().contains(canary) && answer.contains(canary))
                || answer.matches("(?s).*\"cached_tokens\": ?[1-9].*");
    }

    @Override
    public void close() {
        running.close();
        Repository.delete(directory);
    }
}
