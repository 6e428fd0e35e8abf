package ambit.faults;

import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.End;
import ambit.wire.Json;
import ambit.wire.Verdict;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/** What a disk or a wrong hand does to memory that nobody has open, and what is answered about it then. */
final class Damage {
    private static final int ONE_IN = 5;

    /** What all readings came to: right values, refusals in so many sentences, and anything else. */
    record Answers(int right, int refused, TreeSet<String> sentences, List<String> wrong) {}

    /** Writes noise over a part of the pages of a file; answers over how many. */
    static int to(Store.Table table, long seed) throws IOException {
        Random random = new Random(seed);
        int damaged = 0;
        try (RandomAccessFile file = new RandomAccessFile(table.file().toFile(), "rw")) {
            byte[] noise = new byte[table.page()];
            for (long at = (long) table.first() * table.page();
                    at + table.page() <= file.length();
                    at += table.page()) {
                if (random.nextInt(ONE_IN) == 0) {
                    random.nextBytes(noise);
                    file.seek(at);
                    file.write(noise);
                    damaged++;
                }
            }
        }
        return damaged;
    }

    /** Replaces every wrapped key by another one. */
    static void toKeys(MemoryKernel kernel) throws SQLException {
        try (Connection connection = kernel.store().open(kernel.memoryFile());
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE kept_partition SET wrapped = "
                    + (kernel.store() instanceof Store.File
                            ? "randomblob(40)"
                            : "sha256(wrapped) || 'or other'::bytea"));
        }
    }

    /** Reads every value that anybody was told is committed and is nobody else's. */
    Answers answers(MemoryKernel kernel, Commits.Account account) throws IOException {
        Answers answers = new Answers(0, 0, new TreeSet<>(), new ArrayList<>());
        for (Map.Entry<Deed, Deed.Fate> each : account.fates().entrySet()) {
            if (each.getValue() instanceof Deed.Fate.Told(List<Verdict> verdicts)) {
                answers = read(kernel, account, each.getKey(), verdicts, answers);
            }
        }
        return answers;
    }

    private static Answers read(
            MemoryKernel kernel, Commits.Account account, Deed deed, List<Verdict> verdicts, Answers before)
            throws IOException {
        int right = before.right();
        int refused = before.refused();
        try (MemorySession session = kernel.session()) {
            Admitted reader = session.begin(account.tenant, account.usual);
            for (Verdict verdict : verdicts) {
                if (!verdict.committed() || !verdict.key().startsWith(Deed.OWN)) {
                    continue;
                }
                try {
                    if (session.read(reader, verdict.key()).equals(new Json.Str(deed.entries.get(verdict.key())))) {
                        right++;
                    } else {
                        before.wrong().add(verdict.key());
                    }
                } catch (MemorySession.Refused e) {
                    refused++;
                    before.sentences().add(String.valueOf(e.getMessage()));
                }
            }
            session.end(reader, End.AGENT_FAILED);
        } catch (MemorySession.Refused e) {
            refused++;
            before.sentences().add(String.valueOf(e.getMessage()));
        }
        return new Answers(right, refused, before.sentences(), before.wrong());
    }
}
