package ambit.drivers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The process of {@code stateful_provider.py}, and what can be asked of it without Ambit. */
final class StatefulProvider implements AutoCloseable {
    static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final String origin;

    private StatefulProvider(Process process, String port) {
        this.process = process;
        this.origin = "http://127.0.0.1:" + port;
    }

    static StatefulProvider start(Path directory, String key, String... options) throws IOException {
        Path script = directory.resolve("stateful_provider.py");
        try (InputStream source = StatefulProvider.class.getResourceAsStream("stateful_provider.py")) {
            Files.write(script, source.readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of("python3", script.toString(), "--key", key));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return new StatefulProvider(process, out.readLine());
    }

    /** The attacks of {@code conversation_attacks.json}. */
    static List<Attack> attacks() throws IOException {
        List<Attack> attacks = new ArrayList<>();
        try (InputStream source = StatefulProvider.class.getResourceAsStream("conversation_attacks.json")) {
            for (JsonNode each : JSON.readTree(source)) {
                attacks.add(new Attack(
                        each.get("name").asString(),
                        each.path("method").asString("POST"),
                        each.get("to").asString(),
                        each.path("body").toString()));
            }
        }
        return attacks;
    }

    URI endpoint() {
        return URI.create(origin + "/v1");
    }

    JsonNode state() throws Exception {
        return send("GET", "/test/state", "", "");
    }

    JsonNode requests() throws Exception {
        return send("GET", "/test/requests", "", "");
    }

    /** Has a text kept in every way there is. */
    Names plant(String canary, String key) throws Exception {
        JsonNode names = send("POST", "/test/plant", "", "{\"text\":\"" + canary + "\",\"key\":\"" + key + "\"}");
        Map<String, String> all = new java.util.HashMap<>();
        names.propertyStream()
                .forEach(name -> all.put(name.getKey(), name.getValue().asString()));
        return new Names(canary, origin, all);
    }

    /** Makes the request with the account's key, as anybody who has it can. */
    JsonNode directly(Attack attack, String key) throws Exception {
        return send(attack.method(), "/v1/" + attack.to(), key, attack.body());
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
        return answer.startsWith("{") || answer.startsWith("[") ? JSON.readTree(answer) : JSON.valueToTree(answer);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** What a planted text is called. */
    record Names(String canary, String origin, Map<String, String> names) {
        Attack fill(Attack attack) {
            return new Attack(attack.name(), attack.method(), filled(attack.to()), filled(attack.body()));
        }

        private String filled(String template) {
            String filled = template.replace("$canary", canary).replace("$origin", origin);
            // the longer names first: $response before a $re that somebody may add
            for (String name : names.keySet().stream()
                    .sorted(java.util.Comparator.comparingInt(String::length).reversed())
                    .toList()) {
                filled = filled.replace("$" + name, names.get(name));
            }
            return filled;
        }
    }

    record Attack(String name, String method, String to, String body) {
        @Override
        public String toString() {
            return name;
        }

        /** Whether an answer holds what the request did not, or says that a cache held it. */
        boolean succeeded(String answer, String canary) {
            return (!body.contains(canary) && answer.contains(canary))
                    || answer.matches("(?s).*\"cached_tokens\": ?[1-9].*");
        }
    }
}
