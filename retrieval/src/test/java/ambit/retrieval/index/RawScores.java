package ambit.retrieval.index;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;

/** Plain Lucene: BM25 of one word, filtered by the tenant. */
final class RawScores {
    private RawScores() {}

    static List<Float> of(NamespaceIndex index, String word) throws IndexFailure, IOException {
        try (View view = index.view()) {
            IndexSearcher searcher = new IndexSearcher(view.reader().orElseThrow());
            BooleanQuery query = new BooleanQuery.Builder()
                    .add(new TermQuery(new Term(Fields.BODY, word)), Occur.MUST)
                    .add(new TermQuery(Fields.attribute("tenant", new ambit.wire.Json.Str("own"))), Occur.FILTER)
                    .build();
            return Arrays.stream(searcher.search(query, 10).scoreDocs)
                    .map(doc -> doc.score)
                    .toList();
        }
    }
}
