package ambit.attacks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The model of the examples, outside of every boundary: it says what it is told and can misbehave in every known way. */
final class ScriptedModel implements AutoCloseable {
    private final Running running;
    private final int port;
    private final Path log;

    private ScriptedModel(Running running, int port, Path log) {
        this.running = running;
        this.port = port;
        this.log = log;
    }

    /** Starts one that asks for this key. */
    static ScriptedModel start(Path directory, String key) throws Exception {
        Path portFile = directory.resolve("model.port");
        Path log = directory.resolve("model.log");
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("SCRIPTED_MODEL_KEY", key);
        List<String> command = List.of(
                "/usr/bin/python3",
                Repository.file("examples/model/scripted_model.py").toString(),
                "--port-file",
                portFile.toString(),
                "--log",
                log.toString());
        Running running = Running.start(command, environment, Path.of("/"), false);
        String port = Await.some(
                "the model's port",
                () -> Files.exists(portFile)
                        ? Optional.of(Files.readString(portFile).strip())
                        : Optional.empty());
        return new ScriptedModel(running, Integer.parseInt(port), log);
    }

    String address() {
        return "http://127.0.0.1:" + port + "/v1";
    }

    /** The requests that reached it, a line of JSON each. */
    List<String> requests() throws Exception {
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    @Override
    public void close() {
        running.close();
    }
}
