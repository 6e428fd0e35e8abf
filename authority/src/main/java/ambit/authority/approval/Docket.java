package ambit.authority.approval;

import ambit.wire.Blob;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The questions that are open, within bounds, of which one principal has a small share: what guests ask costs memory. Not thread-safe.
 * What it forgets is asked again.
 */
public final class Docket {
    /** Bytes of all questions together; one answer to the {@code ambit} command holds them. */
    static final long MAX_BYTES = 2 << 20;

    static final long MAX_BYTES_OF_ONE = 256 << 10;
    static final int MAX_QUESTIONS = 1024;
    static final int MAX_QUESTIONS_OF_ONE = 32;

    private record Open(Question question, int size, Map<Blob, Long> waiting) {}

    private final Map<Blob, Open> open = new LinkedHashMap<>();

    /** One without questions. */
    public Docket() {}

    /** The open questions, the oldest first. */
    public List<Question> all(long nowMs) {
        forget(nowMs);
        return open.values().stream().map(Open::question).toList();
    }

    private void forget(long nowMs) {
        open.values().removeIf(it -> it.question.keptUntilMs() <= nowMs);
    }

    public Optional<Question> find(Blob digest, long nowMs) {
        forget(nowMs);
        return Optional.ofNullable(open.get(digest)).map(Open::question);
    }

    public boolean hasRoomFor(Question question) {
        List<Open> own = of(question.principal());
        int size = size(question);
        return question.params().size() <= Question.MAX_PARAMS
                && open.size() < MAX_QUESTIONS
                && own.size() < MAX_QUESTIONS_OF_ONE
                && size(open.values()) + size <= MAX_BYTES
                && size(own) + size <= MAX_BYTES_OF_ONE;
    }

    private List<Open> of(Blob principal) {
        return open.values().stream()
                .filter(it -> it.question.principal().equals(principal))
                .toList();
    }

    private static long size(Collection<Open> questions) {
        return questions.stream().mapToLong(Open::size).sum();
    }

    private static int size(Question question) {
        return question.toBlob().size();
    }

    public void add(Question question) {
        open.put(question.digest(), new Open(question, size(question), new HashMap<>()));
    }

    /** Until when a context that asks an open question now may wait: as long as when it asked for the first time. */
    public long waitsUntil(Blob digest, Blob context, long nowMs) {
        Open asked = open.get(digest);
        return asked == null
                ? nowMs
                : asked.waiting.computeIfAbsent(
                        context, _ -> nowMs + 1000 * asked.question.approval().patience());
    }

    public void close(Blob digest) {
        open.remove(digest);
    }
}
