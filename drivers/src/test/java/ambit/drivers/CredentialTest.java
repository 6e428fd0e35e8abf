package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialTest {
    private static final String SECRET = "sk/a\"b+c";

    @Test
    void aSecretIsReadFromTheEnvironmentOrAFileWithoutItsLineEnd(@TempDir Path directory)
            throws IOException, DriverFailure {
        Path file = Files.writeString(directory.resolve("key"), SECRET + "\r\n");
        assertThat(Credential.read("file:" + file, Map.of()).reveal()).isEqualTo(SECRET);
        assertThat(Credential.read("env:K", Map.of("K", SECRET)).reveal()).isEqualTo(SECRET);
    }

    @Test
    void itIsNeverShown() throws DriverFailure {
        assertThat(Credential.read("env:K", Map.of("K", SECRET))).hasToString("Credential(env:K)");
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> Credential.read("env:K", Map.of())).hasMessageContaining("env:K is empty or not set");
        assertThatThrownBy(() -> Credential.read("file:/nowhere", Map.of()))
                .hasMessageContaining("file:/nowhere cannot be read");
        assertThatThrownBy(() -> Credential.read("SECRET", Map.of())).hasMessageNotContaining("SECRET");
        assertThatThrownBy(() -> Credential.read("env:K", Map.of("K", "two words")))
                .hasMessageNotContaining("two words");
    }

    @Test
    void everySpellingOfASecretIsTakenOut() throws DriverFailure {
        Scrubber scrubber = new Scrubber(List.of(Credential.read("env:K", Map.of("K", SECRET))));
        String base64 = Base64.getEncoder().encodeToString(SECRET.getBytes(StandardCharsets.UTF_8));
        for (String spelling : List.of(SECRET, "sk/a\\\"b+c", "sk%2Fa%22b%2Bc", base64)) {
            assertThat(scrubber.clean("é " + spelling + spelling + " x"))
                    .isEqualTo("é " + Scrubber.MARK + Scrubber.MARK + " x");
        }
        assertThat(scrubber.clean("sk/a\"b")).isEqualTo("sk/a\"b");
    }

    @Test
    void aSecretIsAlsoTakenOutOfTheBase64OfSomethingLonger() throws DriverFailure {
        String secret = "0123456789abcdef/+";
        Scrubber scrubber = new Scrubber(List.of(Credential.read("env:K", Map.of("K", secret))));
        for (String before : List.of("", "a", "ab", "abc", "user:")) {
            for (Base64.Encoder encoder :
                    List.of(Base64.getEncoder(), Base64.getUrlEncoder().withoutPadding())) {
                byte[] all = (before + secret + ":and more").getBytes(StandardCharsets.US_ASCII);
                String cleaned = scrubber.clean("Basic " + encoder.encodeToString(all));
                assertThat(cleaned).contains(Scrubber.MARK);
                String left = cleaned.substring("Basic ".length()).replace(Scrubber.MARK, "");
                assertThat(left.length())
                        .isLessThan(8 + encoder.encodeToString(all).length() - secret.length() * 4 / 3);
            }
        }
    }

    @Test
    void eventsAreCutBetweenEvents() {
        EventSplitter splitter = new EventSplitter();
        assertThat(text(splitter.add(bytes("data: a\n")))).isEmpty();
        assertThat(text(splitter.add(bytes("\ndata: b\r\n\r")))).isEqualTo("data: a\n\n");
        assertThat(text(splitter.add(bytes("\ndata: c")))).isEqualTo("data: b\r\n\r\n");
        assertThat(text(splitter.rest())).isEqualTo("data: c");
        assertThat(splitter.waiting()).isZero();
    }

    @Test
    void foreignTextIsOnePlainLine() {
        assertThat(Foreign.quote(" a\n\u001b[31mb\u202e\t c\u0000 ")).isEqualTo("a [31mb c");
        assertThat(Foreign.quote("x".repeat(1000))).hasSize(301);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
