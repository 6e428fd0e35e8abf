package ambit.drivers;

import ambit.drivers.memory.Database;
import ambit.drivers.memory.PostgresDatabase;
import ambit.drivers.memory.SqliteDatabase;
import ambit.wire.Bounds.Max;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where memory is kept: the CBOR array of these three.
 *
 * @param address {@code postgresql://host[:port]/database[?…]}, or empty for a SQLite file
 * @param user of the database; empty for the one that the drivers run as
 * @param credential reference to its password, {@code env:NAME} or {@code file:PATH} in the drivers' own view; empty for none
 */
public record MemoryConfig(
        @Max(ToolConfig.MAX_TEXT) String address,
        @Max(ToolConfig.MAX_TEXT) String user,
        @Max(ToolConfig.MAX_TEXT) String credential)
        implements Cbor.Message {
    /** In the SQLite file. */
    public static final MemoryConfig EMBEDDED = new MemoryConfig("", "", "");

    @Override
    public void check() throws MalformedException {
        if (address.isEmpty() ? !(user + credential).isEmpty() : !isPlain(address)) {
            throw new MalformedException(
                    "the memory's address is not postgresql://host/database without user and password");
        }
    }

    private static boolean isPlain(String address) {
        try {
            URI uri = URI.create(address);
            return "postgresql".equals(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getPath() != null
                    && uri.getPath().length() > 1
                    && uri.getFragment() == null
                    && !String.valueOf(uri.getQuery()).contains("password");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Opens it, and brings it up to date. */
    Database open(Path file, Map<String, String> environment) throws DriverFailure {
        if (address.isEmpty()) {
            return SqliteDatabase.open(file);
        }
        String password = credential.isEmpty()
                ? ""
                : Credential.read(credential, environment).reveal();
        return PostgresDatabase.open(URI.create(address), user, password);
    }
}
