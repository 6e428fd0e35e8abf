package ambit.cli.cosigning;

import ambit.audit.LogTail.Place;
import ambit.audit.tlog.Foothold;
import ambit.cli.config.Witnesses;
import ambit.cli.text.JsonText;
import ambit.wire.Blob;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * What is known of a witness that this project's log is cosigned by.
 *
 * @param at its address
 * @param foothold at the end of what it cosigned last
 * @param atS when it did, in seconds since 1970; 0 if never
 * @param problem why it did not when it was asked last, in a sentence; empty if it did
 * @param anotherLog whether it did not because it knows another log than this one
 */
public record WitnessState(String at, String name, Foothold foothold, long atS, String problem, boolean anotherLog) {
    /** What it can mean that a witness knows another log. */
    public static final String ALARM_HINT =
            "an older copy of the log was put back, or the log was changed, or there are two of it: compare it with an export or a checkpoint that was kept";

    static WitnessState start(Witnesses.Asked asked) {
        return new WitnessState(asked.at().toString(), asked.name(), Foothold.START, 0, "", false);
    }

    WitnessState cosigned(Foothold reached, long whenS) {
        return new WitnessState(at, name, reached, whenS, "", false);
    }

    WitnessState with(String sentence, boolean knowsAnotherLog) {
        return new WitnessState(at, name, foothold, atS, sentence, knowsAnotherLog);
    }

    /** How many entries it has cosigned. */
    public long size() {
        return foothold.size();
    }

    /** What has to be said loudly where it knows another log. */
    public String alarm() {
        return "the witness " + name + " knows another log than this one: " + problem;
    }

    /** Replaces the file. */
    void write(Path file) throws IOException {
        Json json = JsonText.object(
                "at", at,
                "name", name,
                "size", foothold.size(),
                "offset", foothold.place().offset(),
                "chain", foothold.place().chain().toHex(),
                "roots", foothold.roots().stream().map(Blob::toHex).toList(),
                "atS", atS,
                "problem", problem,
                "anotherLog", anotherLog);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(
                fresh,
                JsonText.write(json) + "\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Reads a file that {@link #write} wrote.
     *
     * @throws IOException if it is not there or not one
     */
    static WitnessState read(Path file) throws IOException {
        try {
            Map<String, Json> members = ((Json.Obj) Json.parse(Blob.of(Files.readAllBytes(file)))).members();
            Place place =
                    new Place(number(members, "size"), number(members, "offset"), Blob.fromHex(text(members, "chain")));
            return new WitnessState(
                    text(members, "at"),
                    text(members, "name"),
                    new Foothold(place, roots(members)),
                    number(members, "atS"),
                    text(members, "problem"),
                    members.get("anotherLog") instanceof Json.Bool(boolean flag) && flag);
        } catch (MalformedException | ClassCastException | IllegalArgumentException e) {
            throw new IOException(
                    file + " does not say what the witness has cosigned; remove it, and the witness is asked", e);
        }
    }

    private static List<Blob> roots(Map<String, Json> members) {
        return members.get("roots") instanceof Json.Arr(List<Json> items)
                ? items.stream()
                        .map(it -> Blob.fromHex(((Json.Str) it).value()))
                        .toList()
                : List.of();
    }

    private static String text(Map<String, Json> members, String name) {
        return members.get(name) instanceof Json.Str(String value) ? value : "";
    }

    private static long number(Map<String, Json> members, String name) {
        if (members.get(name) instanceof Json.Int(long value) && value >= 0) {
            return value;
        }
        throw new IllegalArgumentException("no " + name);
    }
}
