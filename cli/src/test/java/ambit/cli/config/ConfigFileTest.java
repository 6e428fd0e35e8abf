package ambit.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import ambit.authority.signing.SigningKey;
import ambit.cli.config.ConfigFile.Outcome;
import ambit.cli.config.Rule.Kind;
import ambit.log.note.NoteSigner;
import ambit.log.note.VerifierKey;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFileTest {

    @Test
    void aGoodFileReadsAsWhatItSays() {
        Config config = good(Corpus.FULL);
        assertThat(config.tenant()).isEqualTo("acme");
        assertThat(config.principal("alice").orElseThrow().mayRun()).containsExactly("notes", "shell");
        assertThat(config.tools().get("model"))
                .isEqualTo(new Tool.Model(
                        new Position(5, 3),
                        "model",
                        URI.create("http://127.0.0.1:9100/v1"),
                        Optional.of(new Credential.Variable("OPENAI_API_KEY")),
                        Duration.ofMinutes(2),
                        Optional.empty(),
                        false,
                        Set.of()));
        Agent notes = config.agent("notes").orElseThrow();
        assertThat(notes.run()).containsExactly("/opt/python/bin/python", "/agent/agent.py", "3");
        assertThat(notes.with()).containsEntry("OPENAI_MODEL", "scripted").containsEntry("N", "1");
        assertThat(notes.remembers())
                .extracting(Agent.Memory::namespace, Agent.Memory::rights, Agent.Memory::quota)
                .containsExactly(
                        tuple("own", 3, 1L << 20), tuple("user/notes", 3, 16L << 20), tuple("user/facts", 1, 4L << 10));
        assertThat(notes.limits().memory()).isEqualTo(2L << 30);
        assertThat(notes.limits().time()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void whereClosesTheWorldUnlessAStarOpensIt() {
        List<Use> uses = good(Corpus.FULL).agent("notes").orElseThrow().mayUse();
        assertThat(uses.get(0).others()).isTrue();
        assertThat(uses.get(0).atMost()).isEqualTo(OptionalLong.of(20));
        assertThat(uses.get(1).others()).isFalse();
        assertThat(uses.get(1).rules())
                .extracting(Rule::path, Rule::kind, Rule::optional)
                .containsExactly(
                        tuple("repo_path", Kind.EQ, false),
                        tuple("max_count", Kind.MIN, true),
                        tuple("max_count", Kind.MAX, true));
    }

    @Test
    void aCapabilityWithoutWhereIsOpenAndWarnedAbout() {
        Outcome.Good outcome = (Outcome.Good) ConfigFile.parse("ambit.yaml", Corpus.head("git.git_status:"));
        assertThat(outcome.config().agent("a").orElseThrow().mayUse().getFirst().others())
                .isTrue();
        assertThat(outcome.warnings())
                .extracting(Problem::toString)
                .containsExactly("ambit.yaml:8:7: the capability 'git.git_status' allows any arguments");
        Outcome.Good meant = (Outcome.Good) ConfigFile.parse("ambit.yaml", Corpus.head("git.git_status: {where: any}"));
        assertThat(meant.warnings()).isEmpty();
    }

    @Test
    void everyProblemOfAFileIsSaidAtOnceInTheOrderOfItsLines() {
        assertThat(problems("""
                        tenant: Acme
                        principals:
                          alice: {may-run: [shel, shell, shell], may_run: 3}
                        tools:
                          model: {driver: openia, at: "http://127.0.0.1:9100/v1"}
                          git:
                            driver: mcp
                            run: []
                            time-out: 5
                            sees: {/proc/x: a, b: c}
                          git: {}
                        agents:
                          shell:
                            run: &x [sh]
                            may-use:
                              modell.chat: {at_most: 3}
                              git.log: {where: {a: [], b: {maxx: 1}, c: 1.5, "*": 3}, at-most: -1}
                            may-start: {shell: 1}
                            limits: {memory: 3 XB, time: 1500 ms}
                        """))
                .containsExactly(
                        "1:9: expected a short name (a-z, 0-9, -), not 'Acme'",
                        "3:21: there is no agent 'shel'",
                        "3:34: 'shell' stands here a second time",
                        "3:42: the principal 'alice' has no 'may_run'",
                        "5:19: there is no driver 'openia'",
                        "8:10: a command needs at least the program",
                        "9:15: expected a time with its unit, such as 500 ms, 30 s, 5 min, 2 h or 30 d, not 5 without a unit",
                        "10:12: '/proc/x' is inside /proc, which the boundary fills itself",
                        "10:24: 'b' is not an absolute path for the inside",
                        "11:3: 'git' stands here a second time",
                        "14:10: anchors are not used here",
                        "16:7: there is no tool 'modell'",
                        "16:21: the capability 'modell.chat' has no 'at_most'",
                        "17:28: an empty list allows no value at all",
                        "17:36: a rule for 'b' has no 'maxx'",
                        "17:49: numbers with a fraction are not compared",
                        "17:59: '*' can only be any",
                        "17:72: expected a number from 1 to 1000000000",
                        "18:17: 'shell' would start itself",
                        "19:22: expected a size with its unit, such as 64 KiB, 1 MiB or 2 GiB, not '3 XB'",
                        "19:34: 'time' is counted in whole seconds");
    }

    @Test
    void aPlaceThatCouldNeverMatchIsAnErrorWithAnExample() {
        assertThat(
                        problems(
                                Corpus.head(
                                        "git.git_log: {where: {a: {cidr: 10.0.0.1/8}, b: {host: \"*\"}, c: {url: [\"ftp://x\", \"http://x\"]}}}")))
                .containsExactly(
                        "8:39: this is nothing for 'cidr'",
                        "8:62: this is nothing for 'host'",
                        "8:78: this is nothing for 'url'");
        assertThat(problems(Corpus.head("git.git_log: {where: {a: {min: 1.5}}}")))
                .containsExactly(
                        "8:38: 'min' needs a whole number, or a decimal one in quotes, not a number with a fraction");
    }

    @Test
    void aChildsApprovalIsSaidByWhoStartsItToo() {
        String file = """
                tenant: acme
                tools:
                  git: {driver: mcp, run: [x]}
                agents:
                  boss: {run: [sh], may-start: {helper: 1}, may-use: {git.push: {where: any%s}}}
                  helper: {run: [sh], may-use: {git.push: {where: any, approval: {of: [bob], for: 1 h}}}}
                """;
        assertThat(problems(file.formatted("")).getFirst())
                .contains(
                        "'helper' asks for approval of git.push, and 'boss', who starts it, does not ask for the same");
        assertThat(problems(file.formatted(", approval: {of: [bob], for: 2 h}")))
                .hasSize(1);
        good(file.formatted(", approval: {of: [bob], for: 1 h}"));
        assertThat(problems(Corpus.head("git.git_log: {where: any, approval: {of: [bob], need: 2, for: 1 h}}")))
                .containsExactly("8:43: 'need' asks for 2 of 1 approvers");
    }

    @Test
    void anUnknownKeyIsAnsweredWithTheNearestKnownOne() {
        Outcome.Bad bad = (Outcome.Bad) ConfigFile.parse("ambit.yaml", "tenant: a\nagent: {}\nzzz: 1\n");
        assertThat(bad.errors())
                .extracting(Problem::hint)
                .containsExactly(
                        "did you mean 'agents'?",
                        "known here: tenant, principals, tools, agents, memory, embeddings, log, approvals, bodies");
    }

    @Test
    void accessIsASumOfRightsAndWhatIsDemandedIsJsonInOneSpelling() {
        List<Agent.Memory> memories = good(Corpus.remembers("own: {at-most: 1 MiB, review: true},"
                        + " user/x: {access: [append, search], schema: {type: object, required: [b, a],"
                        + " additionalProperties: {type: number, maximum: 1.50}}},"
                        + " tenant/y: {access: [read, review, write], lifetime: 1 h, keys: 'n/*', entries: 3,"
                        + " value-at-most: 1 KiB, quotes: true, commit: entries},"
                        + " user/z: {access: read, review: false}"))
                .agent("a")
                .orElseThrow()
                .remembers();
        assertThat(memories).extracting(Agent.Memory::rights).containsExactly(3, 12, 19, 1);
        assertThat(memories)
                .extracting(it -> new String(it.terms().toArray(), StandardCharsets.UTF_8))
                .containsExactly(
                        "{\"review\":true}",
                        "{\"schema\":{\"additionalProperties\":{\"maximum\":1.5,\"type\":\"number\"},"
                                + "\"required\":[\"b\",\"a\"],\"type\":\"object\"}}",
                        "{\"commit\":\"entries\",\"entries\":3,\"keys\":[\"n/*\"],\"lifetime-seconds\":3600,"
                                + "\"quotes\":true,\"value-bytes\":1024}",
                        "");
    }

    @Test
    void aSchemaMayLieInAFileBesideAndWhatIsWrongWithItHasAPlace(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("ambit.yaml");
        Files.writeString(file, Corpus.remembers("user/x: {access: read, schema: value.json}"));
        assertThat(((Outcome.Bad) ConfigFile.read(file)).errors())
                .extracting(Problem::toString)
                .containsExactly(
                        "ambit.yaml:1:80: there is no file " + directory.resolve("value.json") + " with a schema");
        Files.writeString(directory.resolve("value.json"), "{ \"type\": \"string\", \"maxLength\": 5 }");
        Config config = ((Outcome.Good) ConfigFile.read(file)).config();
        assertThat(config.agent("a").orElseThrow().remembers().getFirst().terms())
                .isEqualTo(ambit.wire.Blob.of(
                        "{\"schema\":{\"maxLength\":5,\"type\":\"string\"}}".getBytes(StandardCharsets.UTF_8)));
        Files.writeString(directory.resolve("value.json"), "[1]");
        assertThat(((Outcome.Bad) ConfigFile.read(file)).errors()).hasSize(1);
    }

    @Test
    void demandsThatNoGrantHasRoomForAreOneErrorAtTheirMemory() {
        String many = "[" + "abcdefgh, ".repeat(900) + "x]";
        assertThat(problems(
                        "tenant: a\nagents:\n  a:\n    run: [sh]\n    remembers:\n      user/x: {access: read, schema: {enum: "
                                + many + "}}\n"))
                .singleElement()
                .asString()
                .startsWith("6:7: what is demanded of 'user/x' has ")
                .endsWith("and a grant takes 8192");
    }

    @Test
    void theMemorySectionIsAnAgentOfTheCommandForWhomItNames() {
        Config config = good("{tenant: a, principals: {p: {}, q: {}}, memory: {may: [p], remembers: {user/x: read}}}");
        Agent memory = config.agent("memory").orElseThrow();
        assertThat(memory.attended()).isTrue();
        assertThat(memory.mayUse()).extracting(Use::capability).contains("memory.list", "memory.undo");
        assertThat(config.principal("p").orElseThrow().mayRun()).containsExactly("memory");
        assertThat(config.agentFor(memory, "p").mayUse())
                .extracting(Use::capability)
                .contains("memory.list")
                .doesNotContain("memory.undo");
        Config undoing = good("{tenant: a, principals: {p: {}, q: {}}, memory: {may: [p], may-undo: [q]}}");
        assertThat(undoing.principal("q").orElseThrow().mayRun()).containsExactly("memory");
        assertThat(undoing.agentFor(undoing.agent("memory").orElseThrow(), "q").mayUse())
                .extracting(Use::capability)
                .contains("memory.undo");
        assertThat(config.principal("q").orElseThrow().mayRun()).isEmpty();
        assertThat(problems("{tenant: a, memory: {may: [p]}}"))
                .containsExactly("1:21: 'memory' names 'p', and there is no such principal");
        assertThat(problems("{tenant: a, principals: {p: {}}, memory: {may: [p]}, agents: {memory: {run: [sh]}}}"))
                .containsExactly("1:63: 'memory' is what the section 'memory' describes");
        assertThat(problems("{tenant: a, tools: {memory: {driver: mcp, run: [x]}}}"))
                .containsExactly("1:21: the tool 'memory' is built in");
        assertThat(problems(Corpus.head("memory.lists: {}"))).containsExactly("8:7: 'memory' has no operation 'lists'");
        assertThat(problems("{tenant: a, agents: {a: {run: [sh], recall: [{key: s, agent: b}]}}}"))
                .containsExactly("1:46: there is no agent 'b'");
    }

    @Test
    void whatIsKeptAndRedactedReadsAsItSaysAndAllNamedRulesApplyWhereNothingIsSaid() {
        Bodies usual =
                good(Corpus.kept("{keep: [results], for: 30 d}")).bodies().orElseThrow();
        assertThat(usual.keep()).containsExactly(Bodies.Kept.RESULTS);
        assertThat(usual.retention()).isEqualTo(Duration.ofDays(30));
        assertThat(usual.atMost()).isEqualTo(1L << 30);
        assertThat(usual.redact()).containsExactly("secrets", "emails", "ibans", "cards", "phones");
        Bodies own = good(Corpus.kept("{keep: [], for: 1 h, redact: [emails, {name: t, pattern: \"T-[0-9]+\"}]}"))
                .bodies()
                .orElseThrow();
        assertThat(own.redact()).containsExactly("emails");
        assertThat(own.patterns()).containsExactly(java.util.Map.entry("t", "T-[0-9]+"));
        Config config = good(Corpus.kept("{keep: [], for: 1 h}"));
        assertThat(config.agent("a").orElseThrow().keepBodies().orElseThrow())
                .containsExactly(Bodies.Kept.PARAMETERS, Bodies.Kept.CONVERSATIONS);
        assertThat(java.util.Objects.requireNonNull(config.tools().get("far")).keepBodies())
                .contains(java.util.Set.of());
        assertThat(good("tenant: a").bodies()).isEmpty();
    }

    @Test
    void whatCannotBeKeptOrLookedForIsSaidWithItsPlace() {
        assertThat(problems("tenant: a\nagents:\n  x: {run: [sh], keep-bodies: [results]}\n"))
                .containsExactly("3:3: 'x' says which bodies are kept, and the file does not say for how long");
        for (String pattern : List.of("(?=x)", "(?<!x)y", "(a)\\1", "a*+", "(?>a)", "\\k<a>")) {
            assertThat(problems(
                            "tenant: a\nbodies: {keep: [], for: 1 h, redact: [{name: t, pattern: '" + pattern + "'}]}"))
                    .as(pattern)
                    .singleElement()
                    .asString()
                    .contains("could take for ever");
        }
        assertThat(problems("tenant: a\nbodies: {keep: [], for: 1 h, redact: [{name: t, pattern: '(a'}]}"))
                .singleElement()
                .asString()
                .startsWith("2:58: '(a' is not a pattern: ");
        assertThat(problems("tenant: a\nbodies: {keep: [], for: 1 h, redact: [{name: t, pattern: 'a*'}]}"))
                .containsExactly("2:58: the pattern 'a*' also matches where nothing is");
    }

    @Test
    void whatIsNotYamlIsSaidWithItsPlace() {
        assertThat(problems("tenant: [a\nb: c"))
                .containsExactly("2:2: this is not YAML: expected ',' or ']', but got :");
        assertThat(problems("tenant: a\n\tx: y").getFirst())
                .startsWith("2:1: this is not YAML: ")
                .contains("TAB");
        assertThat(problems("")).containsExactly("1:1: the file is empty");
        assertThat(problems("tenant: a\n---\nb: 2")).contains("3:1: a second document begins here");
        assertThat(problems("[".repeat(100_000))).containsExactly("1:1: the file nests too deep or is too large");
        assertThat(problems("a".repeat(2 << 20))).containsExactly("1:1: the file is larger than 1 MiB");
        assertThat(problems("just words")).containsExactly("1:1: the file should be a mapping, not a text");
        assertThat(problems("tenant: !!int \"3\"").getFirst()).isEqualTo("1:9: tags are not used here");
    }

    @Test
    void aliasesThatWouldGrowAreRefusedAndNotExpanded() {
        StringBuilder bomb = new StringBuilder("tenant: a\na0: &a0 [x, x]\n");
        for (int i = 1; i < 64; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d, *a%d]%n".formatted(i, i, i - 1, i - 1, i - 1));
        }
        assertThat(problems(bomb.toString()))
                .contains("2:5: anchors are not used here", "3:10: aliases are not used here");
    }

    @Test
    void aFileThatIsNotUtf8IsRefused(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("ambit.yaml"), new byte[] {'t', (byte) 0xff, ':'});
        assertThat(((Outcome.Bad) ConfigFile.read(file)).errors())
                .extracting(Problem::toString)
                .containsExactly("ambit.yaml:1:1: the file is not UTF-8");
    }

    @Test
    void agentsThatStartEachOtherInACircleAreRefused() {
        assertThat(problems("""
                        tenant: a
                        agents:
                          a: {run: [sh], may-start: {b: 1}}
                          b: {run: [sh], may-start: {c: 1}}
                          c: {run: [sh], may-start: {a: 1}}
                          d: {run: [sh], may-start: {a: 1}}
                        """))
                .containsExactly(
                        "3:30: 'a' would start itself through 'b'",
                        "4:30: 'b' would start itself through 'c'",
                        "5:30: 'c' would start itself through 'a'");
    }

    @Test
    void witnessesAreReadWithTheirKeysAndAllOfThemAreTheQuorumWhereNoneIsNamed() {
        Witnesses two = good(Corpus.witnesses("{ask: [" + Corpus.witness("http://x", Corpus.ED, Corpus.PQ) + ", "
                        + Corpus.witness("http://y", Corpus.OTHER) + "]}"))
                .witnesses()
                .orElseThrow();
        assertThat(two.need()).isEqualTo(2);
        assertThat(two.every()).isEqualTo(Duration.ofMinutes(1));
        assertThat(two.ask()).extracting(Witnesses.Asked::name).containsExactly("w.example/1", "w.example/2");
        assertThat(two.ask().getFirst().keys())
                .extracting(VerifierKey::type)
                .containsExactly(VerifierKey.COSIGNATURE, VerifierKey.ML_DSA);
        assertThat(good("{tenant: a, log: {ship: ['file:x']}}").witnesses()).isEmpty();
    }

    @Test
    void whatIsWrongWithAWitnessIsSaidWhereItStands() {
        String good = Corpus.witness("http://x", Corpus.ED);
        String signer =
                NoteSigner.ed25519("w", SigningKey.generate()).verifier().toLine();
        assertThat(problems("""
                        tenant: a
                        log:
                          witnesses:
                            quorum: 3
                            every: 2 d
                            ask:
                              - %s
                              - %s
                        """.formatted(good, Corpus.witness("http://y?z", Corpus.ED))))
                .containsExactly(
                        "4:13: a quorum of 3 witnesses, and 'ask' lists 2",
                        "5:12: witnesses are asked every second at most and every day at least",
                        "8:10: a witness's address has no query");
        assertThat(problems(Corpus.witnesses("{ask: [" + good + ", " + good + "]}")))
                .singleElement()
                .asString()
                .contains("'http://x' stands here a second time");
        assertThat(problems(Corpus.witnesses("{ask: [" + good + ", " + Corpus.witness("http://y", Corpus.PQ) + "]}")))
                .singleElement()
                .asString()
                .contains("the witness 'w.example/1' stands here a second time");
        SigningKey shared = SigningKey.generate();
        assertThat(problems(Corpus.witnesses("{ask: ["
                        + Corpus.witness(
                                "http://x",
                                NoteSigner.cosigner("a", shared).verifier().toLine())
                        + ", "
                        + Corpus.witness(
                                "http://y",
                                NoteSigner.cosigner("b", shared).verifier().toLine())
                        + "]}")))
                .singleElement()
                .asString()
                .contains("the witness 'b' has a key of 'a'");
        assertThat(problems(Corpus.witnesses("{ask: [" + Corpus.witness("http://x", Corpus.ED, Corpus.OTHER) + "]}")))
                .singleElement()
                .asString()
                .contains("the keys of one witness have one name, and this is of 'w.example/2'");
        assertThat(problems(Corpus.witnesses("{ask: [" + Corpus.witness("http://x", signer) + "]}")))
                .first()
                .asString()
                .contains("the key of 'w' signs notes and cosigns none");
        assertThat(problems(
                        Corpus.witnesses("{ask: [" + Corpus.witness("http://x", Corpus.ED.replace("+B", "+C")) + "]}")))
                .first()
                .asString()
                .contains("is not a verifier key");
    }

    @Test
    void aPathInsideAnotherPathIsRefused() {
        assertThat(problems("""
                        tenant: a
                        tools:
                          t: {driver: mcp, run: [x], sees: {/a: x, /b/c: x}, writes: {/a: y, /b: y, /bc: y}}
                        agents:
                          a: {run: [sh], sees: {/a/b: x, /a: y}}
                        """))
                .containsExactly(
                        "3:44: '/b/c' lies inside '/b'",
                        "3:63: '/a' stands in 'sees' too",
                        "5:25: '/a/b' lies inside '/a'");
    }

    @Test
    void sizesAndTimesAreReadWithTheirUnits() {
        assertThat(Quantity.bytes("64 KiB")).contains(65_536L);
        assertThat(Quantity.bytes("1MB")).contains(1_000_000L);
        assertThat(Quantity.bytes("64")).isEmpty();
        assertThat(Quantity.bytes("0 B")).isEmpty();
        assertThat(Quantity.bytes("1 TiB")).isEmpty();
        assertThat(Quantity.duration("30 d")).contains(Duration.ofDays(30));
        assertThat(Quantity.duration("5 m")).isEmpty();
        assertThat(Quantity.ofBytes(1L << 20)).isEqualTo("1 MiB");
        assertThat(Quantity.ofBytes(1500)).isEqualTo("1500 B");
    }

    private static Config good(String text) {
        Outcome outcome = ConfigFile.parse("ambit.yaml", text);
        assertThat(outcome).isInstanceOf(Outcome.Good.class);
        return ((Outcome.Good) outcome).config();
    }

    private static List<String> problems(String text) {
        return switch (ConfigFile.parse("f", text)) {
            case Outcome.Bad bad ->
                bad.errors().stream()
                        .map(problem -> problem.toString().substring(2))
                        .toList();
            case Outcome.Good _ -> List.of();
        };
    }
}
