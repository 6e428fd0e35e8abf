package ambit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Arguments;
import ambit.authority.Constraint;
import ambit.decision.Block;
import ambit.decision.Chain;
import ambit.decision.Received;
import ambit.decision.Values;
import ambit.oracle.Case.Argument;
import ambit.oracle.Case.Bool;
import ambit.oracle.Case.Condition;
import ambit.oracle.Case.Dec;
import ambit.oracle.Case.Different;
import ambit.oracle.Case.Empty;
import ambit.oracle.Case.Int;
import ambit.oracle.Case.Null;
import ambit.oracle.Case.Rules;
import ambit.oracle.Case.Scalar;
import ambit.oracle.Case.Str;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The whole way from signed constraints and a document to the answer, readings of addresses, hosts and URLs included. */
class AuthorityTest {
    private static final long SEED = Long.getLong("oracle.seed", 1);
    private static final long CASES = Long.getLong("oracle.documents", 40_000);
    private static final int AT_ONCE = 50; // an answer may be as long as a URL

    @Test
    void textsAreReadAsTheModelReadsThem() throws IOException, InterruptedException, MalformedException {
        int read = 0;
        try (Oracle oracle = Oracle.start()) {
            for (long from = 0; from < CASES; from += AT_ONCE) {
                List<String> texts = texts(from);
                for (String text : texts) {
                    for (char kind : new char[] {'a', 'h', 'u'}) {
                        oracle.askReading(kind, text);
                    }
                }
                oracle.send();
                for (String text : texts) {
                    Values values = Arguments.of(
                            (Json.Obj) parse(new Params.Obj(List.of(new Params.Member("a", new Params.Text(text))))));
                    for (byte[] reading : List.of(values.address(0), values.host(0), values.url(0))) {
                        byte[] expected = oracle.reading();
                        read += expected.length > 0 ? 1 : 0;
                        assertThat(reading)
                                .as(
                                        "what %s says (seed %d): the model reads %s, Ambit %s",
                                        text, SEED, show(expected), show(reading))
                                .isEqualTo(expected);
                    }
                }
            }
        }
        assertThat(read).isGreaterThan((int) (CASES / 50));
        System.out.printf("Oracle: %,d readings of texts (seed %d), no difference%n", read, SEED);
    }

    /** Arguments that are compared with places. */
    private static List<String> texts(long from) {
        List<String> texts = new ArrayList<>();
        for (long number = from; number < from + AT_ONCE; number++) {
            Case it = Cases.of(SEED, number);
            boolean located = it.chain().stream()
                    .flatMap(rules -> rules.conditions().stream())
                    .anyMatch(Condition::isLocated);
            for (Argument argument : it.arguments()) {
                if (located && argument.value() instanceof Str(String text)) {
                    texts.add(text);
                }
            }
        }
        return texts;
    }

    private static String show(byte[] reading) {
        return reading.length == 16 ? Arrays.toString(reading) : new String(reading, StandardCharsets.UTF_8);
    }

    /** A case as it is signed and called. */
    private record Call(long number, Case it, Params.Obj params, Values arguments) {}

    @Test
    void documentsAreDecidedAsTheModelDecidesThem() throws IOException, InterruptedException {
        int decided = 0;
        int[] seen = new int[256];
        try (Oracle oracle = Oracle.start()) {
            for (long from = 0; from < CASES; from += Oracle.AT_ONCE) {
                List<Call> calls = calls(from, oracle);
                for (Call call : calls) {
                    oracle.ask(call.it().now(), call.it().chain(), call.params());
                }
                oracle.send();
                for (Call call : calls) {
                    Verdict expected = oracle.verdict(0);
                    assertThat(decide(call))
                            .as("case %d of seed %d: %s", call.number(), SEED, call)
                            .isEqualTo(expected);
                    seen[expected.code()]++;
                    decided++;
                }
            }
        }
        assertThat(List.of(seen[0], seen[3], seen[4], seen[5])).allMatch(count -> count > CASES / 100);
        System.out.printf("Oracle: %,d documents (seed %d), %,d allowed, no difference%n", decided, SEED, seen[0]);
    }

    private static List<Call> calls(long from, Oracle oracle) throws IOException {
        List<Call> calls = new ArrayList<>();
        List<Condition> conditions = new ArrayList<>();
        for (long number = from; number < from + Oracle.AT_ONCE; number++) {
            Case it = Cases.of(SEED, number);
            Params.Obj params = Document.of(it.arguments(), new SplittableRandom(number));
            try {
                Values arguments = Arguments.of((Json.Obj) parse(params));
                Case signed = signed(it);
                calls.add(new Call(number, signed, params, arguments));
                it.chain().forEach(rules -> conditions.addAll(rules.conditions()));
            } catch (MalformedException e) {
                assertThat(e).hasMessageContaining("number"); // of too many digits
            }
        }
        List<Condition> some = conditions.stream()
                .filter(condition -> constraint(condition).isPresent())
                .toList();
        for (Condition condition : some) {
            oracle.askWhetherFits(condition.kind(), condition.operands());
        }
        oracle.send();
        for (Condition condition : some) {
            assertThat(isFit(condition))
                    .as("whether %s can be signed", condition)
                    .isEqualTo(oracle.fits());
        }
        return calls;
    }

    private static Json parse(Params.Obj params) throws MalformedException {
        return Json.parse(Blob.of(params.document().getBytes(StandardCharsets.UTF_8)));
    }

    /** With the conditions that can be signed. */
    private static Case signed(Case it) {
        List<Rules> chain = it.chain().stream()
                .map(rules -> new Rules(
                        rules.notBefore(),
                        rules.expires(),
                        rules.mayUse(),
                        rules.closed(),
                        rules.conditions().stream()
                                .filter(condition -> constraint(condition).isPresent() && isFit(condition))
                                .toList()))
                .toList();
        return new Case(it.now(), chain, it.arguments(), List.of());
    }

    private static boolean isFit(Condition condition) {
        try {
            constraint(condition).orElseThrow().check();
            return true;
        } catch (MalformedException e) {
            return false;
        }
    }

    /** Nothing where the format has no such thing at all. */
    private static Optional<Constraint> constraint(Condition condition) {
        Optional<Constraint.Kind> kind = Arrays.stream(Constraint.Kind.values())
                .filter(it -> it.number() == condition.kind())
                .findFirst();
        List<Cbor> operands = new ArrayList<>();
        for (Scalar operand : condition.operands()) {
            switch (operand) {
                case Null _ -> operands.add(new Cbor.Null());
                case Bool(boolean yes) -> operands.add(new Cbor.Bool(yes));
                case Int(long number) -> operands.add(new Cbor.Int(number));
                case Str(String text) -> operands.add(new Cbor.Text(text));
                case Dec _, Empty _, Different _ -> {
                    return Optional.empty();
                }
            }
        }
        return kind.map(it -> new Constraint(condition.path(), it, operands, condition.optional()));
    }

    private static Verdict decide(Call call) {
        Block[] blocks = call.it().chain().stream()
                .map(rules -> Arguments.block(
                        rules.notBefore(),
                        rules.expires(),
                        rules.mayUse(),
                        rules.closed(),
                        rules.conditions().stream()
                                .map(condition -> constraint(condition).orElseThrow())
                                .toList()))
                .toArray(Block[]::new);
        long answer = new Chain(blocks)
                .evaluate(call.arguments(), new Received(), call.it().now());
        return new Verdict(Chain.code(answer), Chain.block(answer), Chain.item(answer), List.of());
    }
}
