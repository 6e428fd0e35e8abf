package ambit.retrieval.index;

import ambit.audit.scope.Snapshot;
import ambit.wire.Blob;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/** The entries of sources in an index. */
final class Sources {
    private Sources() {}

    /** All of them, in no order. */
    static List<Source> all(IndexReader reader) throws IOException {
        List<Source> all = new ArrayList<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            BinaryDocValues entries = leaf.reader().getBinaryDocValues(Fields.ENTRY);
            Bits live = leaf.reader().getLiveDocs();
            if (entries != null) {
                for (int doc = entries.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = entries.nextDoc()) {
                    if (live == null || live.get(doc)) {
                        all.add(parse(entries.binaryValue()));
                    }
                }
            }
        }
        return all;
    }

    static Optional<Source> find(IndexReader reader, String name) throws IOException {
        for (LeafReaderContext leaf : reader.leaves()) {
            LeafReader segment = leaf.reader();
            PostingsEnum documents = segment.postings(Fields.source(name), PostingsEnum.NONE);
            BinaryDocValues entries = segment.getBinaryDocValues(Fields.ENTRY);
            Bits live = segment.getLiveDocs();
            if (documents == null || entries == null) {
                continue;
            }
            for (int doc = documents.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = documents.nextDoc()) {
                if ((live == null || live.get(doc)) && entries.advanceExact(doc)) {
                    return Optional.of(parse(entries.binaryValue()));
                }
            }
        }
        return Optional.empty();
    }

    private static Source parse(BytesRef value) throws IOException {
        try {
            return Source.parse(Blob.of(Arrays.copyOfRange(value.bytes, value.offset, value.offset + value.length)));
        } catch (MalformedException e) {
            throw new IOException("the entry of a source cannot be read: " + e.getMessage(), e);
        }
    }

    static Blob snapshot(List<Source> sources) {
        Snapshot snapshot = new Snapshot();
        sources.forEach(source -> snapshot.add(source.name(), source.document(), source.chunkDigest()));
        return snapshot.digest();
    }
}
