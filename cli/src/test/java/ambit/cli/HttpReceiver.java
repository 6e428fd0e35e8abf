package ambit.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** An HTTP server that keeps what is posted to it, and answers as it is told: 200 where it is told nothing. */
final class HttpReceiver implements AutoCloseable {
    private final ServerSocket listener;
    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<String> taken = new CopyOnWriteArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    private HttpReceiver(int port) throws IOException {
        listener = new ServerSocket(port, 10, InetAddress.getLoopbackAddress());
    }

    static HttpReceiver start() throws IOException {
        return start(0);
    }

    static HttpReceiver start(int port) throws IOException {
        HttpReceiver receiver = new HttpReceiver(port);
        Thread.ofVirtual().start(receiver::accept);
        return receiver;
    }

    /**
     * What comes next: a status, with seconds to wait behind it; {@code break} takes everything and breaks the connection off; {@code late} takes
     * half a second; {@code partial} is a 200 that says that a record was rejected. What was answered with 200, or may have been, is kept.
     */
    void answer(String... next) {
        answers.addAll(List.of(next));
    }

    int port() {
        return listener.getLocalPort();
    }

    String address() {
        return "http://127.0.0.1:" + port();
    }

    List<String> heads() {
        return heads;
    }

    List<String> taken() {
        return taken;
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = listener.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            while (true) {
                String head = head(in);
                if (head.isEmpty()) {
                    return;
                }
                int length = Integer.parseInt(head.toLowerCase(Locale.ROOT)
                        .split("content-length: ", 2)[1]
                        .split("\r\n", 2)[0]);
                String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
                heads.add(head);
                String next = answers.isEmpty() ? "200" : answers.remove();
                if (next.equals("break")) {
                    taken.add(body);
                    return;
                }
                answer(connection, next, body);
            }
        } catch (IOException e) {
            // The client has gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.append((char) next);
            if (head.toString().endsWith("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    private void answer(Socket connection, String next, String body) throws IOException, InterruptedException {
        if (next.equals("late")) {
            TimeUnit.MILLISECONDS.sleep(500);
        }
        boolean good = next.equals("200") || next.equals("late");
        if (good) {
            taken.add(body);
        }
        String status = next.equals("partial") || good ? "200" : next.split(" ", -1)[0];
        String retry = next.contains(" ") ? "Retry-After: " + next.split(" ", -1)[1] + "\r\n" : "";
        String content = next.equals("partial") ? "{\"partialSuccess\":{\"rejectedLogRecords\":\"1\"}}" : "{}";
        connection
                .getOutputStream()
                .write(("HTTP/1.1 " + status + " x\r\n" + retry + "Content-Type: application/json\r\nContent-Length: "
                                + content.length() + "\r\n\r\n" + content)
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** Listens no more. */
    void stop() throws IOException {
        listener.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }

    @Override
    public void close() throws IOException {
        stop();
    }
}
