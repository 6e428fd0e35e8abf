package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Receipt.Meter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class UsageTest {
    private final Usage usage = new Usage();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aWholeAnswerSaysWhatItTook() {
        usage.document(bytes("{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}"));
        assertThat(usage.meters())
                .containsExactlyInAnyOrder(
                        new Meter("input-tokens", 3), new Meter("output-tokens", 4), new Meter("tokens", 7));
    }

    @Test
    void theLastEventThatSaysSoCounts() {
        usage.events(bytes("data: {\"choices\":[],\"usage\":null}\n\ndata: {\"usage\":{\"total_tokens\":5}}\r\n\r\n"));
        usage.events(bytes("data: {\"usage\":{\"total_tokens\":9}}\n\ndata: [DONE]\n\n"));
        assertThat(usage.meters()).containsExactly(new Meter("tokens", 9));
    }

    @Test
    void nonsenseMetersNothing() {
        usage.document(bytes("not JSON"));
        usage.document(bytes("{\"usage\":{\"total_tokens\":-1,\"prompt_tokens\":1.5}}"));
        usage.events(bytes("data: \"usage\"\n\nevent: usage\n\n"));
        assertThat(usage.meters()).isEmpty();
    }
}
