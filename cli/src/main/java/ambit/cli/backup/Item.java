package ambit.cli.backup;

import ambit.wire.Blob;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file of a backup.
 *
 * @param path {@code ambit.yaml}, or {@code state/…}
 * @param mode its rights, such as {@code rw-------}
 */
public record Item(String path, String mode, long size, Blob sha256) {
    private static final Pattern LINE = Pattern.compile(
            "([0-9a-f]{64}) ([r-][w-][x-][r-][w-][x-][r-][w-][x-]) ([0-9]{1,15}) ([^\\p{Cntrl}]{1,1024})");
    private static final Pattern UP = Pattern.compile("(.*/)?\\.{0,2}(/.*)?");

    static Item parse(String line) throws DamagedBackup {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches() || !isBelow(matcher.group(4))) {
            throw new DamagedBackup("its list of files has a line that no backup has");
        }
        return new Item(
                matcher.group(4), matcher.group(2), Long.parseLong(matcher.group(3)), Blob.fromHex(matcher.group(1)));
    }

    /** Whether a path leads to nowhere but below where it is put. */
    private static boolean isBelow(String path) {
        for (String segment : path.split("/", -1)) {
            if (UP.matcher(segment).matches()) {
                return false;
            }
        }
        return path.equals(BackupFile.CONFIG) || path.startsWith(BackupFile.STATE);
    }

    String line() {
        return sha256.toHex() + " " + mode + " " + size + " " + path;
    }
}
