package ambit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.broker.TestDoors.Opened;
import ambit.wire.Denial;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The clients that guests really use, at the real doors. They are installed for the examples ({@code examples/setup}); the system
 * properties {@code ambit.test.python} and {@code ambit.test.node} name others.
 */
@Timeout(120)
class RealClientsTest {
    private static final Path RUNTIME =
            Path.of(System.getProperty("ambit.root", "..")).resolve("examples/.runtime");

    private TestDoors doors;
    private Opened door;

    @BeforeEach
    void open() throws IOException {
        doors = new TestDoors(Duration.ofSeconds(30));
        door = doors.open(doors.kernel.context(
                "client",
                ScriptedKernel.tool(
                        "git.git_log",
                        "{\"name\":\"git_log\",\"description\":\"Shows commits\",\"inputSchema\":{\"type\":\"object\","
                                + "\"properties\":{\"n\":{\"type\":\"integer\"}}}}"),
                ScriptedKernel.tool("git.git_push", "{\"name\":\"git_push\",\"inputSchema\":{\"type\":\"object\"}}"),
                ScriptedKernel.tool("small.chat", "")));
        doors.kernel.denials.put("git.git_push", Denial.CONSTRAINT);
        doors.kernel.drivers.put(
                "git.git_log",
                (params, answer) ->
                        answer.done("{\"content\":[{\"type\":\"text\",\"text\":\"two commits\"}],\"isError\":false}"));
        doors.kernel.drivers.put("small.chat", (params, answer) -> {
            String text = JsonText.utf8(params);
            if (text.contains("\"stream\":true") || text.contains("\"stream\": true")) {
                answer.chunk(chunk("hel"));
                answer.chunk(chunk("lo"));
                answer.chunk("data: [DONE]\n\n");
                answer.done("");
            } else {
                answer.done(
                        "{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{"
                                + "\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\"hello\"}}]}");
            }
        });
    }

    private static String chunk(String text) {
        return "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{"
                + "\"index\":0,\"delta\":{\"content\":\"" + text + "\"},\"finish_reason\":null}]}\n\n";
    }

    @AfterEach
    void close() throws IOException {
        doors.close();
    }

    private String url() {
        return "http://127.0.0.1:" + ((InetSocketAddress) door.loopback()).getPort();
    }

    private static Path installed(String property, String otherwise) {
        Path program =
                Path.of(System.getProperty(property, RUNTIME.resolve(otherwise).toString()));
        Assumptions.assumeTrue(Files.exists(program), program + " is not installed");
        return program;
    }

    private String run(Path directory, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    @Test
    void the_python_mcp_client_lists_calls_and_sees_denials() throws Exception {
        Path python = installed("ambit.test.python", "python/bin/python");
        String program = """
                import asyncio, sys
                from mcp import ClientSession
                from mcp.client.streamable_http import streamablehttp_client
                async def main():
                    async with streamablehttp_client(sys.argv[1]) as (r, w, _):
                        async with ClientSession(r, w) as s:
                            print((await s.initialize()).protocolVersion)
                            print([t.name for t in (await s.list_tools()).tools])
                            print((await s.call_tool("git_log", {"n": 2})).content[0].text)
                            denied = await s.call_tool("git_push", {})
                            print(denied.isError, denied.content[0].text)
                            await s.send_ping()
                asyncio.run(main())
                """;
        assertThat(run(Path.of("/tmp"), python.toString(), "-c", program, url() + "/mcp"))
                .contains("2025-11-25", "['git_log', 'git_push']", "two commits", "True denied (CONSTRAINT)");
    }

    @Test
    void the_langchain_adapter_gets_its_tools() throws Exception {
        Path python = installed("ambit.test.python", "python/bin/python");
        String program = """
                import asyncio, sys
                from langchain_mcp_adapters.client import MultiServerMCPClient
                async def main():
                    client = MultiServerMCPClient({"k": {"url": sys.argv[1], "transport": "streamable_http"}})
                    tools = {t.name: t for t in await client.get_tools()}
                    print(sorted(tools), await tools["git_log"].ainvoke({"n": 2}))
                asyncio.run(main())
                """;
        assertThat(run(Path.of("/tmp"), python.toString(), "-c", program, url() + "/mcp"))
                .contains("['git_log', 'git_push']", "two commits");
    }

    @Test
    void the_python_openai_client_completes_streams_and_sees_denials() throws Exception {
        Path python = installed("ambit.test.python", "python/bin/python");
        String program = """
                import sys, openai
                c = openai.OpenAI(base_url=sys.argv[1], api_key="kernel-bound", max_retries=0)
                ask = dict(model="m", messages=[{"role": "user", "content": "hi"}])
                print(c.chat.completions.create(**ask).choices[0].message.content)
                print([x.choices[0].delta.content for x in c.chat.completions.create(stream=True, **ask)])
                print([m.id for m in c.models.list()])
                try:
                    c.embeddings.create(model="m", input="x")
                except openai.NotFoundError as e:
                    print("404", e.code)
                """;
        assertThat(run(Path.of("/tmp"), python.toString(), "-c", program, url() + "/v1"))
                .contains("hello", "['hel', 'lo']", "['small']", "404 NOT_FOUND");
        doors.kernel.denials.put("small.chat", Denial.USES_EXHAUSTED);
        String denied = """
                import sys, openai
                c = openai.OpenAI(base_url=sys.argv[1], api_key="kernel-bound", max_retries=0)
                try:
                    c.chat.completions.create(model="m", messages=[], stream=True)
                except openai.PermissionDeniedError as e:
                    print(e.status_code, e.code)
                """;
        assertThat(run(Path.of("/tmp"), python.toString(), "-c", denied, url() + "/v1"))
                .contains("403 USES_EXHAUSTED");
    }

    @Test
    void the_typescript_mcp_client_lists_and_calls() throws Exception {
        Path directory = installed("ambit.test.node", "node");
        String program = """
                import { Client } from "@modelcontextprotocol/sdk/client/index.js";
                import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
                const client = new Client({ name: "t", version: "1" });
                const transport = new StreamableHTTPClientTransport(new URL(process.argv[1]));
                await client.connect(transport);
                console.log((await client.listTools()).tools.map((t) => t.name).join(","));
                console.log((await client.callTool({ name: "git_log", arguments: { n: 2 } })).content[0].text);
                console.log((await client.callTool({ name: "git_push", arguments: {} })).content[0].text);
                await transport.terminateSession();
                await client.close();
                """;
        assertThat(run(directory, "node", "--input-type=module", "-e", program, url() + "/mcp"))
                .contains("git_log,git_push", "two commits", "denied (CONSTRAINT)");
    }
}
