package ambit.cli.supervisor;

import ambit.cli.outcome.Failure;
import ambit.wire.Blob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/**
 * Where a kernel keeps what lasts ({@code state}) and its sockets ({@code runtime}, whose path is short because a socket's
 * path may have no more than 107 bytes).
 */
public record Places(Path state, Path runtime) {

    /** The places of the kernel whose state is in this directory, which need not exist yet. */
    public static Places of(Path state, Map<String, String> environment) {
        Path absolute = real(state.toAbsolutePath().normalize());
        String hash = Blob.of(absolute.toString().getBytes(StandardCharsets.UTF_8))
                .sha256()
                .toHex()
                .substring(0, 8);
        return new Places(absolute, runtimeRoot(environment, hash));
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException _) {
            Path parent = path.getParent();
            return parent == null ? path : real(parent).resolve(path.getFileName());
        }
    }

    private static Path runtimeRoot(Map<String, String> environment, String hash) {
        int uid = uid();
        if (uid == 0) {
            return Path.of("/run/ambit-" + hash);
        }
        Path own = Path.of(environment.getOrDefault("XDG_RUNTIME_DIR", ""));
        if (own.isAbsolute() && own.toString().length() < 48 && Files.isWritable(own)) {
            return own.resolve("ambit-" + hash);
        }
        return Path.of("/tmp/ambit-" + uid + "-" + hash);
    }

    /** The effective uid of this process. */
    public static int uid() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int owner(Path path) {
        try {
            return (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path keys() {
        return state.resolve("keys");
    }

    public Path grants() {
        return state.resolve("grants");
    }

    public Path tools() {
        return state.resolve("tools");
    }

    /** The core's own directory. */
    public Path core() {
        return state.resolve("core");
    }

    /** The audit log: its entries and its checkpoint. */
    public Path log() {
        return core().resolve("log");
    }

    public Path coreKey() {
        return core().resolve("core.pub");
    }

    public Path drivers() {
        return state.resolve("drivers");
    }

    public Path broker() {
        return state.resolve("broker");
    }

    /** How far the log was shipped to where. */
    public Path shipping() {
        return state.resolve("shipping");
    }

    /** What is known of each witness. */
    public Path witnesses() {
        return state.resolve("witnesses");
    }

    /** What the supervisor and the three processes say. */
    public Path kernelLog() {
        return logs().resolve("kernel.log");
    }

    Path logs() {
        return state.resolve("log");
    }

    /** Held by the supervisor as long as it lives. */
    public Path lock() {
        return state.resolve("kernel.lock");
    }

    /** There after a restore that lost entries of the log: why all grants are revoked before the kernel is used. */
    public Path restored() {
        return state.resolve("restored");
    }

    /** Refuses where a restore was begun and has not ended: half of the state is of another time then. */
    public void requireWhole() {
        if (Files.exists(state.resolve("restoring"))) {
            throw Failure.kernel(
                    "a restore of " + state + " was broken off in its midst", "'ambit restore --finish' ends it");
        }
    }

    /** What the supervisor last reported. */
    public Path status() {
        return state.resolve("kernel.json");
    }

    public Path coreAdmin() {
        return runtime.resolve("core-admin/core.sock");
    }

    public Path driversAdmin() {
        return runtime.resolve("drivers-admin/drivers.sock");
    }

    public Path brokerFront() {
        return runtime.resolve("broker-front/broker.sock");
    }

    /** Makes a directory for its owner alone, if it is not there. */
    public static void makePrivate(Path directory) throws IOException {
        makeDirectory(directory, "rwx------");
    }

    /** Makes the runtime directory; refuses one that somebody else has put there. */
    public void makeRuntime() throws IOException {
        makeDirectory(runtime, uid() == 0 ? "rwx--x--x" : "rwx------");
        if (Files.isSymbolicLink(runtime) || owner(runtime) != uid()) {
            throw Failure.kernel(
                    runtime + " belongs to somebody else",
                    "remove it, or set XDG_RUNTIME_DIR to a directory of your own");
        }
    }

    private static void makeDirectory(Path directory, String mode) throws IOException {
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(mode);
        try {
            if (directory.getParent() != null) {
                Files.createDirectories(directory.getParent());
            }
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(permissions));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }
}
