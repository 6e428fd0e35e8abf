package ambit.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Constraint.Kind;
import ambit.decision.Block;
import ambit.decision.Chain;
import ambit.decision.Codes;
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

    private static Values flat(String json) throws MalformedException, Refused {
        return Arguments.of((Json.Obj) Json.parse(Blob.of(json.getBytes(StandardCharsets.UTF_8))));
    }

    private static List<String> show(String json) throws MalformedException, Refused {
        Values values = flat(json);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String path = new String(values.path(i), StandardCharsets.UTF_8);
            String text = new String(values.text(i), StandardCharsets.UTF_8);
            lines.add(path + " " + values.type(i) + " " + values.number(i) + " " + text);
        }
        return lines;
    }

    private static int code(Cap cap, String json) throws MalformedException, Refused {
        Block block = Arguments.block(0, 10, cap.mayUse(), !cap.other(), cap.constraints());
        return Chain.code(new Chain(new Block[] {block}).evaluate(flat(json), 5));
    }

    @Test
    void jsonBecomesPathsTypesAndValues() throws Exception {
        assertThat(
                        show(
                                "{\"a\":1,\"b\":{\"c\":\"x\",\"d\":null},\"xs\":[true,[\"y\"],{\"n\":1.50}],\"e\":[],\"o\":{}}"))
                .containsExactly(
                        "a 2 1 ",
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
                .containsExactly("a~1b 2 1 ", "~2 2 2 ", "~01 2 3 ", "a* 2 4 ");
    }

    @Test
    void tooManyArgumentsAreRefused() throws Exception {
        assertThat(flat("{\"a\":[" + "1,".repeat(Arguments.MAX - 1) + "1]}").size())
                .isEqualTo(Arguments.MAX);
        assertThatThrownBy(() -> flat("{\"a\":[" + "1,".repeat(Arguments.MAX) + "1]}"))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(Denial.TOO_LARGE));
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
}
