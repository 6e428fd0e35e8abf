package ambit.log.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.authority.approval.Heard;
import ambit.log.Journal;
import ambit.log.JournalException;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntryTest {
    private static final Blob ID = Blob.of(new byte[16]);
    private static final Blob HASH = Blob.of(new byte[32]);

    static Stream<Entry> entries() {
        return Stream.of(
                new Entry.Boot(1, "ambit/host", HASH, 17),
                new Entry.TenantRegistered(2, "acme", HASH),
                new Entry.GrantSeen(3, HASH, Blob.of(new byte[] {1, 2, 3})),
                new Entry.Admitted(4, ID, "t", "acme", HASH, "agent", HASH, HASH, HASH, Blob.EMPTY, 99),
                new Entry.Spawned(5, ID, "t.1", "child", ID, HASH, HASH, Blob.EMPTY, 99, List.of()),
                new Entry.Denied(6, Blob.EMPTY, "", 0, "", Blob.EMPTY, 14, "no tenant"),
                new Entry.Allowed(
                        7,
                        ID,
                        "t",
                        1,
                        1,
                        "git.log",
                        HASH,
                        ID,
                        "mcp",
                        true,
                        List.of(new Entry.Debit(HASH, 0, 1, -1, 7, 1)),
                        List.of(3L),
                        HASH),
                new Entry.Outcome(8, ID, 0, HASH, 12, 3, List.of(new Entry.Debit(HASH, 128, 40, 100))),
                new Entry.GuestEvent(9, ID, "t", Blob.of("{}".getBytes(java.nio.charset.StandardCharsets.UTF_8))),
                new Entry.CommitIntended(10, ID, "t"),
                new Entry.Ended(11, ID, "t", 0, 0, HASH, List.of(new Entry.Written("k", true, 0, 1))),
                new Entry.Revoked(12, 1, "acme", ID, Blob.EMPTY),
                new Entry.Recovered(13, "t", true),
                new Entry.Wrote(14, ID, "t", List.of(new Entry.Written("k", false, 21, 0))),
                new Entry.TenantKeyAdded(15, "acme", HASH, Blob.EMPTY),
                new Entry.CoreKeyEndorsed(16, HASH, Blob.EMPTY),
                new Entry.Stopped(17, "t", "why"),
                new Entry.BoundaryReport(18, ID, "t", Blob.of(new byte[] {'{', '}'})),
                new Entry.PostQuantumKey(19, Blob.of(new byte[1312])),
                new Entry.Asked(20, ID, "t", "git.log", HASH, HASH, 99),
                new Entry.Approved(21, HASH, HASH, new Heard(18, 99, 1, ""), Blob.EMPTY),
                new Entry.ApprovalRefused(22, HASH, HASH, new Heard(18, 99, Heard.REFUSED, "no"), Blob.EMPTY),
                new Entry.Shredded(23, "t", 3, "why"),
                new Entry.BodyRead(24, "t", HASH, "root"),
                new Entry.Forgotten(25, Blob.EMPTY, 1, 2, 3));
    }

    @ParameterizedTest
    @MethodSource("entries")
    void everyKindComesBackAsItWasWritten(Entry entry) {
        assertThat(Entry.decode(Entry.encode(entry))).isEqualTo(entry);
    }

    @Test
    void everyKindHasATest() {
        assertThat(entries().map(Object::getClass)).containsExactlyInAnyOrder(Entry.class.getPermittedSubclasses());
    }

    @Test
    void asManyVerdictsAsAnEntryHoldsFitWhateverTheKeysAre() {
        List<Entry.Written> all = java.util.Collections.nCopies(
                Entry.MAX_WRITTEN,
                new Entry.Written("\u20ac".repeat(ambit.wire.Limits.MEMORY_KEY), true, 0, Long.MAX_VALUE));
        assertThat(Entry.encode(new Entry.Ended(11, ID, "t", 0, 0, HASH, all)).length)
                .isLessThan(Journal.MAX_ENTRY);
    }

    @Test
    void theBytesOfAnEntryAreFixed() {
        byte[] bytes = Entry.encode(new Entry.Recovered(13, "t", true));
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("840d0d6174f5");
        assertThat(HexFormat.of().formatHex(Entry.encode(new Entry.Stopped(17, "t", "y"))))
                .isEqualTo("84111161746179");
    }

    @ParameterizedTest
    @MethodSource("entries")
    void aCutOrExtendedEntryIsRefused(Entry entry) {
        byte[] bytes = Entry.encode(entry);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> Entry.decode(cut)).isInstanceOf(JournalException.class);
        }
        assertThatThrownBy(() -> Entry.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(JournalException.class);
    }

    @Test
    void unknownKindsAndWrongTypesAreRefused() {
        for (Cbor bad : List.of(
                Cbor.array(0, 1),
                Cbor.array(15, 1),
                Cbor.array(13, 13, "t", 1),
                Cbor.array(13, 13, "t"),
                Cbor.of(7),
                Cbor.array())) {
            byte[] bytes = Cbor.encode(bad);
            assertThatThrownBy(() -> Entry.decode(bytes)).isInstanceOf(JournalException.class);
        }
    }
}
