package ambit.retrieval.index;

import ambit.audit.scope.Snapshot;
import ambit.wire.Blob;
import ambit.wire.Cbor;
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
import org.jspecify.annotations.Nullable;

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
        return whole(reader, name).map(Kept::source);
    }

    static Optional<Kept> whole(IndexReader reader, String name) throws IOException {
        for (LeafReaderContext leaf : reader.leaves()) {
            LeafReader segment = leaf.reader();
            PostingsEnum documents = segment.postings(Fields.source(name), PostingsEnum.NONE);
            BinaryDocValues entries = segment.getBinaryDocValues(Fields.ENTRY);
            int doc = documents == null || entries == null
                    ? DocIdSetIterator.NO_MORE_DOCS
                    : common(documents, entries, segment.getLiveDocs());
            if (doc != DocIdSetIterator.NO_MORE_DOCS) {
                BinaryDocValues writings = segment.getBinaryDocValues(Fields.WRITING);
                return Optional.of(new Kept(parse(entries.binaryValue()), writing(writings, doc)));
            }
        }
        return Optional.empty();
    }

    /** The first live document that both have. Each skips what the other lacks: the chunks of a source may be many. */
    private static int common(DocIdSetIterator one, DocIdSetIterator other, @Nullable Bits live) throws IOException {
        int doc = one.nextDoc();
        while (doc != DocIdSetIterator.NO_MORE_DOCS) {
            int next = other.docID() < doc ? other.advance(doc) : other.docID();
            if (next == doc && (live == null || live.get(doc))) {
                return doc;
            }
            doc = next == doc ? one.nextDoc() : one.advance(next);
        }
        return doc;
    }

    /** All of them with who added them, in no order. */
    static List<Kept> kept(IndexReader reader) throws IOException {
        List<Kept> all = new ArrayList<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            BinaryDocValues entries = leaf.reader().getBinaryDocValues(Fields.ENTRY);
            BinaryDocValues writings = leaf.reader().getBinaryDocValues(Fields.WRITING);
            Bits live = leaf.reader().getLiveDocs();
            if (entries != null) {
                for (int doc = entries.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = entries.nextDoc()) {
                    if (live == null || live.get(doc)) {
                        all.add(new Kept(parse(entries.binaryValue()), writing(writings, doc)));
                    }
                }
            }
        }
        return all;
    }

    private static Optional<Writing> writing(@Nullable BinaryDocValues writings, int doc) throws IOException {
        if (writings == null || !writings.advanceExact(doc)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Cbor.parse(Writing.class, blob(writings.binaryValue())));
        } catch (MalformedException e) {
            throw new IOException("who added a source cannot be read: " + e.getMessage(), e);
        }
    }

    private static Blob blob(BytesRef value) {
        return Blob.of(Arrays.copyOfRange(value.bytes, value.offset, value.offset + value.length));
    }

    private static Source parse(BytesRef value) throws IOException {
        try {
            return Source.parse(blob(value));
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
