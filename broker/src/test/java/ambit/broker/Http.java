package ambit.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A small HTTP/1.1 client over Unix sockets and TCP that shows exactly what came over the wire. */
final class Http implements AutoCloseable {
    record Response(int status, Map<String, String> headers, String body, boolean complete) {}

    private final SocketChannel channel;

    Http(SocketAddress address) throws IOException {
        channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        channel.connect(address);
    }

    static Response post(SocketAddress address, String path, String body, String... headers) throws IOException {
        return once(address, "POST", path, body, headers);
    }

    static Response get(SocketAddress address, String path) throws IOException {
        return once(address, "GET", path, "");
    }

    static Response once(SocketAddress address, String method, String path, String body, String... headers)
            throws IOException {
        try (Http http = new Http(address)) {
            http.send(method, path, body, headers);
            return http.response();
        }
    }

    void send(String method, String path, String body, String... headers) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head =
                new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: kernel\r\nConnection: close\r\n");
        head.append("Content-Type: application/json\r\nContent-Length: ")
                .append(bytes.length)
                .append("\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        write(head + "\r\n");
        try {
            channel.write(ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            // The server answered before it had read everything.
        }
    }

    void write(String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Reads until a text came, and gives all that came so far; an empty text where the stream ended before. */
    String readUntil(String text) throws IOException {
        StringBuilder all = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (all.indexOf(text) < 0) {
            one.clear();
            if (channel.read(one) < 0) {
                return "";
            }
            all.append((char) one.get(0));
        }
        return all.toString();
    }

    boolean isClosedByPeer() {
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true;
        }
    }

    Response response() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        try {
            while (channel.read(buffer) >= 0) {
                all.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
        } catch (IOException e) {
            // A reset ends the response as well as an end does.
        }
        return parse(all.toString(StandardCharsets.UTF_8));
    }

    private static Response parse(String text) throws IOException {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IOException("no response: " + text);
        }
        String[] lines = text.substring(0, end).split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).trim());
        }
        int status = Integer.parseInt(lines[0].split(" ", 3)[1]);
        String rest = text.substring(end + 4);
        if ("chunked".equals(headers.get("transfer-encoding"))) {
            return new Response(status, headers, dechunk(rest), rest.endsWith("0\r\n\r\n"));
        }
        return new Response(status, headers, rest, headers.containsKey("content-length"));
    }

    private static String dechunk(String text) {
        StringBuilder body = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int line = text.indexOf("\r\n", at);
            if (line < 0) {
                break;
            }
            int size = Integer.parseInt(text.substring(at, line), 16);
            body.append(text, line + 2, Math.min(text.length(), line + 2 + size));
            at = line + 2 + size + 2;
        }
        return body.toString();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
