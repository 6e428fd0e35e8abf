package ambit.drivers;

import ambit.wire.Denial;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A secret of the driver process, and the reference that it was found by. Only the reference is ever shown: the secret opens
 * with {@link #reveal()} alone.
 */
final class Credential {
    private static final int LONGEST = 16 << 10;

    private final String reference;
    private final String secret;

    private Credential(String reference, String secret) {
        this.reference = reference;
        this.secret = secret;
    }

    /**
     * Reads the secret at {@code env:NAME} or {@code file:PATH}; line ends and blanks around it are not part of it.
     *
     * @throws DriverFailure when it is absent, empty, or not a printable ASCII line (nothing else fits into an HTTP header)
     */
    static Credential read(String reference, Map<String, String> environment) throws DriverFailure {
        String secret;
        if (reference.startsWith("env:")) {
            secret = environment.getOrDefault(reference.substring(4), "");
        } else if (reference.startsWith("file:")) {
            secret = contentOf(reference);
        } else {
            throw new DriverFailure(
                    Denial.DRIVER_UNAVAILABLE,
                    "a credential reference is neither env:NAME nor file:PATH; correct it in ambit.yaml");
        }
        secret = secret.strip();
        if (secret.isEmpty()) {
            throw new DriverFailure(
                    Denial.DRIVER_UNAVAILABLE,
                    "the credential " + reference + " is empty or not set; set it and start the kernel again");
        }
        if (!secret.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new DriverFailure(
                    Denial.DRIVER_UNAVAILABLE,
                    "the credential " + reference + " holds more than one printable line; put the secret alone there");
        }
        return new Credential(reference, secret);
    }

    private static String contentOf(String reference) throws DriverFailure {
        Path path = Path.of(reference.substring(5));
        try {
            if (Files.size(path) > LONGEST) {
                throw new DriverFailure(
                        Denial.DRIVER_UNAVAILABLE,
                        "the credential " + reference + " is larger than 16 KiB; is it the right file?");
            }
            return Files.readString(path, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new DriverFailure(
                    Denial.DRIVER_UNAVAILABLE,
                    "the credential " + reference + " cannot be read ("
                            + e.getClass().getSimpleName()
                            + "); see that the file exists and that the drivers' user may read it",
                    e);
        }
    }

    /** Where the secret is kept, such as {@code env:OPENAI_API_KEY}. */
    String reference() {
        return reference;
    }

    /** The secret itself: for the request that needs it, and for nothing that is kept or shown. */
    String reveal() {
        return secret;
    }

    /** This, and where it is {@code user:password} also the password. */
    Stream<Credential> withParts() {
        String password = secret.substring(secret.indexOf(':') + 1);
        return password.isEmpty() || password.equals(secret)
                ? Stream.of(this)
                : Stream.of(this, new Credential(reference, password));
    }

    @Override
    public String toString() {
        return "Credential(" + reference + ")";
    }
}
