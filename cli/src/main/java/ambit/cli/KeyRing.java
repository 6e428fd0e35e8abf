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
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The keys of a project: {@code tenant.key} signs grants, {@code alice.key} alice's requests; {@code .pub} beside each. What was before a
 * rotation is {@code tenant.1}, {@code tenant.2} and so on, with a {@code .retired} beside it from its end on.
 */
final class KeyRing {

    /** A principal's key file cannot have this name. */
    static final String TENANT = "tenant";

    private static final String NEXT = ".next";

    private final Path directory;
    private final Passphrases passphrases;
    private final Map<String, SigningKey> open = new HashMap<>();

    KeyRing(Path directory, Passphrases passphrases) {
        this.directory = directory;
        this.passphrases = passphrases;
    }

    /** For whoever signs nothing. */
    KeyRing(Path directory) {
        this(directory, new Passphrases(Map.of()));
    }

    /** Makes a key pair, sealed by a passphrase or not; fails where there is one. */
    void make(String name, boolean sealed) throws IOException {
        SigningKey key = SigningKey.generate();
        if (sealed) {
            SecretKeyFile.write(secret(name), key, passphrases.fresh(secret(name)));
        } else {
            SecretKeyFile.write(secret(name), key);
        }
        PublicKeyFile.write(open(name), key.publicKey());
    }

    private Path secret(String name) {
        return directory.resolve(name + ".key");
    }

    private Path open(String name) {
        return directory.resolve(name + ".pub");
    }

    private Path retired(String name) {
        return directory.resolve(name + ".retired");
    }

    /** Whether this user can sign as {@code name}. */
    boolean canSign(String name) {
        return Files.isReadable(secret(name));
    }

    boolean has(String name) {
        return Files.exists(open(name));
    }

    boolean isRetired(String name) {
        return Files.exists(retired(name));
    }

    /** Whether the secret half needs a passphrase. */
    boolean isSealed(String name) {
        try {
            return SecretKeyFile.isSealed(secret(name));
        } catch (IOException e) {
            throw unusable(name, e);
        }
    }

    /** Asks for the passphrase of a key file that lies elsewhere. */
    char[] passphrase(Path file) {
        return passphrases.of(file);
    }

    SigningKey signing(String name) {
        return open.computeIfAbsent(name, it -> {
            try {
                return SecretKeyFile.read(secret(it), passphrases::of);
            } catch (IOException e) {
                throw unusable(it, e);
            }
        });
    }

    private Failure unusable(String name, IOException e) {
        if (isRetired(name)) {
            return Failure.usage("the key " + name + " is retired, and signs nothing any more", "")
                    .because(e);
        }
        return (e instanceof NoSuchFileException
                        ? Failure.usage("there is no key of " + name + " in " + directory, hintFor(name))
                        : Failure.usage(String.valueOf(e.getMessage()), ""))
                .because(e);
    }

    Blob publicKey(String name) {
        try {
            return PublicKeyFile.read(open(name));
        } catch (NoSuchFileException e) {
            throw Failure.usage("there is no key of " + name + " in " + directory, hintFor(name))
                    .because(e);
        } catch (IOException e) {
            throw Failure.usage("the public key of " + name + " cannot be read: " + e.getMessage(), "")
                    .because(e);
        }
    }

    private static String hintFor(String name) {
        return name.equals(TENANT)
                ? "'ambit init' makes one; 'ambit init --principal NAME' does where an ambit.yaml is there already"
                : "'ambit init --principal " + name + "' makes one";
    }

    /** Seals the secret half by a passphrase, or opens it to whoever may read the file. */
    void protect(String name, boolean sealed) {
        SigningKey key = signing(name);
        char[] passphrase = sealed ? passphrases.fresh(secret(name)) : new char[0];
        try {
            SecretKeyFile.replace(secret(name), key, passphrase);
        } catch (IOException e) {
            throw unusable(name, e);
        }
    }

    /**
     * The key that is to follow this one, made where there is none yet; sealed if this one is.
     *
     * @param lost whether this one cannot be opened any more, so that its passphrase is not asked for
     */
    SigningKey next(String name, boolean lost) {
        Path file = secret(name + NEXT);
        try {
            if (!Files.exists(file)) {
                SigningKey key = SigningKey.generate();
                boolean sealed = Files.exists(secret(name)) && isSealed(name);
                if (sealed) {
                    char[] passphrase = lost ? passphrases.fresh(file) : passphrases.of(secret(name));
                    SecretKeyFile.write(file, key, passphrase);
                } else {
                    SecretKeyFile.write(file, key);
                }
                return key;
            }
            return SecretKeyFile.read(file, it -> lost ? passphrases.of(it) : passphrases.of(secret(name)));
        } catch (IOException e) {
            throw unusable(name, e);
        }
    }

    /** Has the next key in the place of this one, which stays as a former one. Done again after a kill, it goes on. */
    void promote(String name, Blob next) {
        try {
            Blob present = publicKey(name);
            boolean kept = former(name).stream().anyMatch(it -> publicKey(it).equals(present));
            if (!present.equals(next) && !kept) {
                String former = name + "." + (former(name).size() + 1);
                if (Files.exists(secret(name))) {
                    Files.copy(secret(name), secret(former), StandardCopyOption.COPY_ATTRIBUTES);
                }
                Files.copy(open(name), open(former), StandardCopyOption.COPY_ATTRIBUTES);
            }
            Path fresh = directory.resolve(name + ".fresh");
            Files.deleteIfExists(fresh);
            PublicKeyFile.write(fresh, next);
            Files.move(fresh, open(name), StandardCopyOption.ATOMIC_MOVE);
            Files.move(secret(name + NEXT), secret(name), StandardCopyOption.ATOMIC_MOVE);
            open.remove(name);
        } catch (IOException e) {
            throw Failure.usage("cannot change the keys in " + directory + ": " + e.getMessage(), "")
                    .because(e);
        }
    }

    /** The names of the keys that were this one's before it, the oldest first. */
    List<String> former(String name) {
        List<String> former = new ArrayList<>();
        for (int i = 1; has(name + "." + i); i++) {
            former.add(name + "." + i);
        }
        return former;
    }

    /** This tenant's root keys, all that ever were, the present one first. */
    List<Blob> roots() {
        List<Blob> roots = new ArrayList<>(List.of(publicKey(TENANT)));
        former(TENANT).forEach(name -> roots.add(publicKey(name)));
        return roots;
    }

    /** Notes that a former key has ended, and does away with its secret half. */
    void retire(String name, String why) {
        try {
            Files.writeString(retired(name), why + "\n");
            Files.deleteIfExists(secret(name));
        } catch (IOException e) {
            throw Failure.usage("cannot change the keys in " + directory + ": " + e.getMessage(), "")
                    .because(e);
        }
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
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
