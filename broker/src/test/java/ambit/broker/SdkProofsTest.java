package ambit.broker;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.broker.ScriptedKernel.Claim;
import ambit.broker.TestDoors.Opened;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToBroker.Listed;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Done;
import ambit.wire.End;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each SDK at the real doors of a broker that is mistaken: it believes every proof, so only the guest is left to notice. */
@Timeout(120)
class SdkProofsTest {
    private static final Proofs GULLIBLE = (_, _) -> true;

    /** Children that nobody hears of again. */
    private static final Family IDLE = new Family() {
        @Override
        public void begin(Admitted child, String input) {}

        @Override
        public Blob awaitResult(Blob child) {
            return Blob.EMPTY;
        }
    };

    private final Bound tool = ScriptedKernel.tool("git.git_log", "{\"name\":\"git_log\",\"inputSchema\":{}}");
    private TestDoors doors;
    private Admitted context;

    @BeforeEach
    void open() throws IOException {
        doors = new TestDoors(Duration.ofSeconds(30));
        context = doors.kernel.context("researcher", tool);
        doors.kernel.drivers.put("git.git_log", (params, answer) -> answer.done("{\"commits\":2}"));
        doors.kernel.drivers.put("memory_read", (params, answer) -> answer.done("[1]"));
        doors.kernel.drivers.put("memory_write", (params, answer) -> answer.done("{}"));
    }

    @AfterEach
    void close() throws IOException {
        doors.close();
    }

    private Map<String, String> environment(Opened door) {
        Map<String, String> environment = new TreeMap<>();
        environment.put(
                "AMBIT_SOCKET",
                ((UnixDomainSocketAddress) door.socket()).getPath().toString());
        environment.put("AMBIT_CORE_KEY", doors.kernel.publicKey().toHex());
        environment.put("AMBIT_CONTEXT", context.context().toHex());
        return environment;
    }

    private List<String> calls(GuestSdk sdk, Opened door, String... calls) throws Exception {
        return sdk.calls(environment(door), "", tool.handle().toHex(), List.of(calls));
    }

    private Opened gullible(Kernel kernel) throws IOException {
        return doors.open(context, kernel, GULLIBLE, IDLE);
    }

    @ParameterizedTest
    @EnumSource
    void what_is_proved_is_given_by_every_syscall(GuestSdk sdk) throws Exception {
        assertThat(calls(sdk, doors.open(context), "tool", "read", "write", "log", "tool"))
                .containsExactly(
                        "given {\"commits\":2}", "given [1]", "given null", "given null", "given {\"commits\":2}");
        assertThat(doors.kernel.executed).hasSize(4);
        Admitted child = doors.kernel.context("helper");
        doors.kernel.answerNextAdmission(child);
        Opened door = doors.open(context, doors.kernel, doors.kernel.proofs(), IDLE);
        assertThat(calls(sdk, door, "handles", "spawn"))
                .containsExactly(
                        "given [" + listed(tool.handle(), 2) + "]",
                        "given \"" + child.context().toHex() + "\"");
    }

    private static String listed(Blob handle, long left) {
        return "{\"name\":\"git.git_log\",\"handle\":\"%s\",\"kind\":\"tool\",\"usesLeft\":%d}"
                .formatted(handle.toHex(), left);
    }

    /** What the broker may mistake for a listing, or for the child that was begun. */
    enum Mixup {
        OF_ANOTHER_CONTEXT(
                "another context's",
                (it, _) -> it,
                it -> new Claim(Text.randomId(), it.sequence(), it.params(), it.result(), it.status())),
        OF_ANOTHER_REQUEST(
                "other parameters",
                (it, _) -> it,
                it -> new Claim(it.context(), it.sequence(), Blob.fromHex("00").sha256(), it.result(), it.status())),
        OF_A_FAILURE(
                "of a failure",
                (it, _) -> it,
                it -> new Claim(it.context(), it.sequence(), it.params(), it.result(), Denial.CONTEXT_ENDED.number())),
        ANOTHER("another result", (it, _) -> another(it), it -> it),
        AN_EARLIER_ONE("shown before", (_, earlier) -> earlier, it -> it),
        WITHOUT_A_PROOF("no proof", (it, _) -> unproved(it), it -> it);

        private final String why;

        @SuppressWarnings("ImmutableEnumChecker") // none of them has a state
        private final BinaryOperator<CoreToBroker> alteration;

        @SuppressWarnings("ImmutableEnumChecker")
        private final UnaryOperator<Claim> lie;

