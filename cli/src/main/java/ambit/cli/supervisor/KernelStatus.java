package ambit.cli.supervisor;

import ambit.cli.text.JsonText;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a supervisor last said of its kernel, in the file {@code kernel.json}.
 *
 * @param digest of all that the kernel was started with
 * @param problem why it is not ready, or why it was last started again; may be empty
 * @param restarts how often the three processes were started again
 * @param processes the boundaries' outermost processes
 * @param credentials a keyed digest of each credential from the environment, to see that one has changed
 */
public record KernelStatus(
        State state,
        long supervisor,
        long sinceMs,
        String digest,
        String problem,
        String hint,
        int restarts,
        Map<String, Member> processes,
        Map<String, String> credentials) {

    /** Where a kernel is in its life. */
    public enum State {
        STARTING,
        READY,
        RESTARTING,
        STOPPING,
        FAILED
    }

    /** A process; with the time of its start, a pid means one process only. */
    public record Member(long pid, long startedAtMs) {
        static Member of(ProcessHandle process) {
            long started = process.info()
                    .startInstant()
                    .map(java.time.Instant::toEpochMilli)
                    .orElse(0L);
            return new Member(process.pid(), started);
        }

        /** The process, if it still lives. */
        Optional<ProcessHandle> process() {
            return ProcessHandle.of(pid).filter(handle -> of(handle).equals(this));
        }
    }

    void write(Path file) throws IOException {
        Map<String, Json> members = new LinkedHashMap<>();
        processes.forEach((name, member) ->
                members.put(name, JsonText.object("pid", member.pid, "startedAtMs", member.startedAtMs)));
        Json json = JsonText.object(
                "state", state.name().toLowerCase(java.util.Locale.ROOT),
                "supervisor", supervisor,
                "sinceMs", sinceMs,
                "digest", digest,
                "problem", problem,
                "hint", hint,
                "restarts", restarts,
                "processes", members,
                "credentials", credentials);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, JsonText.write(json) + "\n", StandardOpenOption.WRITE);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What the file says; nothing if there is none or it is not one of ours. */
    static Optional<KernelStatus> read(Path file) {
        try {
            return Optional.of(parse(Json.parse(Blob.of(Files.readAllBytes(file)))));
        } catch (NoSuchFileException | MalformedException | ClassCastException | IllegalArgumentException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static KernelStatus parse(Json json) {
        Map<String, Member> processes = new LinkedHashMap<>();
        object(json, "processes")
                .members()
                .forEach((name, member) ->
                        processes.put(name, new Member(number(member, "pid"), number(member, "startedAtMs"))));
        Map<String, String> credentials = new LinkedHashMap<>();
        object(json, "credentials")
                .members()
                .forEach((name, digest) -> credentials.put(name, ((Json.Str) digest).value()));
        return new KernelStatus(
                State.valueOf(text(json, "state").toUpperCase(java.util.Locale.ROOT)),
                number(json, "supervisor"),
                number(json, "sinceMs"),
                text(json, "digest"),
                text(json, "problem"),
                text(json, "hint"),
                (int) number(json, "restarts"),
                processes,
                credentials);
    }

    private static Json field(Json json, String name) {
        Json value = ((Json.Obj) json).members().get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }

    private static Json.Obj object(Json json, String name) {
        return (Json.Obj) field(json, name);
    }

    private static String text(Json json, String name) {
        return ((Json.Str) field(json, name)).value();
    }

    private static long number(Json json, String name) {
        return ((Json.Int) field(json, name)).value();
    }

    /** Whether runs can start. */
    public boolean ready() {
        return state == State.READY;
    }

    /** Whether it may still become ready by itself. */
    public boolean onTheWay() {
        return EnumSet.of(State.STARTING, State.RESTARTING).contains(state);
    }
}
