package ambit.cli;

import ambit.authority.keyfile.PublicKeyFile;
import ambit.authority.keyfile.SecretKeyFile;
import ambit.authority.signing.SigningKey;
import ambit.cli.outcome.Failure;
import ambit.wire.Blob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The keys of a project: {@code tenant.key} signs grants, {@code alice.key} alice's requests; {@code .pub} beside each. */
final class KeyRing {

    /** A principal's key file cannot have this name. */
    static final String TENANT = "tenant";

    private final Path directory;

    KeyRing(Path directory) {
        this.directory = directory;
    }

    /** Makes a key pair; fails where there is one. */
    void make(String name) throws IOException {
        SigningKey key = SigningKey.generate();
        SecretKeyFile.write(secret(name), key);
        PublicKeyFile.write(directory.resolve(name + ".pub"), key.publicKey());
    }

    private Path secret(String name) {
        return directory.resolve(name + ".key");
    }

    /** Whether this user can sign as {@code name}. */
    boolean canSign(String name) {
        return Files.isReadable(secret(name));
    }

    boolean has(String name) {
        return Files.exists(directory.resolve(name + ".pub"));
    }

    SigningKey signing(String name) {
        try {
            return SecretKeyFile.read(secret(name));
        } catch (NoSuchFileException e) {
            throw Failure.usage("there is no key of " + name + " in " + directory, hintFor(name))
                    .because(e);
        } catch (IOException e) {
            throw Failure.usage(String.valueOf(e.getMessage()), "").because(e);
        }
    }

    Blob publicKey(String name) {
        try {
            return PublicKeyFile.read(directory.resolve(name + ".pub"));
        } catch (NoSuchFileException e) {
            throw Failure.usage("there is no key of " + name + " in " + directory, hintFor(name))
                    .because(e);
        } catch (IOException e) {
            throw Failure.usage("the public key of " + name + " cannot be read: " + e.getMessage(), "")
                    .because(e);
        }
    }

    private static String hintFor(String name) {
        return name.equals(TENANT) ? "'ambit init' makes one" : "'ambit init --principal " + name + "' makes one";
    }

    /** All public keys by name. */
    SortedMap<String, Blob> all() {
        SortedMap<String, Blob> keys = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".pub")) {
                    keys.put(name.substring(0, name.length() - 4), PublicKeyFile.read(file));
                }
            }
        } catch (IOException e) {
            throw Failure.usage("the keys in " + directory + " cannot be read", "'ambit init' makes them")
                    .because(e);
        }
        return keys;
    }

    /** Whose key this is, if it is one of this project's. */
    Optional<String> nameOf(Blob key) {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        return all().entrySet().stream()
                .filter(entry -> entry.getValue().equals(key))
                .map(java.util.Map.Entry::getKey)
                .findFirst();
    }
}
