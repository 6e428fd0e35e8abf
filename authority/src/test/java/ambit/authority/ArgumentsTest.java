package ambit.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.Constraint.Kind;
import ambit.decision.Block;
import ambit.decision.Chain;
import ambit.decision.Codes;
import ambit.decision.Received;
import ambit.decision.Values;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
    private static final Cap GIT_LOG = new Cap(
            "git.git_log",
            Cap.TOOL,
            "mcp",
            Cap.USE | Cap.DELEGATE | Cap.READ,
            10,
            List.of(
                    new Constraint("repo_path", Kind.EQ, List.of(Cbor.of("/repo")), false),
                    new Constraint("max_count", Kind.MAX, List.of(Cbor.of(50)), true)),
            false,
            Blob.fromHex("22".repeat(32)));

    private static Values flat(String json) throws MalformedException {
        return Arguments.of((Json.Obj) Json.parse(Blob.of(json.getBytes(StandardCharsets.UTF_8))));
    }

    private static List<String> show(String json) throws MalformedException {
        Values values = flat(json);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String path = new String(values.path(i), StandardCharsets.UTF_8);
            String text = new String(values.text(i), StandardCharsets.UTF_8);
            lines.add(path + " " + values.type(i) + " " + values.number(i) + " " + text);
        }
        return lines;
    }

    private static int code(Cap cap, String json) throws MalformedException {
        Block block = Arguments.block(0, 10, cap.mayUse(), !cap.other(), cap.constraints());
        return Chain.code(new Chain(new Block[] {block}).evaluate(flat(json), new Received(), 5));
    }

    @Test
    void jsonBecomesPathsTypesAndValues() throws Exception {
        assertThat(
                        show(
                                "{\"a\":1,\"b\":{\"c\":\"x\",\"d\":null},\"xs\":[true,[\"y\"],{\"n\":1.50}],\"e\":[],\"o\":{}}"))
                .containsExactly(
                        "a 2 1 1",
                        "b/c 3 0 x",
                        "b/d 0 0 ",
                        "xs/* 1 1 ",
                        "xs/*/* 3 0 y",
                        "xs/*/n 4 0 1.5",
                        "e 5 0 ",
                        "o 5 0 ");
        assertThat(show("{}")).isEmpty();
    }

    @Test
    void namesThatLookLikePathsAreEscaped() throws Exception {
        assertThat(show("{\"a/b\":1,\"*\":2,\"~1\":3,\"a*\":4}"))
                .containsExactly("a~1b 2 1 1", "~2 2 2 2", "~01 2 3 3", "a* 2 4 4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"repo_path\":\"/repo\"}; 0",
                "{\"repo_path\":\"/repo\",\"max_count\":50}; 0",
                "{\"repo_path\":\"/repo\",\"max_count\":51}; 3",
                "{\"repo_path\":\"/repo\",\"max_count\":\"5\"}; 3",
                "{\"repo_path\":\"/repo\",\"max_count\":5.0}; 3",
                "{\"repo_path\":\"/repo\",\"max_count\":null}; 3",
                "{\"repo_path\":\"/repo2\"}; 3",
                "{\"repo_path\":[\"/repo\"]}; 3",
                "{\"max_count\":5}; 5",
                "{}; 5",
                "{\"repo_path\":\"/repo\",\"max_count\":5,\"x\":1}; 4"
            })
    void aCapabilityDecidesOverJson(String json, int expected) throws Exception {
        assertThat(code(GIT_LOG, json)).isEqualTo(expected);
    }

    @Test
    void allTypesOfOperandsReachTheKernel() throws Exception {
        List<Cbor> operands = List.of(Cbor.of("s"), Cbor.of(-3), Cbor.of(true), new Cbor.Null());
        Constraint in = new Constraint("a", Kind.IN, operands, false);
        Cap cap = new Cap("c", Cap.TOOL, "d", Cap.USE, -1, List.of(in), false, Blob.EMPTY);
        for (String json : new String[] {"\"s\"", "-3", "true", "null"}) {
            assertThat(code(cap, "{\"a\":" + json + "}")).isZero();
        }
        for (String json : new String[] {"\"t\"", "3", "false", "0", "1", "\"\"", "[]", "{}"}) {
            assertThat(code(cap, "{\"a\":" + json + "}")).isEqualTo(Codes.CONSTRAINT);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "MIN; 0.01; \"0.01\"; true",
                "MIN; 0.01; 0.011; true",
                "MIN; 0.01; 1; true",
                "MIN; 0.01; \"1e9\"; false",
                "MIN; 0.01; 1e2; true",
                "MIN; 0.01; 0.0099; false",
                "MAX; 12.50; \"12.5\"; true",
                "MAX; 12.50; 12.51; false",
                "MAX; 12.50; -1e300; true",
                "MAX; 12.50; true; false",
                "MAX; 12.50; \" 1\"; false",
                "NOT_IN; root; \"alice\"; true",
                "NOT_IN; root; \"root\"; false",
                "NOT_IN; root; 5; false",
                "NOT_IN; root; [\"alice\"]; false",
                "SUBSET; a@x; [\"a@x\",\"a@x\"]; true",
                "SUBSET; a@x; []; true",
                "SUBSET; a@x; [\"a@x\",\"b@x\"]; false",
                "SUBSET; a@x; \"a@x\"; false",
                "CIDR; 10.0.0.0/8; \"10.255.0.1\"; true",
                "CIDR; 10.0.0.0/8; \"::ffff:10.0.0.1\"; true",
                "CIDR; 10.0.0.0/8; \"11.0.0.1\"; false",
                "CIDR; 10.0.0.0/8; \"010.0.0.1\"; false",
                "CIDR; 10.0.0.0/8; \"10.1\"; false",
                "CIDR; 10.0.0.0/8; \"167772161\"; false",
                "CIDR; 10.0.0.0/8; \"0x0a.0.0.1\"; false",
                "CIDR; 10.0.0.0/8; \"10.0.0.1 \"; false",
                "CIDR; 2001:db8::/33; \"2001:DB8:7fff::1\"; true",
                "CIDR; 2001:db8::/33; \"2001:db8:8000::1\"; false",
                "CIDR; fe80::/10; \"fe80::1%eth0\"; false",
                "CIDR; ::/0; \"00001::\"; false",
                "CIDR; ::/0; \"::0001\"; true",
                "CIDR; fe80::/10; \"[fe80::1]\"; false",
                "HOST; api.example.com; \"API.example.com\"; true",
                "HOST; api.example.com; \"api.example.com.\"; false",
                "HOST; *.example.com; \"a.b.example.com\"; true",
                "HOST; *.example.com; \"example.com\"; false",
                "HOST; *.example.com; \"evilexample.com\"; false",
                "HOST; *.example.com; \"a_b.example.com\"; false",
                "HOST; *.example.com; \"a.example.com\\u0000.evil.com\"; false",
                "URL; https://api.example.com/v1; \"https://api.example.com/v1/users?id=1#x\"; true",
                "URL; https://api.example.com/v1; \"https://api.example.com:443/v1/\"; true",
                "URL; https://api.example.com/v1; \"https://API.example.com/v1\"; true",
                "URL; https://api.example.com/v1; \"http://api.example.com/v1\"; false",
                "URL; https://api.example.com/v1; \"https://api.example.com/v1/../admin\"; false",
                "URL; https://api.example.com/v1; \"https://api.example.com/v1/%2e%2e/admin\"; false",
                "URL; https://api.example.com/v1; \"https://api.example.com/v1/%252e%252e/admin\"; false",
                "URL; https://api.example.com/v1; \"https://api.example.com/v1%2f..\"; false",
                "URL; https://api.example.com/v1; \"https://api.example.com/v1\\\\..\"; false",
                "URL; https://api.example.com/v1; \"https://api.example.com@evil.com/v1\"; false",
                "URL; https://api.example.com/v1; \"https://evil.com#@api.example.com/v1\"; false",
                "URL; https://api.example.com/v1; \"https://evil.com?https://api.example.com/v1\"; false",
                "URL; https://api.example.com/v1; \"https://api.example.com.evil.com/v1\"; false",
                "URL; https://api.example.com/v1; \"https:/api.example.com/v1\"; false",
                "URL; https://api.example.com/v1; \" https://api.example.com/v1\"; false",
                "URL; https://api.example.com/v1; \"https://api.example.com/v1\\n\"; false",
                "URL; https://*.example.com; \"https://a.example.com/\"; true",
                "URL; https://*.example.com; \"https://example.com/\"; false",
                "URL; http://127.0.0.1:8080/x; \"http://127.0.0.1:8080/x/y\"; true",
                "URL; http://127.0.0.1:8080/x; \"http://127.1:8080/x/y\"; false",
                "URL; https://a.b; \"https://a.b//\"; false",
                "URL; https://a.b; \"https://a.b/\"; true"
            })
    void whatATextSaysIsReadInOneWayOrNotAtAll(Kind kind, String operand, String json, boolean allowed)
            throws Exception {
        Constraint constraint = new Constraint("a", kind, List.of(Cbor.of(operand)), false);
        constraint.check();
        Cap cap = new Cap("c", Cap.TOOL, "d", Cap.USE, -1, List.of(constraint), false, Blob.EMPTY);
        assertThat(code(cap, "{\"a\":" + json + "}")).isEqualTo(allowed ? Codes.ALLOWED : Codes.CONSTRAINT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "CIDR; 10.0.0.1/8",
                "CIDR; 10.0.0.0",
                "CIDR; 10.0.0.0/33",
                "CIDR; 10.0.0.0/08",
                "CIDR; ::/129",
                "CIDR; example.com/8",
                "HOST; *",
                "HOST; *.",
                "HOST; a.*.b",
                "HOST; *a.b",
                "HOST; 10.0.0.1",
                "HOST; https://a.b",
                "URL; a.b",
                "URL; ftp://a.b",
                "URL; https://*/x",
                "URL; https://a.b?x",
                "URL; https://a.b/../x",
                "URL; https://u@a.b",
                "URL; https://a.b:65536",
                "URL; https://a.b//",
                "CIDR; 00001::/16",
                "MIN; 1e3",
                "MIN; 01",
                "MAX_LENGTH; 5"
            })
    void aConstraintThatCouldNeverMeanAnythingCannotBeGranted(Kind kind, String operand) {
        Constraint constraint = new Constraint("a", kind, List.of(Cbor.of(operand)), false);
        assertThatThrownBy(constraint::check).isInstanceOf(MalformedException.class);
    }

    @Test
    void theKernelsAnswersAreTheNumbersOfTheDenials() throws Exception {
        assertThat(Denial.of(Codes.CONSTRAINT)).isEqualTo(Denial.CONSTRAINT);
        assertThat(Denial.of(Codes.ARGUMENT_NOT_NAMED)).isEqualTo(Denial.ARGUMENT_NOT_NAMED);
        assertThat(Denial.of(Codes.ARGUMENT_MISSING)).isEqualTo(Denial.ARGUMENT_MISSING);
        assertThat(Denial.of(Codes.USES_EXHAUSTED)).isEqualTo(Denial.USES_EXHAUSTED);
        assertThat(Denial.of(Codes.EXPIRED)).isEqualTo(Denial.EXPIRED);
        assertThat(Denial.of(Codes.NOT_YET_VALID)).isEqualTo(Denial.NOT_YET_VALID);
        assertThat(Denial.of(Codes.REVOKED)).isEqualTo(Denial.REVOKED);
        assertThat(Denial.of(Codes.MAY_NOT_USE)).isEqualTo(Denial.MAY_NOT_USE);
    }

    @Test
    void aLongNameAroundALongListIsRefusedBeforeItFillsTheMemory() throws Exception {
        String name = "n".repeat(500_000);
        String list = "0,".repeat(250_000) + "0";
        assertThatThrownBy(() -> flat("{\"" + name + "\":[" + list + "]}")).isInstanceOf(MalformedException.class);
        assertThat(flat("{\"xs\":[" + list + "]}").size()).isEqualTo(Arguments.MAX + 1);
    }

    @Test
    void aLongUrlIsReadWithLittleStack() throws Exception {
        String longest = "http://a/" + "b".repeat(2039);
        List<String> read = new ArrayList<>();
        Thread small = new Thread(
                null,
                () -> {
                    for (String url :
                            List.of(longest, "http://a" + "/b".repeat(1020), "http://a" + "/%41".repeat(500))) {
                        read.add(new String(Places.url(url).toArray(), StandardCharsets.UTF_8));
                    }
                    read.add(new String(
                            Places.url("http://" + "a.".repeat(1000) + "a").toArray(), StandardCharsets.UTF_8));
                },
                "small",
                128 << 10);
        small.start();
        small.join();
        assertThat(read)
                .containsExactly(
                        "http:80//a/" + "b".repeat(2039),
                        "http:80//a" + "/b".repeat(1020),
                        "http:80//a" + "/%41".repeat(500),
                        "");
    }

    @Test
    void anEscapeInAUrlIsTwoHexDigitsAndAHostIsNoLongerThanAName() {
        assertThat(Places.url("http://a/%4").isEmpty()).isTrue();
        assertThat(Places.url("http://a/%4g").isEmpty()).isTrue();
        assertThat(Places.url("http://a/%").isEmpty()).isTrue();
        assertThat(Places.url("http://a/%41").isEmpty()).isFalse();
        String name = ("a".repeat(62) + ".").repeat(4);
        assertThat(Places.url("http://" + name + "b/").isEmpty()).isFalse();
        assertThat(Places.url("http://" + name + "bb").isEmpty()).isTrue();
    }
}
