package ambit.drivers;

import java.util.Arrays;

/**
 * Cuts a stream of server-sent events between events, so that each goes on as soon as it is complete and nothing that must be
 * found in it is cut in two. Bytes are never changed: the pieces joined are the stream.
 */
final class EventSplitter {
    private byte[] pending = new byte[0];

    /** All complete events so far, or an empty array. */
    byte[] add(byte[] bytes) {
        byte[] all = Arrays.copyOf(pending, pending.length + bytes.length);
        System.arraycopy(bytes, 0, all, pending.length, bytes.length);
        int end = endOfLastEvent(all);
        pending = Arrays.copyOfRange(all, end, all.length);
        return Arrays.copyOf(all, end);
    }

    /** Bytes of the event that is not complete yet. */
    int waiting() {
        return pending.length;
    }

    /** What is left when the stream ended. */
    byte[] rest() {
        byte[] rest = pending;
        pending = new byte[0];
        return rest;
    }

    /** Just after the last blank line; lines end with LF, CR LF or CR. */
    private static int endOfLastEvent(byte[] bytes) {
        for (int at = bytes.length - 1; at > 0; at--) {
            if (bytes[at] == '\n') {
                int before = bytes[at - 1] == '\r' ? at - 2 : at - 1;
                if (before >= 0 && bytes[before] == '\n') {
                    return at + 1;
                }
            } else if (bytes[at] == '\r' && bytes[at - 1] == '\r') {
                return at + 1;
            }
        }
        return 0;
    }
}
