package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** One HTTP request at a door and its answer. Used by one thread. */
final class Exchange {
    /** Bytes of one request's body. */
    static final int MAX_BODY = 1 << 20;

    private final Request request;
    private final Response response;
    private final Callback callback;
    private boolean streaming;

    Exchange(Request request, Response response, Callback callback) {
        this.request = request;
        this.response = response;
        this.callback = callback;
    }

    String method() {
        return request.getMethod();
    }

    /** The path as it was sent: one that is written in any other way than the contract's is unknown. */
    String path() {
        String path = request.getHttpURI().getPath();
        return path == null ? "" : path;
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeaders().get(name));
    }

    /** The whole body, never more than {@link #MAX_BODY}. */
    Blob body() throws IOException {
        if (request.getLength() > MAX_BODY) {
            throw tooLarge();
        }
        InputStream in = Content.Source.asInputStream(request);
        byte[] bytes = in.readNBytes(MAX_BODY + 1);
        if (bytes.length > MAX_BODY) {
            throw tooLarge();
        }
        // From here on the silence is the kernel's, not the guest's: a call may take as long as its permit lasts.
        request.addIdleTimeoutListener(timeout -> false);
        return Blob.of(bytes);
    }

    private MalformedException tooLarge() {
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        return new MalformedException("the request body exceeds 1 MiB");
    }

    void header(String name, String value) {
        response.getHeaders().put(name, value);
    }

    /** Answers with a JSON document. */
    void json(int status, Blob body) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.write(true, ByteBuffer.wrap(body.toArray()), callback);
    }

    /** Answers without a body. */
    void empty(int status) {
        response.setStatus(status);
        callback.succeeded();
    }

    /** Sends one piece of an event stream, and its header before the first; returns when the guest's socket took it. */
    void event(Blob piece) throws IOException {
        if (!streaming) {
            streaming = true;
            response.setStatus(200);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache");
            // Otherwise a stream to a client that wants its connection closed has no end of its own, and a cut would
            // look like one.
            response.getHeaders().put(HttpHeader.TRANSFER_ENCODING, "chunked");
        }
        Content.Sink.write(response, false, ByteBuffer.wrap(piece.toArray()));
    }

    boolean isStreaming() {
        return streaming;
    }

    void end() {
        callback.succeeded();
    }

    /** Ends a stream so that nobody can take it for a complete one. */
    void cut() {
        callback.failed(new IOException("the stream was cut"));
    }
}
