package ambit.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A conversation is its transaction's: what a provider or a server keeps of another one has no name here, and what this one said is
 * gone when it ends, there too.
 */
final class ConversationTest {
    private static final String CANARY = "canary-conversation-51c2";
    private static final String SERVER = "/opt/node/node_modules/@modelcontextprotocol/server-memory/dist/index.js";
    private static final Path RUNTIME = Repository.file("examples/.runtime");

    @SuppressWarnings("NullAway.Init")
    private static StatefulProvider provider;

    @SuppressWarnings("NullAway.Init")
    private static Installation ambit;

    @BeforeAll
    static void up() throws Exception {
        Assumptions.assumeTrue(
                Files.isDirectory(RUNTIME.resolve("node")) && Files.isDirectory(RUNTIME.resolve("python")),
                "run examples/setup");
        provider = StatefulProvider.start(Installation.MODEL_KEY);
        String memory = "{driver: mcp, run: [node, " + SERVER + "], sees: {/opt/node: node}, time-out: 30 s, with: "
                + "{MEMORY_FILE_PATH: /tmp/memory.jsonl}}";
        String shared = "{driver: mcp, run: [node, " + SERVER + "], sees: {/opt/node: node}, writes: {/shared: shared},"
                + " time-out: 30 s, with: {MEMORY_FILE_PATH: /shared/memory.jsonl}}";
        String mayUse = """
                may-use:
                  model.chat: {where: any}
                  model.responses: {where: any}
                  graph.create_entities: {where: any}
                  graph.read_graph: {where: any}
                  shared.create_entities: {where: any}
                  shared.read_graph: {where: any}
                """;
        ambit = Installation.make(
                Mode.best(),
                Configuration.usual()
                        .tool(
                                "model",
                                "{driver: openai, at: \"" + provider.address()
                                        + "\", credential: \"env:MODEL_KEY\", time-out: 20 s}")
                        .tool("graph", memory)
                        .tool("shared", shared)
                        .agent("probe", mayUse + "may-start: {child: 10}\n")
                        .agent("child", mayUse)
                        .rawAgent("client", """
                                run: [/opt/python/bin/python, -c]
                                sees: {/opt/python: python}
                                with: {OPENAI_MODEL: any}
                                may-use: {model.chat: {where: any}, model.responses: {where: any}, retriever.search: {where: any}}
                                remembers: {tenant/shelf: search}
                                """)
                        .agent("shelver", """
                                may-use: {retriever.add: {where: any}}
                                remembers: {tenant/shelf: [read-write, search], user/own: [read-write, search]}
                                """)
                        .principal("alice", "probe", "client", "shelver"));
        Repository.copyTree(RUNTIME.resolve("node"), ambit.root().resolve("node"));
        Repository.copyTree(RUNTIME.resolve("python"), ambit.root().resolve("python"));
        Path writable = Files.createDirectory(ambit.root().resolve("shared"));
        Files.setPosixFilePermissions(writable, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
        ambit.up();
    }

    @AfterAll
    static void down() {
        if (ambit != null) {
            ambit.close();
            provider.close();
        }
    }

    private static final String VICTIM = """
            import sys
            answer = post("/v1/responses", {"input": "%1$s", "reasoning": {"effort": "low"}})
            again = post("/v1/responses", {"input": "go on", "previous_response_id": answer["id"]})
            mcp = Mcp()
            print(json.dumps({
                "response": answer["id"], "item": answer["output"][1]["id"], "reasoning": answer["output"][0]["id"],
                "sealed": answer["output"][0]["encrypted_content"], "session": mcp.session,
                "again": json.dumps(again), "tools": mcp.tools(),
            }), flush=True)
            sys.stdin.readline()
            """.formatted(CANARY);

    /** Runs attacks, given as JSON in its place, through the OpenAI door, or as syscalls where they are calls. */
    private static final String ATTACKER = """
            answers = []
            for attack in json.loads(r'''ATTACKS'''):
                body, to = attack.get("body"), attack["to"]
                if "WAY" == "door":
                    answers.append(request(attack.get("method", "POST"), "/v1/" + to, body, via="tcp")[2].decode())
                elif to in ("responses", "chat/completions") and body:
                    answers.append(json.dumps(call(handle("model.responses" if to == "responses" else "model.chat"), body)))
                else:
                    answers.append("")
            say(answers=answers)
            """;

    private static final class Count {
        private int through;
        private int tried;
    }

    /** Tries the attacks, with these names, in transactions of bob's. */
    private static void attack(Map<String, String> names, Count count) throws Exception {
        List<JsonNode> together = new ArrayList<>();
        for (JsonNode attack : StatefulProvider.filled(names)) {
            if (attack.path("body").toString().contains(CANARY)) {
                // One at a time: what a transaction has said itself it does find in its caches.
                attack(List.of(attack), count);
            } else {
                together.add(attack);
            }
        }
        attack(together, count);
    }

    private static void attack(List<JsonNode> attacks, Count count) throws Exception {
        for (String way : List.of("door", "syscall")) {
            String program =
                    ATTACKER.replace("WAY", way).replace("ATTACKS", new JsonMapper().writeValueAsString(attacks));
            JsonNode answers =
                    ambit.guest("bob", "probe", program).exits(0).said().get("answers");
            for (int i = 0; i < attacks.size(); i++) {
                count.tried++;
                if (StatefulProvider.succeeded(attacks.get(i), answers.get(i).asString(), CANARY)) {
                    count.through++;
                    System.err.println(attacks.get(i) + "\n came through: " + answers.get(i));
                }
            }
        }
    }

    private static JsonNode printed(Running running) throws Exception {
        running.printed("\n");
        return new JsonMapper().readTree(running.out().strip());
    }

    @Test
    void noNameOfAnotherTransactionAndNoneOfTheProvidersSaysAnything() throws Exception {
        Map<String, String> raw = provider.plant(CANARY, "support");
        int controls = 0;
        List<JsonNode> attacks = StatefulProvider.filled(raw);
        for (JsonNode attack : attacks) {
            if (StatefulProvider.succeeded(attack, provider.directly(attack, Installation.MODEL_KEY), CANARY)) {
                controls++;
            }
        }
        // without Ambit each of them succeeds
        assertThat(controls).isEqualTo(attacks.size()).isGreaterThan(50);
        long before = provider.kept();
        try (Running victim = ambit.beginTalk("alice", "probe", VICTIM)) {
            JsonNode own = printed(victim);
            assertThat(own.get("again").asString()).contains(CANARY);
            Map<String, String> opaque = new HashMap<>(raw);
            own.propertyStream()
                    .forEach(name -> opaque.put(name.getKey(), name.getValue().asString("")));
            Count count = new Count();
            attack(raw, count);
            attack(opaque, count);
            victim.type("end");
            victim.endInput();
            victim.finish().exits(0);
            attack(opaque, count);
            assertThat(count.through).as("came through").isZero();
            assertThat(count.tried).isGreaterThan(300);
        }
        // nor did all this leave anything there
        assertThat(provider.kept()).isEqualTo(before);
    }

    @Test
    void aSessionOfAnotherTransactionIsUnknownAndNoStreamIsResumed() throws Exception {
        try (Running victim = ambit.beginTalk("alice", "probe", VICTIM)) {
            JsonNode own = printed(victim);
            // the control: whose session it is, can use it
            assertThat(own.get("tools").toString()).contains("read_graph");
            JsonNode said = ambit.guest("bob", "probe", """
                            session = "SESSION"
                            theirs = Mcp(session=session)
                            say(
                                list=theirs.send("tools/list", {})[0],
                                delete=request("DELETE", "/mcp", headers={"Mcp-Session-Id": session})[0],
                                resume=request("GET", "/mcp", headers={"Mcp-Session-Id": session, "Last-Event-ID": "1",
                                    "Accept": "text/event-stream"})[0],
                            )
                            """.replace(
                                    "SESSION", own.get("session").asString()))
                    .exits(0)
                    .said();
            assertThat(said.get("list").asInt()).isEqualTo(404);
            assertThat(said.get("delete").asInt()).isEqualTo(404);
            assertThat(said.get("resume").asInt()).isEqualTo(405);
            victim.type("end");
            victim.endInput();
            victim.finish().exits(0);
        }
    }

    private static final String REMEMBER = """
            import sys
            def entity(name):
                return {"entities": [{"name": name, "entityType": "secret", "observations": ["of this run"]}]}
            tool("graph.create_entities", **entity("%1$s"))
            tool("shared.create_entities", **entity("%1$s"))
            child = spawn("agent.child", "print(text(tool('graph.read_graph')))")
            of_child = post("/syscall/tool_call", {"handle": child["handle"], "params": {}})
            print(json.dumps({
                "own": text(tool("graph.read_graph")), "shared": text(tool("shared.read_graph")),
                "child": json.dumps(of_child),
            }), flush=True)
            sys.stdin.readline()
            """.formatted(CANARY);

    private static final String RECALL = """
            say(own=text(tool("graph.read_graph")), shared=text(tool("shared.read_graph")))
            """;

    @Test
    void whatAMemoryServerRemembersIsItsTransactionsAndGoneWithIt() throws Exception {
        try (Running victim = ambit.beginTalk("alice", "probe", REMEMBER)) {
            JsonNode own = printed(victim);
            // the control: the server does remember from call to call
            assertThat(own.get("own").asString()).contains(CANARY);
            assertThat(own.get("child").asString()).contains("entities").doesNotContain(CANARY);
            JsonNode during = ambit.guest("alice", "probe", RECALL).exits(0).said();
            assertThat(during.get("own").asString()).contains("entities").doesNotContain(CANARY);
            victim.type("end");
            victim.endInput();
            victim.finish().exits(0);
        }
        JsonNode after = ambit.guest("alice", "probe", RECALL).exits(0).said();
        assertThat(after.get("own").asString()).contains("entities").doesNotContain(CANARY);
        // The other control: where ambit.yaml gives the server a directory to write, it is everybody's.
        assertThat(after.get("shared").asString()).contains(CANARY);
        assertThat(filesWith(ambit.root().resolve("shared"))).isNotEmpty();
        assertThat(filesWith(ambit.state())).isEmpty();
        assertThat(Files.exists(Path.of("/tmp/memory.jsonl"))).isFalse();
    }

    private static List<Path> filesWith(Path directory) throws Exception {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(CANARY)) {
                    found.add(file);
                }
            }
        } catch (UncheckedIOException e) {
            throw new AssertionError("a file went away while it was looked for", e);
        }
        return found;
    }

    private static final String OPENAI = """
            import json
            from openai import NotFoundError, OpenAI
            client = OpenAI()
            first = client.responses.create(model="any", input="one", reasoning={"effort": "low"})
            second = client.responses.create(model="any", input="two", previous_response_id=first.id)
            ids, text = set(), ""
            with client.responses.stream(model="any", input="three", previous_response_id=second.id) as stream:
                for event in stream:
                    if event.type == "response.output_text.delta":
                        ids.add(event.item_id)
                        text += event.delta
                final = stream.get_final_response()
            items = first.output + [{"role": "user", "content": "four"}]
            stateless = client.responses.create(model="any", input=items, store=False)
            chat = client.chat.completions.create(model="any", messages=[{"role": "user", "content": "five"}])
            try:
                client.responses.retrieve(first.id)
                retrieved = "yes"
            except NotFoundError as refused:
                retrieved = str(refused)
            print(json.dumps({
                "second": second.output_text, "streamed": text, "final": final.output_text,
                "ids": sorted(ids) == [item.id for item in final.output if item.type == "message"],
                "stateless": stateless.output_text, "chat": chat.choices[0].message.content, "retrieved": retrieved,
            }))
            """;

    @Test
    void theUnmodifiedOpenAiClientGoesOnFromResponseToResponse() throws Exception {
        long before = provider.kept();
        JsonNode said = ambit.guest("alice", "client", OPENAI).exits(0).said();
        String second = "I was told: one | thought of one | I was told: one | two";
        assertThat(said.get("second").asString()).isEqualTo(second);
        assertThat(said.get("streamed").asString())
                .startsWith("I was told: one")
                .endsWith("| three");
        assertThat(said.get("final")).isEqualTo(said.get("streamed"));
        assertThat(said.get("ids").asBoolean()).isTrue();
        assertThat(said.get("stateless").asString()).isEqualTo("I was told: thought of one | I was told: one | four");
        assertThat(said.get("chat").asString()).isEqualTo("I was told: five");
        assertThat(said.get("retrieved").asString()).contains("404", "cannot be named here");
        assertThat(provider.kept()).isEqualTo(before);
    }

    private static final String SEARCHING = """
            import asyncio, json, openai
            from mcp import ClientSession
            from mcp.client.streamable_http import streamablehttp_client

            async def asked():
                async with streamablehttp_client("http://127.0.0.1:7070/mcp") as (reading, writing, _):
                    async with ClientSession(reading, writing) as session:
                        await session.initialize()
                        tools = [tool.name for tool in (await session.list_tools()).tools]
                        name = next(tool for tool in tools if "search" in tool)
                        found = await session.call_tool(name, {"query": "which bird dives", "k": 2})
                        other = await session.call_tool(name, {"query": "bird", "namespaces": ["user/own"]})
                        return name, found.content[0].text, found.isError, other.content[0].text, other.isError

            name, text, failed, other, refused = asyncio.run(asked())
            client = openai.OpenAI()
            page = client.vector_stores.search("tenant:shelf", query="which bird dives", max_num_results=1)
            hit = page.data[0]
            try:
                client.vector_stores.search("user:own", query="bird")
                missing = "found"
            except openai.PermissionDeniedError as denied:
                missing = denied.code
            print(json.dumps({
                "tool": name, "mcp": text, "failed": failed, "other": other, "refused": refused,
                "file": hit.filename, "text": hit.content[0].text, "attributes": hit.attributes, "count": len(page.data), "missing": missing,
            }))
            """;

    @Test
    void theOfficialClientsOfMcpAndOpenAiSearchWhatIsMappedAndNothingElse() throws Exception {
        ambit.guest("alice", "shelver", """
                        add = handle('retriever.add')
                        for space, source, text, year in (
                            ('tenant/shelf', 'birds.md', 'The kingfisher dives into the river.', 2024),
                            ('tenant/shelf', 'cars.md', 'The carburettor mixes air and fuel.', 2023),
                            ('user/own', 'diary.md', 'My own bird is called %s.', 2024),
                        ):
                            assert call(add, {'namespace': space, 'source': source, 'text': text, 'metadata': {'year': year}})['ok']
                        """.formatted(CANARY)).exits(0);
        JsonNode said = ambit.guest("alice", "client", SEARCHING).exits(0).said();
        assertThat(said.get("failed").asBoolean()).as("%s", said).isFalse();
        assertThat(said.get("mcp").asString()).contains("The kingfisher dives", "tenant/shelf", "scope");
        assertThat(said.get("refused").asBoolean()).isTrue();
        assertThat(said.get("other").asString()).contains("NOT_MAPPED").doesNotContain(CANARY);
        assertThat(said.get("file").asString()).isEqualTo("birds.md");
        assertThat(said.get("text").asString()).isEqualTo("The kingfisher dives into the river.");
        assertThat(said.get("attributes").get("year").asInt()).isEqualTo(2024);
        assertThat(said.get("count").asInt()).isEqualTo(1);
        assertThat(said.get("missing").asString()).isEqualTo("NOT_MAPPED");
    }

    /** What the tests would say if there were nothing to see. */
    @Test
    void theProviderDoesKeepWhatIsNotToldOtherwise() throws Exception {
        long before = provider.kept();
        JsonNode ask = new JsonMapper().readTree("{\"to\": \"responses\", \"body\": {\"input\": \"kept\"}}");
        assertThat(provider.directly(ask, Installation.MODEL_KEY)).contains("I was told: kept");
        assertThat(provider.kept()).isGreaterThan(before);
    }
}
