package ambit.audit.tlog;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a log's checkpoint and tiles are read from, by their C2SP tlog-tiles paths. */
@FunctionalInterface
public interface TileSource {
    /** Bytes of the largest resource: 256 entries of 65,535 bytes and their lengths. */
    int MAX = 256 * (2 + 65_535);

    /**
     * The bytes of a resource.
     *
     * @throws IOException if it is not there (its message names it) or cannot be read
     */
    byte[] read(String path) throws IOException;

    /** A directory with the files of an export. */
    static TileSource directory(Path directory) {
        return path -> {
            Path file = directory.resolve(path);
            if (!Files.isRegularFile(file)) {
                throw new FileNotFoundException(file + " does not exist");
            }
            return limited(Files.newInputStream(file), file.toString());
        };
    }

    /** What a web server serves below this URL. */
    static TileSource web(URI prefix) {
        String base = prefix.toString().replaceAll("/+$", "") + "/";
        return path -> {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(base + path).toURL().openConnection();
            connection.setConnectTimeout(10_000);
            connection.setReadTimeout(30_000);
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new FileNotFoundException(base + path + " answers " + connection.getResponseCode());
            }
            return limited(connection.getInputStream(), base + path);
        };
    }

    private static byte[] limited(InputStream stream, String name) throws IOException {
        try (stream) {
            byte[] bytes = stream.readNBytes(MAX + 1);
            if (bytes.length > MAX) {
                throw new IOException(name + " is too large");
            }
            return bytes;
        }
    }
}
