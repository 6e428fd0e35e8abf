package ambit.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.wire.Blob;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConversationRoomTest {
    private final AtomicLong ofAll = new AtomicLong();

    private Conversation begin(String transaction) {
        return new Conversation(Blob.EMPTY, transaction, "acme", Runnable::run, ofAll);
    }

    @Test
    void allTransactionsTogetherKeepNoMoreThanTheirRoom() throws DriverFailure {
        String text = "x".repeat(8 << 20);
        Conversation first = begin("t-first");
        first.seal("llm", text);
        for (int i = 1; ofAll.get() < Conversation.MOST_OF_ALL; i++) {
            begin("t-" + i).seal("llm", text);
        }
        assertThatThrownBy(first::requireRoom)
                .isInstanceOf(DriverFailure.class)
                .hasMessageContaining("of all transactions that live");
        begin("t-small").requireRoom();
        first.end();
        Conversation next = begin("t-next");
        next.seal("llm", text.substring(0, 1 << 20));
        next.requireRoom();
    }

    @Test
    void whatHasEndedTakesNoRoom() {
        Conversation conversation = begin("t");
        conversation.seal("llm", "x".repeat(1000));
        assertThat(ofAll.get()).isGreaterThan(1000);
        conversation.end();
        conversation.end();
        conversation.seal("llm", "late");
        assertThat(ofAll.get()).isZero();
    }
}
