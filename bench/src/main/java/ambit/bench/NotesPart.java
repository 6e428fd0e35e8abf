package ambit.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A whole agent, LangGraph with MCP tools and a scripted model: inside Ambit against outside, same model, tools and question. */
final class NotesPart implements Part {

    private static final String QUESTION =
            "Which commits touched the parser, and what do the design notes say about it?";
    private static final int WARM_UP = 1;

    private final Installation installation;
    private final Servers servers;
    private final int count;

    NotesPart(Installation installation, Servers servers, int count) {
        this.installation = installation;
        this.servers = servers;
        this.count = count;
    }

    /** The model that both talk to, the gateway to the tools that the agent outside talks to, and what the tools work on. */
    record Servers(Path examples, Path workspace, Process model, Process gateway, long modelPort, long gatewayPort)
            implements AutoCloseable {

        static boolean canStart(Path examples) {
            return Files.isExecutable(python(examples)) && Files.isDirectory(examples.resolve(".runtime/node"));
        }

        static Servers start(Path examples, Path directory) throws IOException, InterruptedException {
            Files.createDirectories(directory);
            Path workspace = directory.resolve("workspace");
            Path errors = directory.resolve("servers.err");
            Programs.run(
                    directory,
                    Map.of(),
                    errors,
                    List.of(examples.resolve("make-data").toString(), workspace.toString(), "clean"));
            List<String> model = List.of(
                    "/usr/bin/python3",
                    "-B",
                    examples.resolve("model/scripted_model.py").toString());
            List<String> gateway = List.of(
                    python(examples).toString(),
                    "-B",
                    examples.resolve("outside/gateway.py").toString(),
                    "--workspace",
                    workspace.toString());
            Path modelPort = directory.resolve("model.port");
            Path gatewayPort = directory.resolve("gateway.port");
            Process modelServer = server(model, modelPort, errors);
            Process gatewayServer = server(gateway, gatewayPort, errors);
            return new Servers(
                    examples,
                    workspace,
                    modelServer,
                    gatewayServer,
                    port(modelServer, modelPort),
                    port(gatewayServer, gatewayPort));
        }

        private static Process server(List<String> command, Path port, Path errors) throws IOException {
            Files.deleteIfExists(port);
            List<String> words = new ArrayList<>(command);
            words.addAll(List.of("--port-file", port.toString()));
            return new ProcessBuilder(words)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                    .start();
        }

        private static long port(Process server, Path file) throws IOException, InterruptedException {
            while (!Files.exists(file) || Files.size(file) == 0) {
                if (server.waitFor(20, TimeUnit.MILLISECONDS)) {
                    throw new IOException("a server did not start; see " + file.resolveSibling("servers.err"));
                }
            }
            return Long.parseLong(Files.readString(file).strip());
        }

        private static Path python(Path examples) {
            return examples.resolve(".runtime/python/bin/python");
        }

        @Override
        public void close() {
            gateway.destroy();
            model.destroy();
        }
    }

    @Override
    public Result measure() throws IOException, InterruptedException {
        List<Long> inside = new ArrayList<>();
        List<Long> outside = new ArrayList<>();
        for (int i = 0; i < WARM_UP + count; i++) {
            long began = System.nanoTime();
            String answer = installation.ambit("run", "--quiet", "notes", "--", QUESTION);
            inside.add(System.nanoTime() - began);
            began = System.nanoTime();
            String expected = outside();
            outside.add(System.nanoTime() - began);
            if (!answer.strip().equals(expected.strip())) {
                throw new IOException("the agent answered otherwise inside: " + answer);
            }
        }
        return new Result(
                List.of(Row.ofTimes(
                        "`ambit run` of the notes agent (LangGraph), the command's own start included",
                        Samples.of(inside.subList(WARM_UP, inside.size())),
                        "the same agent outside, its MCP servers already running",
                        Samples.of(outside.subList(WARM_UP, outside.size())))),
                List.of());
    }

    private String outside() throws IOException, InterruptedException {
        return Programs.run(
                installation.directory(),
                Map.of(
                        "OPENAI_BASE_URL", "http://127.0.0.1:" + servers.modelPort + "/v1",
                        "OPENAI_API_KEY", "none",
                        "OPENAI_MODEL", "scripted",
                        "PYTHONDONTWRITEBYTECODE", "1",
                        "LANGSMITH_TRACING", "false",
                        "MCP_SERVER_URL", "http://127.0.0.1:" + servers.gatewayPort + "/mcp"),
                installation.errors(),
                List.of(
                        Servers.python(servers.examples).toString(),
                        servers.examples.resolve("notes/agent.py").toString(),
                        QUESTION));
    }

    /** What {@code ambit.yaml} says of it: its tools, and the agent. */
    static String tools(Servers servers) {
        return """
                  model:
                    driver: openai
                    at: http://127.0.0.1:%d/v1
                  git:
                    driver: mcp
                    run: [/opt/python/bin/python, -m, mcp_server_git, --repository, /work/project]
                    with:
                      GIT_CONFIG_COUNT: 1
                      GIT_CONFIG_KEY_0: safe.directory
                      GIT_CONFIG_VALUE_0: /work/project
                    sees: {/opt/python: %s, /work/project: %s}
                    effect-free: [git_log, git_show]
                  documents:
                    driver: mcp
                    run: [node, /opt/node/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js, /work]
                    sees: {/opt/node: %s, /work: %s}
                    effect-free: [list_allowed_directories, search_files, read_text_file]
                """.formatted(
                        servers.modelPort,
                        servers.examples.resolve(".runtime/python"),
                        servers.workspace.resolve("project"),
                        servers.examples.resolve(".runtime/node"),
                        servers.workspace);
    }

    static String agent(Servers servers) {
        return """
                  notes:
                    run: [/opt/python/bin/python, /agent/agent.py]
                    with: {OPENAI_MODEL: scripted}
                    sees: {/agent/agent.py: %s, /opt/python: %s}
                    may-use:
                      model.chat: {where: {model: scripted, "*": any}}
                      git.git_log: {where: {repo_path: /work/project, "max_count?": {min: 1, max: 50}}}
                      git.git_show: {where: {repo_path: /work/project, revision: any}}
                      documents.list_allowed_directories: {where: {}}
                      documents.search_files: {where: {path: /work/documents, pattern: {glob: "**.md"}}}
                      documents.read_text_file: {where: {path: {glob: /work/documents/*.md}}}
                    remembers: {own: 1 MiB}
                """.formatted(servers.examples.resolve("notes/agent.py"), servers.examples.resolve(".runtime/python"));
    }
}
