package ambit.log.note;

import ambit.wire.Blob;
import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * One signature below a note.
 *
 * @param id of the key, four bytes
 * @param payload the signature; a cosignature's begins with its time
 */
public record NoteLine(String name, Blob id, Blob payload) {
    /** Whether this key says that it signed here. */
    public boolean isOf(VerifierKey key) {
        return name.equals(key.name()) && id.equals(key.id());
    }

    /** Of a cosignature: when it was made, in seconds since 1970. */
    public long time() {
        return ByteBuffer.wrap(payload.toArray()).getLong();
    }

    /** As it stands below the note, with its end of line. */
    @Override
    public String toString() {
        byte[] whole = ByteBuffer.allocate(id.size() + payload.size())
                .put(id.toArray())
                .put(payload.toArray())
                .array();
        return "\u2014 " + name + " " + Base64.getEncoder().encodeToString(whole) + "\n";
    }
}
