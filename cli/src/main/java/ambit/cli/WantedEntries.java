package ambit.cli;

import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;

/** Entries by their index, by the beginning of a permit in hex, or by their transaction. Read once, and then asked of every entry of a log. */
final class WantedEntries implements BiPredicate<Long, Entry> {

    private final Set<Long> indexes = new HashSet<>();
    private final List<String> permits = new ArrayList<>();
    private final Set<String> transactions = new HashSet<>();

    /** What a user named, without the sign that indexes may have before them. */
    WantedEntries(List<String> ids) {
        for (String id : ids) {
            if (id.matches("[0-9]{1,18}")) {
                indexes.add(Long.parseLong(id));
                continue;
            }
            transactions.add(id);
            if (id.matches("[0-9a-f]{1,32}")) {
                permits.add(id);
            }
        }
    }

    @Override
    public boolean test(Long index, Entry entry) {
        if (indexes.contains(index)) {
            return true;
        }
        return switch (entry) {
            case Entry.Allowed it -> isOf(it.permit()) || transactions.contains(it.transaction());
            case Entry.Outcome it -> isOf(it.permit());
            default ->
                !transactions.isEmpty()
                        && new LogLine(index, entry)
                                .transaction()
                                .filter(transactions::contains)
                                .isPresent();
        };
    }

    private boolean isOf(Blob permit) {
        if (permits.isEmpty()) {
            return false;
        }
        String hex = permit.toHex();
        return permits.stream().anyMatch(hex::startsWith);
    }
}
