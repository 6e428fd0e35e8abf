package ambit.audit.tlog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Up to 256 entries, each after its length in two bytes. */
final class Bundle {
    private Bundle() {}

    static void write(byte[] entry, ByteArrayOutputStream bundle) {
        bundle.write(entry.length >> 8);
        bundle.write(entry.length);
        bundle.writeBytes(entry);
    }

    /** The entries of a bundle, at most so many of them. */
    static List<byte[]> read(byte[] bundle, int most, String name) throws IOException {
        List<byte[]> entries = new ArrayList<>();
        int at = 0;
        while (at < bundle.length && entries.size() < most) {
            int from = at + 2;
            int to = from > bundle.length
                    ? Integer.MAX_VALUE
                    : from + (Byte.toUnsignedInt(bundle[at]) << 8) + Byte.toUnsignedInt(bundle[at + 1]);
            if (to > bundle.length) {
                throw new IOException(name + " ends within an entry");
            }
            entries.add(Arrays.copyOfRange(bundle, from, to));
            at = to;
        }
        if (entries.size() < most) {
            throw new IOException(name + " has " + entries.size() + " entries, not " + most);
        }
        return entries;
    }
}
