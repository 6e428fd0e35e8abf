package ambit.drivers.memory;

import static ambit.drivers.memory.World.READ;
import static ambit.drivers.memory.World.WRITE;
import static ambit.drivers.memory.World.assertRefused;
import static ambit.drivers.memory.World.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.drivers.DriverFailure;
import ambit.wire.Denial;
import ambit.wire.Verdict;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mapping demands of keys and values, early and at the commit. */
@ParameterizedClass
@EnumSource
@Timeout(120)
class TermsTest {
    @Parameter
    Engine engine;

    @TempDir
    Path directory;

    private World world;

    @BeforeEach
    void open() throws DriverFailure {
        world = new World(Engine.open(engine.fresh(directory)));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private World.Context with(String... terms) throws DriverFailure {
        return world.begin(notes(READ | WRITE, terms));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"kyes\":[\"a\"]}",
                "{\"keys\":\"a\"}",
                "{\"keys\":[1]}",
                "{\"keys\":[\"\"]}",
                "{\"value-bytes\":0}",
                "{\"value-bytes\":1.5}",
                "{\"commit\":\"some\"}",
                "{\"review\":\"yes\"}",
                "{\"lifetime-seconds\":99999999999}",
                "{\"schema\":[]}",
                "{\"schema\":{\"$ref\":\"https://example.com/schema\"}}",
                "{\"schema\":{\"$id\":\"https://example.com/schema\"}}",
                "{\"schema\":{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}}",
                "{\"schema\":{\"pattern\":\"(a)\\\\1\"}}",
                "{\"schema\":{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"items\":{\"$ref\":\"#/$defs/a\"}}}}}",
                "{\"review\":true,\"review\":false}",
                "[]"
            })
    void termsThatAreNotUnderstoodAreRefusedWithTheMapping(String terms) {
        assertThatThrownBy(() -> with(terms))
                .isInstanceOf(DriverFailure.class)
                .hasMessageMatching("the (terms of a memory mapping|schema of memory values) cannot be used: .*"
                        + "|a pattern of keys is empty .*");
    }

    @Test
    void aSchemaThatWouldGrowWithoutEndIsRefused() {
        StringBuilder definitions = new StringBuilder("\"d0\":{}");
        for (int i = 1; i < 30; i++) {
            String below = "{\"$ref\":\"#/$defs/d" + (i - 1) + "\"}";
            definitions.append(",\"d" + i + "\":{\"allOf\":[" + below + "," + below + "]}");
        }
        assertThatThrownBy(() -> with("{\"schema\":{\"$ref\":\"#/$defs/d29\",\"$defs\":{" + definitions + "}}}"))
                .hasMessageContaining("more than 1024 parts");
    }

    @Test
    void aKeyThatNoPatternMatchesIsRefusedAtOnce() throws DriverFailure {
        World.Context context = with("{\"keys\":[\"summaries/*\",\"logs/**/final\"]}");
        context.write("user/notes/summaries/monday", "1");
        context.write("user/notes/logs/a/b/final", "1");
        assertRefused(() -> context.write("user/notes/summaries/a/b", "1"), Denial.KEY_PATTERN);
        assertRefused(() -> context.write("user/notes/summaries", "1"), Denial.KEY_PATTERN);
        assertRefused(() -> context.write("user/notes/logs/final/x", "1"), Denial.KEY_PATTERN);
        assertThat(context.commit()).hasSize(2).allMatch(Verdict::committed);
    }

    @Test
    void everythingInAPatternButStarsStandsForItself() throws DriverFailure {
        World.Context context = with("{\"keys\":[\"a.b[c]?\\\\E|(x)*\"]}");
        context.write("user/notes/a.b[c]?\\\\E|(x)anything", "1");
        assertRefused(() -> context.write("user/notes/aXb[c]?\\\\E|(x)", "1"), Denial.KEY_PATTERN);
    }

    @Test
    void aValueThatDoesNotFitTheSchemaIsRefusedAndSaysWhere() throws DriverFailure {
        World.Context context = with("""
                {"schema": {"type": "object", "required": ["mood"], "additionalProperties": false,
                  "properties": {"mood": {"enum": ["good", "bad"]}, "code": {"type": "string", "pattern": "^[a-z]+$"}}}}""");
        context.write("user/notes/a", "{\"mood\":\"good\",\"code\":\"abc\"}");
        assertRefused(() -> context.write("user/notes/a", "{\"mood\":\"odd\"}"), Denial.SCHEMA);
        assertRefused(() -> context.write("user/notes/a", "{\"mood\":\"good\",\"code\":\"ABC\"}"), Denial.SCHEMA);
        assertThatThrownBy(() -> context.write("user/notes/a", "{\"mood\":\"bad\",\"more\":1}"))
                .hasMessageContaining("more");
        assertThat(context.read("user/notes/a")).contains("good");
    }

