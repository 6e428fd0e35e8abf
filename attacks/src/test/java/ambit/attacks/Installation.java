package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One installation of Ambit as a user has it: a directory with an {@code ambit.yaml}, keys made by {@code ambit init}, a state
 * of its own, a model and an MCP server. Everything is done with the real command.
 *
 * <p>Closing it stops the kernel, asserts that nothing of it is left on the machine, and deletes the directory.
 */
public final class Installation implements AutoCloseable {
    /** What is secret here: whoever finds them where they do not belong has found a hole. */
    static final String MODEL_KEY = "canary-model-" + UUID.randomUUID();

    static final String EXACT_KEY = "canary-exact-" + UUID.randomUUID();

    private static final List<String> RESOURCES = List.of(
            "guest/run.py",
            "guest/kernel.py",
            "guest/leaks.py",
            "guest/assistant.py",
            "server/exact.py",
            "relay/relay.py");

    private final Mode mode;
    private final Path root;
    private final ScriptedModel model;
    private final Path command;
    private final Map<String, String> environment = new TreeMap<>();
    private final Set<Path> traces = new HashSet<>();
    private final List<Running> started = new ArrayList<>();

    private Installation(Mode mode, Path root, ScriptedModel model, Path command) {
        this.command = command;
        this.mode = mode;
        this.root = root;
        this.model = model;
        environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("LANG", "C.UTF-8");
        environment.put("HOME", root.toString());
        environment.put("AMBIT_JAVA_HOME", System.getProperty("java.home"));
        environment.put("AMBIT_NO_BUILD", "1");
        environment.put("AMBIT_STATE", root.resolve("state").toString());
        environment.put("MODEL_KEY", MODEL_KEY);
        environment.put("EXACT_KEY", EXACT_KEY);
    }

    /** An installation with {@link Configuration#usual}. */
    static Installation make(Mode mode) throws Exception {
        return make(mode, Configuration.usual());
    }

    /** An installation with keys, whose kernel does not run yet. */
    public static Installation make(Mode mode, Configuration configuration) throws Exception {
        return make(mode, configuration, Repository.command(mode));
    }

