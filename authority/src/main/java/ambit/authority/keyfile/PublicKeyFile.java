package ambit.authority.keyfile;

import ambit.authority.signing.PublicKeys;
import ambit.wire.Blob;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;

/** A public key on one line, {@code ambit-ed25519 <base64>}. */
public final class PublicKeyFile {
    private static final int MAX_FILE = 256;

    private PublicKeyFile() {}

    /** The key of a line as {@link PublicKeys#toLine} writes it, with or without the end of line. */
    public static Blob parse(String line) throws MalformedException {
        String text = line.strip();
        if (!text.startsWith(PublicKeys.LABEL)) {
            throw new MalformedException("not a line of the form: ambit-ed25519 <base64>");
        }
        try {
            Blob key = Blob.of(Base64.getDecoder().decode(text.substring(PublicKeys.LABEL.length())));
            if (!PublicKeys.toLine(key).equals(text)) {
                throw new MalformedException("not the one spelling of a public key");
            }
            return PublicKeys.requireSound(key);
        } catch (IllegalArgumentException e) {
            throw new MalformedException("not the base64 of a public key");
        }
    }

    public static Blob read(Path file) throws IOException {
        return parse(readSmall(file, MAX_FILE));
    }

    /** Writes a new file; fails where there is one. */
    public static void write(Path file, Blob key) throws IOException {
        Files.writeString(file, PublicKeys.toLine(key) + "\n", StandardOpenOption.CREATE_NEW);
    }

    static String readSmall(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new MalformedException("key file too large");
            }
            return new String(bytes, StandardCharsets.US_ASCII);
        }
    }
}
