package ambit.retrieval.index;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.IndexReader;

/** Who added the sources of one reader, each looked up once. Goes with the reader. Safe for use by several threads. */
final class Writers {
    private static final int MOST = 10_000;

    private final Map<String, Optional<Writing>> known = new ConcurrentHashMap<>();

    Optional<Writing> of(IndexReader reader, String source) throws IOException {
        Optional<Writing> writing = known.get(source);
        if (writing == null) {
            writing = Sources.whole(reader, source).flatMap(Kept::writing);
            if (known.size() < MOST) {
                known.put(source, writing);
            }
        }
        return writing;
    }
}