        Mixup(String why, BinaryOperator<CoreToBroker> alteration, UnaryOperator<Claim> lie) {
            this.why = why;
            this.alteration = alteration;
            this.lie = lie;
        }

        private static CoreToBroker another(CoreToBroker it) {
            return switch (it) {
                case Listed m -> new Listed(JsonText.utf8("[" + listed(Text.randomId(), 3) + "]"), 1, m.proof());
                case Admitted m -> as(m, Text.randomId(), m.proof());
                default -> it;
            };
        }

        private static CoreToBroker unproved(CoreToBroker it) {
            return switch (it) {
                case Listed m -> new Listed(m.listing(), 1, Blob.EMPTY);
                case Admitted m -> as(m, m.context(), Blob.EMPTY);
                default -> it;
            };
        }

        private static Admitted as(Admitted it, Blob context, Blob proof) {
            return new Admitted(
                    context, it.transaction(), it.agent(), it.capabilities(), it.memory(), 9, 1, it.sequence(), proof);
        }

        /** The kernel, of whose answers to this kind of question the broker makes something else; the first one it keeps. */
        Kernel of(ScriptedKernel kernel, Class<? extends CoreToBroker> kind) {
            kernel.claimInstead(lie);
            List<CoreToBroker> all = new CopyOnWriteArrayList<>();
            return new Kernel() {
                @Override
                public CoreToBroker ask(BrokerToCore request) {
                    CoreToBroker answer = kernel.ask(request);
                    if (!kind.isInstance(answer)) {
                        return answer;
                    }
                    all.add(answer);
                    return alteration.apply(answer, all.getFirst());
                }

                @Override
                public Execution execute(Blob permit, Blob params) throws IOException {
                    return kernel.execute(permit, params);
                }
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_listing_or_a_child_that_a_broker_mistook_for_this_contexts_is_refused(GuestSdk sdk) throws Exception {
        for (Mixup mixup : Mixup.values()) {
            doors.kernel.answerNextAdmission(doors.kernel.context("helper"));
            doors.kernel.answerNextAdmission(doors.kernel.context("helper"));
            List<String> lists = calls(sdk, gullible(mixup.of(doors.kernel, Listed.class)), "handles", "handles");
            List<String> spawns = calls(sdk, gullible(mixup.of(doors.kernel, Admitted.class)), "spawn", "spawn");
            for (List<String> lines : List.of(lists, spawns)) {
                assertThat(lines).hasSize(2);
                assertThat(lines.getLast())
                        .as("%s", mixup)
                        .startsWith("unproved the answer is not proved to belong to this call: ")
                        .endsWith(mixup.why);
                assertThat(lines.getFirst().startsWith("given"))
                        .as("%s: %s", mixup, lines)
                        .isEqualTo(mixup == Mixup.AN_EARLIER_ONE);
            }
        }
    }

    /** The broker itself is not so gullible: nothing of it comes to its door, and the child that nobody can be told of is ended. */
    @Test
    void a_broker_that_checks_shows_neither() throws Exception {
        String spawn = "{\"handle\":\"" + tool.handle().toHex() + "\"}";
        for (Mixup mixup :
                List.of(Mixup.OF_ANOTHER_CONTEXT, Mixup.OF_ANOTHER_REQUEST, Mixup.ANOTHER, Mixup.OF_A_FAILURE)) {
            Admitted child = doors.kernel.context("helper");
            doors.kernel.answerNextAdmission(child);
            Opened lists = doors.open(
                    context, mixup.of(doors.kernel, Listed.class), doors.kernel.proofs(), new TestDoors.Childless());
            assertThat(Http.get(lists.socket(), "/syscall/handles").body())
                    .as("%s", mixup)
                    .contains("INTERNAL")
                    .doesNotContain("git.git_log");
            Opened spawns = doors.open(
                    context, mixup.of(doors.kernel, Admitted.class), doors.kernel.proofs(), new TestDoors.Childless());
            doors.kernel.heard.clear();
            assertThat(Http.post(spawns.socket(), "/syscall/spawn_child", spawn).body())
                    .as("%s", mixup)
                    .contains("INTERNAL");
            assertThat(doors.kernel.heard)
                    .last()
                    .isInstanceOfSatisfying(
                            BrokerToCore.EndContext.class,
                            end -> assertThat(end.how()).isEqualTo(End.KILLED));
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = "JAVA",
            mode = EnumSource.Mode.EXCLUDE) // in Java a capability has no other name than its handle
    void a_name_is_looked_up_once_in_a_listing_that_is_proved(GuestSdk sdk) throws Exception {
        List<String> twice = List.of("tool", "tool");
        assertThat(sdk.calls(environment(doors.open(context)), "", "git.git_log", twice))
                .containsExactly("given {\"commits\":2}", "given {\"commits\":2}");
        assertThat(doors.kernel.heard)
                .filteredOn(BrokerToCore.Handles.class::isInstance)
                .hasSize(1);
        doors.kernel.executed.clear();
        Opened door = gullible(Mixup.ANOTHER.of(doors.kernel, Listed.class));
        assertThat(sdk.calls(environment(door), "", "git.git_log", twice))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("unproved").endsWith("another result"));
        assertThat(doors.kernel.executed).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void a_result_is_taken_by_its_exact_bytes_whatever_they_are(GuestSdk sdk) throws Exception {
        Opened door = doors.open(context);
        Map<String, String> given = new TreeMap<>();
        given.put("\r\n [] \n", "[]");
        given.put("\"a string: \\u00e9\\n\\\"}\"", "\"a string: \\u00e9\\n\\\"}\"");
        given.put("no JSON: \"quoted\\\", line\n, }", "\"no JSON: \\\"quoted\\\\\\\", line\\n, }\"");
        given.put("", "\"\"");
        given.put("{} {}", "\"{} {}\"");
        given.put("\ufeff{}", "\"\ufeff{}\"");
        given.put("null\n", "null");
        given.put("é🦊", "\"é🦊\"");
        for (Map.Entry<String, String> each : given.entrySet()) {
            doors.kernel.drivers.put("git.git_log", (params, answer) -> answer.done(each.getKey()));
            assertThat(calls(sdk, door, "tool"))
                    .singleElement()
                    .satisfies(line -> assertThat(inAscii(line)).isEqualTo(inAscii("given " + each.getValue())));
        }
    }

    private static String inAscii(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            escaped.append(c < 0x80 ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        }
        return escaped.toString();
    }

    @ParameterizedTest
    @EnumSource
    void a_streamed_result_is_proved_as_a_whole(GuestSdk sdk) throws Exception {
        doors.kernel.drivers.put("git.git_log", (params, answer) -> {
            answer.chunk("data: 1\n\n");
            answer.chunk("data: 2\n\n");
            answer.done("");
        });
        assertThat(calls(sdk, doors.open(context), "tool")).containsExactly("given \"data: 1\\n\\ndata: 2\\n\\n\"");
    }

    /** What the broker may mistake for the answer, and what the guest says then to the last call. */
    enum Mistake {
        THE_PROOF_OF_ANOTHER_CONTEXT("another context's", kernel -> {
            kernel.mixUpProofs();
            return kernel;
        }),
        THE_ANSWER_TO_AN_EARLIER_CALL("shown before", kernel -> {
            List<Done> all = new CopyOnWriteArrayList<>();
            return altered(kernel, done -> {
                all.add(done);
                return all.getFirst();
            });
        }),
        ANOTHER_RESULT(
                "another result",
                kernel -> altered(kernel, it -> new Done(it.status(), JsonText.utf8("{\"commits\":3}"), it.proof()))),
        THE_RESULT_WRITTEN_ANEW(
                "another result",
                kernel -> altered(kernel, it -> new Done(it.status(), JsonText.utf8("{\"commits\": 2}"), it.proof()))),
        THE_RESULT_IN_QUOTES_AND_MORE(
                "another result",
                kernel -> altered(
                        kernel, it -> new Done(it.status(), JsonText.utf8("\"{\\\"commits\\\":2}\\n\""), it.proof()))),
        OTHER_PARAMETERS("other parameters", kernel -> new Kernel() {
            @Override
            public CoreToBroker ask(BrokerToCore request) {
                return kernel.ask(request);
            }

            @Override
            public Execution execute(Blob permit, Blob params) throws IOException {
                return kernel.execute(
                        permit, JsonText.utf8(JsonText.utf8(params).replace("1", "7")));
            }
        }),
        THE_PROOF_OF_A_FAILURE(
                "of a failure",
                claiming(it -> new Claim(
                        it.context(), it.sequence(), it.params(), it.result(), Denial.DRIVER_FAILED.number()))),
        A_SIGNATURE_OF_ANOTHER_CORE("does not verify", kernel -> {
            kernel.forgeSignatures();
            return kernel;
        }),
        THE_PROOF_OF_ANOTHER_CORE("another core's", kernel -> {
            ScriptedKernel other = new ScriptedKernel();
            return altered(
                    kernel,
                    it -> new Done(
                            it.status(), it.result(), withKey(it.proof(), kernel.publicKey(), other.publicKey())));
        }),
        A_CUT_PROOF(
                "malformed",
                kernel -> altered(
                        kernel,
                        it -> new Done(
                                it.status(),
                                it.result(),
                                Blob.of(Arrays.copyOf(
                                        it.proof().toArray(), it.proof().size() - 1))))),
        A_PROOF_OF_ONE_BYTE(
                "malformed", kernel -> altered(kernel, it -> new Done(it.status(), it.result(), Blob.fromHex("84")))),
        NO_PROOF("no proof", kernel -> altered(kernel, it -> new Done(it.status(), it.result(), Blob.EMPTY)));

        private final String why;

        @SuppressWarnings("ImmutableEnumChecker") // none of them has a state
        private final Function<ScriptedKernel, Kernel> making;

        Mistake(String why, Function<ScriptedKernel, Kernel> making) {
            this.why = why;
            this.making = making;
        }

        private static Function<ScriptedKernel, Kernel> claiming(UnaryOperator<Claim> lie) {
            return kernel -> {
                kernel.claimInstead(lie);
                return kernel;
            };
        }

        private static Blob withKey(Blob proof, Blob key, Blob other) {
            return Blob.fromHex(proof.toHex().replace(key.toHex(), other.toHex()));
        }

        /** The same kernel, of whose results the broker makes something else. */
        private static Kernel altered(Kernel kernel, UnaryOperator<Done> alteration) {
            return new Kernel() {
                @Override
                public CoreToBroker ask(BrokerToCore request) throws KernelLost {
                    return kernel.ask(request);
                }

                @Override
                public Execution execute(Blob permit, Blob params) throws IOException {
                    Execution execution = kernel.execute(permit, params);
                    return new Execution() {
                        @Override
                        public DriverToBroker next() throws IOException {
                            DriverToBroker message = execution.next();
                            return message instanceof Done done ? alteration.apply(done) : message;
                        }

                        @Override
                        public void close() {
                            execution.close();
                        }
                    };
                }
            };
        }
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(GuestSdk.values())
                .flatMap(sdk -> Stream.of(Mistake.values()).map(mistake -> Arguments.of(sdk, mistake)));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void an_answer_that_a_broker_mistook_for_this_calls_is_refused(GuestSdk sdk, Mistake mistake) throws Exception {
        Opened door = gullible(mistake.making.apply(doors.kernel));
        String call = "{\"handle\":\"" + tool.handle().toHex() + "\",\"params\":{\"n\":[1,2.5,\"\\u00e9\"]}}";
        for (int i = 0; i < 2; i++) {
            Http.Response shown = Http.post(door.socket(), "/syscall/tool_call", call);
            assertThat(shown.body()).startsWith("{\"ok\":true,\"result\":").contains("commits");
        }
        String params = sdk == GuestSdk.NODE ? "{\"n\":[1,2.5,\"é\"]}" : "{\"n\": [1, 2.5, \"é\"]}";
        doors.kernel.executed.clear();
        List<String> lines = calls(sdk, gullible(mistake.making.apply(doors.kernel)), "tool", "tool");
        assertThat(lines)
                .hasSize(2)
                .last()
                .asString()
                .startsWith("unproved the answer is not proved to belong to this call: ")
                .contains(mistake.why);
        if (mistake == Mistake.THE_ANSWER_TO_AN_EARLIER_CALL) {
            assertThat(lines.getFirst()).isEqualTo("given {\"commits\":2}");
        }
        if (mistake != Mistake.OTHER_PARAMETERS) {
            assertThat(doors.kernel.executed).containsExactly(JsonText.utf8(params), JsonText.utf8(params));
        }
    }

    @ParameterizedTest
    @EnumSource
    void memory_is_held_to_proofs_too(GuestSdk sdk) throws Exception {
        Opened door = gullible(doors.kernel);
        doors.kernel.claimInstead(
                it -> new Claim(it.context(), it.sequence(), it.params(), Blob.EMPTY.sha256(), it.status()));
        assertThat(calls(sdk, door, "read", "write"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("unproved").endsWith("another result"));
        doors.kernel.claimInstead(
                it -> new Claim(it.context(), it.sequence(), Blob.EMPTY.sha256(), it.result(), it.status()));
        assertThat(calls(sdk, door, "read", "write"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("unproved").endsWith("other parameters"));
    }

    @ParameterizedTest
    @EnumSource
    void without_knowing_whose_proofs_count_nothing_is_asked(GuestSdk sdk) throws Exception {
        Opened door = doors.open(context);
        for (String name : List.of("AMBIT_CORE_KEY", "AMBIT_CONTEXT")) {
            for (String value : List.of("", "00", "zz".repeat(32))) {
                Map<String, String> environment = environment(door);
                environment.put(name, value);
                if (value.isEmpty()) {
                    environment.remove(name);
                }
                assertThat(sdk.calls(
                                environment,
                                "",
                                tool.handle().toHex(),
                                List.of("tool", "read", "write", "log", "handles", "spawn")))
                        .hasSize(6)
                        .allSatisfy(
                                line -> assertThat(line).startsWith("unproved").contains("whose proofs count"));
            }
        }
        assertThat(doors.kernel.heard).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void a_key_under_which_one_signature_verifies_everything_proves_nothing(GuestSdk sdk) throws Exception {
        Blob neutral = Blob.fromHex("01" + "00".repeat(31));
        Opened door = gullible(Mistake.altered(
                doors.kernel,
                it -> new Done(
                        it.status(),
                        it.result(),
                        Blob.fromHex(Mistake.withKey(it.proof(), doors.kernel.publicKey(), neutral)
                                .toHex()
                                .replaceFirst(".{128}$", "01" + "00".repeat(63))))));
        Map<String, String> environment = environment(door);
        environment.put("AMBIT_CORE_KEY", neutral.toHex());
        assertThat(sdk.calls(environment, "", tool.handle().toHex(), List.of("tool")))
                .singleElement()
                .asString()
                .startsWith("unproved");
    }

    @ParameterizedTest
    @EnumSource
    void only_the_pinned_core_counts(GuestSdk sdk) throws Exception {
        Opened door = doors.open(context);
        Map<String, String> environment = environment(door);
        String pin = doors.kernel.publicKey().toHex();
        assertThat(sdk.calls(environment, pin, tool.handle().toHex(), List.of("tool")))
                .containsExactly("given {\"commits\":2}");
        environment.remove("AMBIT_CORE_KEY");
        assertThat(sdk.calls(environment, pin, tool.handle().toHex(), List.of("tool")))
                .containsExactly("given {\"commits\":2}");
        environment.put("AMBIT_CORE_KEY", new ScriptedKernel().publicKey().toHex());
        assertThat(sdk.calls(environment, pin, tool.handle().toHex(), List.of("tool")))
                .containsExactly("unproved the answer is not proved to belong to this call: "
                        + "the kernel here has another core than the pinned one");
        assertThat(doors.kernel.executed).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void a_refusal_needs_no_proof_and_is_a_refusal(GuestSdk sdk) throws Exception {
        doors.kernel.denials.put("git.git_log", Denial.USES_EXHAUSTED);
        assertThat(calls(sdk, doors.open(context), "tool")).containsExactly("denied USES_EXHAUSTED");
    }

    @ParameterizedTest
    @EnumSource
    void a_childs_result_is_given_in_any_process_if_the_core_says_that_it_is_the_childs(GuestSdk sdk) throws Exception {
        Opened door = childEndsWith("{\"exit\":0}", "{\"exit\":0}");
        assertThat(calls(sdk, door, "child")).containsExactly("given {\"exit\":0}");
        assertThat(sdk.calls(environment(door), "", spawned(door), List.of("tool")))
                .containsExactly("given {\"exit\":0}");
    }

    @ParameterizedTest
    @EnumSource
    void a_result_that_the_child_did_not_end_with_is_not_shown(GuestSdk sdk) throws Exception {
        Opened door = childEndsWith("{\"exit\":0}", "{\"exit\":1}");
        assertThat(calls(sdk, door, "child")).containsExactly("denied INTERNAL");
    }

    /** The broker shows one result, and told the core another one when the child ended. */
    private Opened childEndsWith(String shown, String told) throws Exception {
        Family family = new Family() {
            @Override
            public void begin(Admitted child, String input) {}

            @Override
            public Blob awaitResult(Blob child) {
                Blob digest = JsonText.utf8(told).sha256();
                doors.kernel.ask(new BrokerToCore.EndContext(child, End.SUCCESS, 0, digest));
                return JsonText.utf8(shown);
            }
        };
        doors.kernel.answerNextAdmission(doors.kernel.context("helper"));
        return doors.open(context, doors.kernel, doors.kernel.proofs(), family);
    }

    private String spawned(Opened door) throws Exception {
        doors.kernel.answerNextAdmission(doors.kernel.context("helper"));
        return Http.post(
                        door.socket(),
                        "/syscall/spawn_child",
                        "{\"handle\":\"" + tool.handle().toHex() + "\"}")
                .body()
                .replaceAll(".*\"handle\":\"([0-9a-f]{32})\".*", "$1");
    }
}