    @Test
    void whatSeveralBlocksDemandHoldsTogether() throws DriverFailure {
        World.Context context =
                with("{\"keys\":[\"a*\"],\"value-bytes\":5}", "{\"keys\":[\"*z\"],\"value-bytes\":100}");
        context.write("user/notes/az", "12345");
        assertRefused(() -> context.write("user/notes/a", "1"), Denial.KEY_PATTERN);
        assertRefused(() -> context.write("user/notes/z", "1"), Denial.KEY_PATTERN);
        assertRefused(() -> context.write("user/notes/az", "123456"), Denial.VALUE_SIZE);
    }

    @Test
    void theNumberOfEntriesIsBounded() throws DriverFailure {
        with().write("user/notes/a", "1").write("user/notes/b", "1").commit();
        World.Context context = with("{\"entries\":3}");
        context.write("user/notes/a", "2").write("user/notes/c", "1").write("user/notes/d", "1");
        assertThat(context.commit())
                .containsExactly(
                        Verdict.committed("user/notes/a", 2),
                        Verdict.committed("user/notes/c", 1),
                        Verdict.dropped("user/notes/d", Denial.QUOTA));
    }

    @Test
    void oneRefusedEntryDropsAllWhereTheTermsSaySo() throws DriverFailure {
        World.Context other = with().write("user/notes/a", "1");
        World.Context context = with("{\"commit\":\"all\"}");
        context.write("user/notes/a", "2").write("user/notes/b", "2").write("mine", "2");
        other.commit();
        assertThat(context.commit())
                .containsExactly(
                        Verdict.dropped("user/notes/a", Denial.CONFLICT),
                        Verdict.dropped("user/notes/b", Denial.ALL_OR_NOTHING),
                        Verdict.dropped("mine", Denial.ALL_OR_NOTHING));
        assertThat(with().read("user/notes/b")).isEqualTo("absent");
    }

    @Test
    void whatHasALifetimeIsGoneAfterItAndDestroyedByTheSweep() throws Exception {
        with("{\"lifetime-seconds\":60}").write("user/notes/a", "\"soon gone\"").commit();
        world.now.addAndGet(59_000);
        assertThat(with().read("user/notes/a")).isEqualTo("\"soon gone\"");
        assertThat(world.driver.sweep()).isZero();
        world.now.addAndGet(1_000);
        assertThat(with().read("user/notes/a")).isEqualTo("absent");
        assertThat(world.driver.sweep()).isEqualTo(1);
        assertThat(World.text(with().tool("history", "{\"key\":\"user/notes/a\"}"), "versions", 0, "state"))
                .isEqualTo("expired");
        assertThat(with().write("user/notes/a", "2").commit())
                .as("versions only grow")
                .containsExactly(Verdict.committed("user/notes/a", 2));
    }

    @Test
    void theRightToAppendIsForKeysThatAreNotThereYet() throws DriverFailure {
        with().write("user/notes/a", "1").commit();
        World.Context context = world.begin(notes(READ | World.APPEND));
        assertRefused(() -> context.write("user/notes/a", "2"), Denial.APPEND_ONLY);
        context.write("user/notes/b", "2").write("user/notes/b", "3");
        World.Context quicker = with().write("user/notes/b", "1");
        quicker.commit();
        assertThat(context.commit()).containsExactly(Verdict.dropped("user/notes/b", Denial.CONFLICT));
    }

    @Test
    void onlyWhatThisContextRetrievedCanBeQuoted() throws DriverFailure {
        World.Context context = with("{\"quotes\":true}");
        World.Context other = with("{\"quotes\":true}");
        String hash = World.name("a chunk").toHex();
        String value = "{\"answer\":42,\"quotes\":[{\"hash\":\"" + hash + "\",\"text\":\"as it was\"}]}";
        context.memory().chunks().retrieved(World.name("a chunk"), "as it was", 1);
        context.write("user/notes/a", value);
        assertRefused(() -> other.write("user/notes/a", value), Denial.NOT_QUOTED);
        assertRefused(() -> context.write("user/notes/a", value.replace("was", "is")), Denial.NOT_QUOTED);
        assertRefused(() -> context.write("user/notes/a", "{\"quotes\":[]}"), Denial.NOT_QUOTED);
        assertRefused(() -> context.write("user/notes/a", "\"no object\""), Denial.NOT_QUOTED);
        assertThat(context.commit()).containsExactly(Verdict.committed("user/notes/a", 1));
    }
}
