package ambit.drivers;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an HTTP answer, part by part, each waited for with a time limit. The next part is asked for only when one was
 * taken, so at most one network buffer waits here.
 */
final class BodyQueue implements BodySubscriber<BodyQueue> {
    /** What comes next. */
    sealed interface Part {}

    @SuppressWarnings("ArrayRecordComponent") // handed from the network to one reader, compared by nobody
    record Data(byte[] bytes) implements Part {}

    record End() implements Part {}

    record Broken(Throwable cause) implements Part {}

    record Cancelled() implements Part {}

    private final LinkedBlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    private @Nullable Subscription subscription;
    private boolean cancelled;

    /** The next part, or nothing when {@code limit} passed without one. */
    Optional<Part> next(Duration limit) throws InterruptedException {
        Part part = parts.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
        if (part instanceof Data) {
            request();
        }
        return Optional.ofNullable(part);
    }

    /** Ends the exchange; whoever waits in {@link #next} gets {@link Cancelled} after what has come already. */
    void cancel() {
        // first, because cancelling the subscription breaks the exchange, and that would look like the server's doing
        parts.add(new Cancelled());
        synchronized (this) {
            cancelled = true;
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }

    private synchronized void request() {
        if (subscription != null && !cancelled) {
            subscription.request(1);
        }
    }

    @Override
    public CompletionStage<BodyQueue> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Subscription opened) {
        synchronized (this) {
            subscription = opened;
            if (cancelled) {
                opened.cancel();
            }
        }
        request();
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        int size = buffers.stream().mapToInt(ByteBuffer::remaining).sum();
        ByteBuffer whole = ByteBuffer.allocate(size);
        buffers.forEach(whole::put);
        parts.add(new Data(whole.array()));
    }

    @Override
    public void onError(Throwable cause) {
        parts.add(new Broken(cause));
    }

    @Override
    public void onComplete() {
        parts.add(new End());
    }
}
