package ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a reviewer sees of a change. */
final class JsonDiffTest {
    private static Json json(String text) throws MalformedException {
        return Json.parse(Blob.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> diff(String old, String fresh) throws MalformedException {
        return JsonDiff.of(Optional.of(json(old)), json(fresh));
    }

    @Test
    void whatIsNewIsAllAdded() throws MalformedException {
        assertThat(JsonDiff.of(Optional.empty(), json("{\"a\":1}"))).containsExactly("+ {", "+   \"a\": 1", "+ }");
    }

    @Test
    void onlyChangedLinesAreMarkedAndTheOrderOfMembersDoesNotMatter() throws MalformedException {
        assertThat(diff("{\"b\":[1,2,3],\"a\":\"x\"}", "{\"a\":\"x\",\"b\":[1,3]}"))
                .containsExactly("  …", "    \"b\": [", "      1,", "-     2,", "      3", "    ]", "  …");
        assertThat(diff("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}")).containsExactly("  …");
    }

    @Test
    void aLongValueIsShownAroundItsChangesAndAHugeOneAtAll() throws MalformedException {
        String same = IntStream.range(0, 100).mapToObj(String::valueOf).collect(Collectors.joining(","));
        assertThat(diff("[" + same + ",1]", "[" + same + ",2]"))
                .containsExactly("  …", "    98,", "    99,", "-   1", "+   2", "  ]");
        String huge = IntStream.range(0, 3000).mapToObj(String::valueOf).collect(Collectors.joining(","));
        String other = IntStream.range(3000, 6000).mapToObj(String::valueOf).collect(Collectors.joining(","));
        assertThat(diff("[" + huge + "]", "[" + other + "]")).hasSize(6002);
    }

    @Test
    void textThatWouldSteerATerminalIsShownAsWhatItIs() throws MalformedException {
        assertThat(String.join("", diff("\"a\"", "\"\\u202e\\u009b\""))).doesNotContain("\u202e", "\u009b");
    }

    @Test
    void anEntryIsNamedWithItsVersionAfterTheLastAt() {
        assertThat(EntryName.of("user/notes/a@b@12")).isEqualTo(new EntryName("user/notes/a@b", OptionalLong.of(12)));
        assertThat(EntryName.of("user/notes/a@b")).isEqualTo(new EntryName("user/notes/a@b", OptionalLong.empty()));
        assertThat(EntryName.of("a@0")).isEqualTo(new EntryName("a@0", OptionalLong.empty()));
    }
}