    /** The same with another {@code ambit} command than the one that was built. */
    public static Installation make(Mode mode, Configuration configuration, Path command) throws Exception {
        mode.prepare();
        // Short, because paths of sockets are; unique, because it is what leaks are recognised by.
        Path root = Files.createTempDirectory(Path.of("/tmp"), "at-");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String resource : RESOURCES) {
            Path target = root.resolve(resource);
            Files.createDirectories(target.getParent());
            try (var in = Installation.class.getResourceAsStream("/" + resource)) {
                Files.write(target, java.util.Objects.requireNonNull(in).readAllBytes());
            }
        }
        Path effects = Files.createDirectory(root.resolve("effects"));
        Files.setPosixFilePermissions(effects, PosixFilePermissions.fromString("rwxrwxrwx"));
        Installation made = new Installation(mode, root, ScriptedModel.start(root, MODEL_KEY), command);
        try {
            made.giveToUser();
            made.ambit("init", "--principal", "alice", "--principal", "bob").exits(0);
            made.configure(configuration);
        } catch (Exception | AssertionError e) {
            made.model.close();
            throw e;
        }
        return made;
    }

    private void giveToUser() throws Exception {
        if (mode.changesUser()) {
            Running.start(List.of("chown", "-R", Mode.USER + ":", root.toString()))
                    .finish()
                    .exits(0);
        }
    }

    /** Writes {@code ambit.yaml}. */
    public void configure(Configuration configuration) throws IOException {
        Files.writeString(root.resolve("ambit.yaml"), configuration.yaml(root, model));
    }

    public Path root() {
        return root;
    }

    public Path state() {
        return root.resolve("state");
    }

    ScriptedModel model() {
        return model;
    }

    Mode mode() {
        return mode;
    }

    /** The word by which everything of this installation can be recognised. */
    String mark() {
        return root.getFileName().toString();
    }

    /** Runs the command to its end. */
    public Outcome ambit(String... arguments) throws Exception {
        return begin(arguments).finish();
    }

    /** Starts the command. */
    public Running begin(String... arguments) throws Exception {
        return begin(Map.of(), arguments);
    }

    /** Starts the command with more in its environment. */
    public Running begin(Map<String, String> more, String... arguments) throws Exception {
        Running running = beginTyped(more, arguments);
        running.endInput();
        return running;
    }

    /** Starts the command and leaves its input open. */
    private Running beginTyped(Map<String, String> more, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(mode.prefix());
        // Who starts the tests in the background has made all of them ignore Ctrl-C; the command must not.
        command.addAll(List.of("env", "--default-signal=INT"));
        command.add(this.command.toString());
        command.addAll(List.of(arguments));
        Map<String, String> all = new TreeMap<>(environment);
        all.putAll(more);
        Running running = Running.start(command, all, root, true);
        started.add(running);
        return running;
    }

    /** Runs a Python program in a transaction of alice, in the agent {@code probe}. */
    Outcome guest(String program) throws Exception {
        return beginGuest("alice", "probe", program).finish();
    }

    public Outcome guest(String principal, String agent, String program) throws Exception {
        return beginGuest(principal, agent, program).finish();
    }

    public Running beginGuest(String principal, String agent, String program) throws Exception {
        return begin("run", "--as", principal, agent, "--", program);
    }

    /** Starts a program that waits for lines on its standard input, and for as long as the test wants it to live. */
    public Running beginTalk(String principal, String agent, String program) throws Exception {
        return beginTyped(Map.of(), "run", "--as", principal, agent, "--", program);
    }

    /** Runs the same program without Ambit, as the control of an attack. */
    Outcome outside(String program) throws Exception {
        Path guest = root.resolve("guest");
        return Running.start(
                        mode.command(List.of(
                                "/usr/bin/python3",
                                "-c",
                                "import sys; sys.path.insert(0, '" + guest + "')\n"
                                        + "exec(open('" + guest.resolve("run.py") + "').read().replace('/guest', '"
                                        + guest + "'))",
                                program)),
                        environment,
                        root,
                        false)
                .finish();
    }

    /** Starts the kernel. */
    public void up() throws Exception {
        Outcome up = ambit("up");
        assertThat(up.exit()).as("%s\n--- kernel.log\n%s", up, kernelLog()).isZero();
        noteTraces();
    }

    /** Remembers what the kernel that now runs uses outside of this directory, so that its end can be seen. */
    void noteTraces() {
        traces.addAll(Host.tracesOf(mark()));
    }

    public void down() throws Exception {
        ambit("down").exits(0);
    }

    /** The end of what the kernel's processes have said. */
    public String kernelLog() throws IOException {
        Path log = state().resolve("log/kernel.log");
        String text = Files.exists(log) ? Files.readString(log) : "";
        return text.substring(Math.max(0, text.length() - 4000));
    }

    /** What the supervisor says of itself and the three processes. */
    public JsonNode status() throws Exception {
        return new JsonMapper().readTree(Files.readString(state().resolve("kernel.json")));
    }

    /** Waits until the supervisor has started the kernel for the second time. */
    public void awaitRestart() throws Exception {
        Await.until("the kernel's restart", () -> {
            JsonNode status = status();
            return status.get("restarts").asInt() == 1
                    && status.get("state").asString().equals("ready");
        });
    }

    /** The pid of {@code supervisor}, {@code core}, {@code drivers} or {@code broker} (for these three, of the boundary). */
    public long pid(String process) throws Exception {
        JsonNode status = status();
        return process.equals("supervisor")
                ? status.get("supervisor").asLong()
                : status.get("processes").get(process).get("pid").asLong();
    }

    /** The entries of the audit log, as {@code ambit log --json} shows them. */
    public List<JsonNode> log() throws Exception {
        JsonMapper mapper = new JsonMapper();
        return ambit("log", "--json")
                .exits(0)
                .out()
                .lines()
                .map(mapper::readTree)
                .toList();
    }

    /** How often the MCP server did what {@code exact.effect} does under this name. */
    long effects(String name) throws IOException {
        Path done = root.resolve("effects/done");
        return Files.exists(done)
                ? Files.readAllLines(done).stream().filter(name::equals).count()
                : 0;
    }

    /** The directory of this kernel's sockets. */
    public Path runtime() throws Exception {
        String hash = java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                        .digest(state().toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .substring(0, 8);
        return switch (mode) {
            case ROOT -> Path.of("/run/ambit-" + hash);
            case ORDINARY -> {
                int uid = (int) Files.getAttribute(root, "unix:uid");
                yield Path.of("/tmp/ambit-" + uid + "-" + hash);
            }
        };
    }

    /** What the kernel uses outside of this directory: scratch directories and control groups. */
    Set<Path> traces() {
        return Set.copyOf(traces);
    }

    /** Everything of this installation that is still on the machine; the model, which is not Ambit's, left out. */
    List<String> leftovers() throws Exception {
        List<String> found = new ArrayList<>();
        for (long pid : Host.processesOf(mark())) {
            String command = Host.commandLine(pid);
            if (!command.contains("scripted_model.py")) {
                found.add("process " + pid + ": " + command);
            }
        }
        Host.mountsOf(mark()).forEach(line -> found.add("mount " + line));
        Host.socketsOf(mark()).forEach(line -> found.add("socket " + line));
        Host.socketsOf(runtime().getFileName().toString()).forEach(line -> found.add("socket " + line));
        if (Files.exists(runtime())) {
            found.add("directory " + runtime());
        }
        traces.stream().filter(Files::exists).forEach(path -> found.add("trace " + path));
        return found;
    }

    /** Asserts that nothing is left; what is about to end has a while to do so. */
    void assertNothingIsLeft() throws Exception {
        long deadline = System.nanoTime() + Await.PATIENCE.toNanos() / 2;
        while (!leftovers().isEmpty() && System.nanoTime() < deadline) {
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
        assertThat(leftovers()).as("what is left of an installation").isEmpty();
    }

    @Override
    public void close() {
        try {
            end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while an installation was taken down", e);
        } catch (Exception e) {
            throw new AssertionError("an installation could not be taken down", e);
        }
    }

    private void end() throws Exception {
        started.forEach(Running::close);
        try {
            ambit("down");
            assertNothingIsLeft();
        } finally {
            model.close();
            for (long pid : Host.processesOf(mark())) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
            Await.until("the last process's end", () -> Host.processesOf(mark()).isEmpty());
            Repository.delete(root);
        }
    }
}
