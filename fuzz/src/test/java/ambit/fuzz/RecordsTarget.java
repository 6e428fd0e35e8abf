package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ambit.log.JournalException;
import ambit.log.Records;
import ambit.log.entry.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A log that was changed anywhere is refused, and one that was cut short is read up to its last whole record. The input is the entries,
 * one byte of length before each, and before them two bytes: where to change or cut, and how.
 */
final class RecordsTarget {
    private RecordsTarget() {}

    static void check(byte[] input) throws IOException {
        walk(input);
        if (input.length < 3) {
            return;
        }
        List<byte[]> entries = entries(Arrays.copyOfRange(input, 3, input.length));
        byte[] log = log(entries);
        if (entries.stream().anyMatch(RecordsTarget::isBrokenRevocation)) {
            assertThat(refused(log)).isTrue();
            return;
        }
        assertThat(walk(log)).containsExactlyElementsOf(entries);
        if (log.length == 0) {
            return;
        }
        int at = ((input[0] & 0xff) + 256 * (input[1] & 0xff)) % log.length;
        List<byte[]> prefix = walk(Arrays.copyOf(log, at));
        assertThat(log(prefix).length).isLessThanOrEqualTo(at);
        assertThat(prefix).containsExactlyElementsOf(entries.subList(0, prefix.size()));
        byte change = input[2] == 0 ? 1 : input[2];
        log[at] ^= change;
        assertThat(refused(log)).as("byte %d changed by %d", at, change).isTrue();
    }

    /** A revocation's epoch is read as the log is, so what begins like one has to be one. */
    private static boolean isBrokenRevocation(byte[] entry) {
        if (entry.length < 3 || entry[0] != (byte) 0x86 || entry[1] != 12) {
            return false;
        }
        try {
            Entry.decode(entry);
            return false;
        } catch (JournalException e) {
            return true;
        }
    }

    private static boolean refused(byte[] log) throws IOException {
        try {
            new Records(source(log), List.of()).walk(log.length, (_, _) -> {});
            return false;
        } catch (JournalException e) {
            return true;
        }
    }

    /** The entries of what may be a log; none where it is refused. */
    private static List<byte[]> walk(byte[] log) throws IOException {
        List<byte[]> found = new ArrayList<>();
        Records records = new Records(source(log), List.of());
        try {
            records.walk(log.length, (index, entry) -> {
                if (index != found.size()) {
                    fail("entry %d after %d", index, found.size());
                }
                found.add(entry);
            });
        } catch (JournalException e) {
            assertThat(e.getMessage()).isNotBlank();
            return List.of();
        }
        byte[] whole = log(found);
        assertThat(records.torn()).isEqualTo(log.length - whole.length);
        assertThat(whole).isEqualTo(Arrays.copyOf(log, whole.length));
        assertThat(records.head().size()).isEqualTo(found.size());
        assertThat(records.head().root().toArray()).isEqualTo(root(found));
        return found;
    }

    private static Records.Source source(byte[] log) {
        return (position, into, offset, length) -> {
            int count = (int) Math.min(length, log.length - position);
            System.arraycopy(log, (int) position, into, offset, Math.max(0, count));
            return count <= 0 ? -1 : count;
        };
    }

    private static List<byte[]> entries(byte[] input) {
        List<byte[]> entries = new ArrayList<>();
        for (int at = 0; at < input.length; ) {
            int end = Math.min(input.length, at + 1 + (input[at] & 0xff));
            entries.add(Arrays.copyOfRange(input, at + 1, end));
            at = end;
        }
        return entries;
    }

    /** As docs/reference/formats.md says. */
    private static byte[] log(List<byte[]> entries) {
        java.io.ByteArrayOutputStream log = new java.io.ByteArrayOutputStream();
        byte[] chain = new byte[32];
        for (byte[] entry : entries) {
            chain = sha256(chain, leaf(entry));
            log.writeBytes(ByteBuffer.allocate(4).putInt(entry.length).array());
            log.writeBytes(entry);
            log.writeBytes(chain);
        }
        return log.toByteArray();
    }

    /** RFC 6962 §2.1, word by word. */
    private static byte[] root(List<byte[]> leaves) {
        if (leaves.isEmpty()) {
            return sha256();
        }
        if (leaves.size() == 1) {
            return leaf(leaves.getFirst());
        }
        int left = Integer.highestOneBit(leaves.size() - 1);
        return sha256(new byte[] {1}, root(leaves.subList(0, left)), root(leaves.subList(left, leaves.size())));
    }

    private static byte[] leaf(byte[] entry) {
        return sha256(new byte[] {0}, entry);
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
