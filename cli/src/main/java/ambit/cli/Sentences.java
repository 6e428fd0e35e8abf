package ambit.cli;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Numbers of the wire in words. */
final class Sentences {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private Sentences() {}

    static String denial(int code) {
        try {
            return Denial.of(code).name();
        } catch (MalformedException e) {
            return "code " + code;
        }
    }

    /** {@code OK}, or the name of a denial. */
    static String status(int code) {
        return code == 0 ? "OK" : denial(code);
    }

    static String denialSentence(int code) {
        try {
            return Denial.of(code).sentence();
        } catch (MalformedException e) {
            return "an unknown reason";
        }
    }

    /** What is worth a line of a boundary's report; its JSON has the rest. */
    static String boundary(Blob report) {
        try {
            if (Json.parse(report) instanceof Json.Obj(Map<String, Json> seen)
                    && seen.get("attended") instanceof Json.Bool(boolean yes)
                    && yes) {
                return "none and no guest, the principal's own command makes the calls";
            }
            if (Json.parse(report) instanceof Json.Obj(Map<String, Json> seen)
                    && seen.get("uid") instanceof Json.Int(long uid)
                    && seen.get("capabilities") instanceof Json.Str(String capabilities)
                    && seen.get("seccomp") instanceof Json.Int(long seccomp)
                    && seen.get("namespaces") instanceof Json.Arr(List<Json> namespaces)
                    && seen.get("mounted") instanceof Json.Int(long mounts)) {
                String by = seen.get("by") instanceof Json.Str(String title) ? title + ", " : "";
                boolean kernel = seen.get("of") instanceof Json.Str(String of) && of.equals("kernel");
                return by + (kernel ? "a kernel of its own with uid " : "uid ") + uid
                        + (capabilities.equals("0") ? ", no capabilities" : ", with capabilities")
                        + (seccomp == 2 ? ", filtered system calls, " : ", unfiltered system calls, ")
                        + count(namespaces.size(), "namespace", "namespaces") + " of its own, "
                        + count(mounts, "mount", "mounts");
            }
        } catch (MalformedException e) {
            // Not as this version writes it.
        }
        return "reported, --json shows how";
    }

    static String time(long atMs) {
        return TIME.format(Instant.ofEpochMilli(atMs));
    }

    static String seconds(long atS) {
        return time(Math.multiplyExact(atS, 1000L));
    }

    /** How a context ended, by the number in the log. */
    static String end(int how) {
        return switch (how) {
            case 0 -> "success";
            case 1 -> "agent failed";
            case 2 -> "killed";
            case 3 -> "timed out";
            case 4 -> "crashed";
            case 5 -> "boundary refused";
            default -> "ended in an unknown way";
        };
    }

    static String syscall(int number) {
        return switch (number) {
            case 0 -> "admission";
            case 1 -> "tool_call";
            case 2 -> "memory_read";
            case 3 -> "memory_write";
            case 4 -> "spawn_child";
            case 5 -> "log";
            case 6 -> "handles";
            default -> "syscall " + number;
        };
    }

    static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
