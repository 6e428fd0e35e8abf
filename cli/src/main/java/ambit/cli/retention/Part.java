package ambit.cli.retention;

import java.nio.file.Path;

/**
 * A part of a log's entries that is complete.
 *
 * @param first index of its first entry
 * @param last index of its last entry
 * @param lastAtMs when the core wrote that
 */
public record Part(Path file, long begin, long size, long first, long last, long lastAtMs) {
    long end() {
        return begin + size;
    }
}
