package ambit.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Less;
import ambit.authority.Narrowing;
import ambit.wire.Blob;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the broker reads of a guest's JSON, beside the parser that decides over it. */
public final class GuestTargets {
    private static final List<Bound> HELD = Stream.of("git.git_log", "web.fetch", "agent.helper")
            .map(name -> new Bound(Blob.fromHex("00".repeat(16)), name, Bound.TOOL, "files", -1, "", false))
            .toList();

    private GuestTargets() {}

    /** What is read of a narrowing is a record that the core reads, and speaks of what the context holds. */
    public static void checkNarrowing(byte[] input) {
        Blob record;
        try {
            record = NarrowingReader.toCbor(Blob.of(input), HELD);
        } catch (MalformedException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        if (record.isEmpty()) {
            return;
        }
        try {
            for (Narrowing narrowing : Less.parse(record).narrowings()) {
                assertThat(narrowing.cap()).isBetween(0, HELD.size() - 1);
            }
        } catch (MalformedException e) {
            // The core refuses some of what a guest may write, such as a text that is too long.
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    /** Each member that is cut out of a document is what the deciding parser reads there, and nothing gets out of its place. */
    public static void checkMembers(byte[] input) {
        Blob document = Blob.of(input);
        String text = new String(input, UTF_8);
        try {
            Map<String, Blob> cut = JsonText.members(document);
            Json.Obj whole = (Json.Obj) Json.parse(document);
            assertThat(cut.keySet()).containsExactlyElementsOf(whole.members().keySet());
            for (Map.Entry<String, Blob> member : cut.entrySet()) {
                assertThat(Json.parse(member.getValue()))
                        .isEqualTo(whole.members().get(member.getKey()));
                assertThat(JsonText.hasMember(document, member.getKey())).isTrue();
            }
        } catch (MalformedException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        Blob wrapped = JsonText.object(json -> JsonText.member(json, "a", document));
        JsonNode read = new JsonMapper().readTree(wrapped.toArray());
        assertThat(read.propertyNames()).as(text).containsExactly("a");
    }
}
