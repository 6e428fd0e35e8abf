package ambit.authority.signing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Files of test vectors that others published, as they published them, and the providers that are held to them. */
final class OthersVectors {
    private OthersVectors() {}

    /** The JDK's provider, and Corretto's where its library is made for. */
    static Stream<Provider> providers() throws ReflectiveOperationException {
        if (!System.getProperty("os.arch").equals("amd64")) {
            return Stream.of(Signed.JDK);
        }
        Provider corretto = Class.forName(Signed.CORRETTO)
                .asSubclass(Provider.class)
                .getDeclaredConstructor()
                .newInstance();
        return Stream.of(Signed.JDK, corretto);
    }

    /** Ambit's rule with this provider, as {@link Signed#verify} has it with the one it chose: the key is vetted, then the provider asked. */
    static boolean accepts(Provider provider, Blob key, byte[] message, byte[] signature) {
        return isSound(key) && accepted(provider, key, message, signature);
    }

    /** What the provider says alone. */
    static boolean accepted(Provider provider, Blob key, byte[] message, byte[] signature) {
        try {
            return Signed.verifies(provider, key, message, signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    static boolean isSound(Blob key) {
        try {
            PublicKeys.requireSound(key);
            return true;
        } catch (MalformedException e) {
            return false;
        }
    }

    static Json read(String file) throws IOException {
        try (InputStream in = Objects.requireNonNull(OthersVectors.class.getResourceAsStream("/" + file), file)) {
            // With its indentation and second spelling of keys, one of them would be larger than any document that
            // Ambit reads.
            String compact =
                    new String(in.readAllBytes(), UTF_8).replaceAll("\n *(\"publicKeyDer\" ?: ?\"[0-9a-f]*\",)?", "");
            return Json.parse(Blob.of(compact.getBytes(UTF_8)));
        }
    }

    static Json get(Json from, String... path) {
        Json value = from;
        for (String name : path) {
            assertThat(value).isInstanceOf(Json.Obj.class);
            value = Objects.requireNonNull(((Json.Obj) value).members().get(name), name);
        }
        return value;
    }

    static String text(Json from, String... path) {
        return ((Json.Str) get(from, path)).value();
    }

    static Blob hex(Json from, String... path) {
        return Blob.fromHex(text(from, path).toLowerCase(java.util.Locale.ROOT));
    }

    static List<Json> list(Json from, String... path) {
        return ((Json.Arr) get(from, path)).items();
    }

    /** A list of texts, which may be null for none. */
    static List<String> texts(Json from, String name) {
        return get(from, name) instanceof Json.Arr(List<Json> items)
                ? items.stream().map(item -> ((Json.Str) item).value()).toList()
                : List.of();
    }
}
