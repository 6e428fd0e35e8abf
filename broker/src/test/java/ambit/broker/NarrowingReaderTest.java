package ambit.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.Bitmap;
import ambit.authority.Budget;
import ambit.authority.Constraint;
import ambit.authority.Constraint.Kind;
import ambit.authority.Less;
import ambit.authority.Narrowing;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.MalformedException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NarrowingReaderTest {
    private final List<Bound> held =
            List.of(ScriptedKernel.tool("git.git_log", ""), ScriptedKernel.tool("web.fetch", ""));

    private Blob read(String json) throws MalformedException {
        return NarrowingReader.toCbor(JsonText.utf8(json), held);
    }

    @Test
    void nothing_taken_away_is_nothing_said() throws MalformedException {
        assertThat(read("{}")).isEqualTo(Blob.EMPTY);
    }

    @Test
    void the_words_are_those_of_the_configuration() throws MalformedException {
        Narrowing narrowing = new Narrowing(
                0,
                List.of(
                        new Constraint("repo", Kind.UNDER, List.of(Cbor.of("/repo")), false),
                        new Constraint("n", Kind.MAX, List.of(Cbor.of(3)), true),
                        new Constraint("kind", Kind.IN, List.of(Cbor.of("a"), new Cbor.Null()), false),
                        new Constraint("all", Kind.EQ, List.of(Cbor.of(true)), false),
                        new Constraint("x", Kind.ABSENT, List.of(), false)),
                2,
                true);
        assertThat(read("{\"git.git_log\":{\"at-most\":2,\"where\":{\"repo\":{\"under\":\"/repo\"},\"n?\":{\"max\":3},"
                        + "\"kind\":[\"a\",null],\"all\":true,\"x\":\"absent\"}},\"web.fetch\":false}"))
                .isEqualTo(new Less(Bitmap.of(List.of(1)), List.of(narrowing)).toBlob());
    }

    @Test
    void further_arguments_stay_allowed_only_when_the_narrowing_says_so() throws MalformedException {
        Narrowing open = new Narrowing(0, List.of(), -1, false);
        assertThat(read("{\"git.git_log\":{\"where\":{\"*\":\"any\"}}}"))
                .isEqualTo(new Less(Blob.EMPTY, List.of(open)).toBlob());
    }

    @Test
    void budgets_and_what_was_received_have_words_of_their_own() throws MalformedException {
        assertThat(read("{\"budgets\":{\"cents\":5},\"received\":[\"bills.read#iban\"]}"))
                .isEqualTo(new Less(Blob.EMPTY, List.of(), List.of(new Budget("cents", 5)), List.of("bills.read#iban"))
                        .toBlob());
        Constraint from = new Constraint("n", Kind.FROM, List.of(Cbor.of("bills.read#iban"), Cbor.of(1)), false);
        assertThat(read("{\"git.git_log\":{\"where\":{\"n\":{\"from\":[\"bills.read#iban\",1]}}}}"))
                .isEqualTo(new Less(Blob.EMPTY, List.of(new Narrowing(0, List.of(from), -1, true))).toBlob());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"unknown.tool\":false}",
                "{\"budgets\":3}",
                "{\"budgets\":{\"cents\":-1}}",
                "{\"received\":\"bills.read#iban\"}",
                "{\"received\":[1]}",
                "{\"git.git_log\":true}",
                "{\"git.git_log\":{\"at-least\":1}}",
                "{\"git.git_log\":{\"at-most\":-1}}",
                "{\"git.git_log\":{\"at-most\":1.5}}",
                "{\"git.git_log\":{\"where\":{\"n\":{\"more\":1}}}}",
                "{\"git.git_log\":{\"where\":{\"n\":{\"in\":3}}}}",
                "{\"git.git_log\":{\"where\":{\"n\":1.5}}}",
                "{\"git.git_log\":{\"where\":{\"n\":{}}}}",
                "{\"git.git_log\":{\"where\":{\"*\":1}}}",
                "{\"git.git_log\":{\"where\":{\"?\":1}}}",
            })
    void what_is_not_understood_is_refused(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(MalformedException.class);
    }
}
