package ambit.retrieval.index;

import ambit.audit.scope.Chunk;
import ambit.wire.Blob;
import ambit.wire.Json;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.core.LowerCaseFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.BytesRef;

/** How chunks and sources stand in Lucene. A chunk has a body and a vector; a source has neither, so it counts in no statistics. */
final class Fields {
    static final String BODY = "body";
    static final String VECTOR = "vector";
    static final String CHUNK = "chunk";
    static final String ENTRY = "entry";

    /** Who added the source; what was indexed by earlier versions has none. */
    static final String WRITING = "writing";

    /** The name of the source, of its chunks and of its own entry. */
    private static final String SOURCE = "source";

    private static final String KIND = "kind";
    private static final String ATTRIBUTE = "attribute/";
    private static final String NUMBER = "number/";

    private Fields() {}

    static Analyzer analyzer() {
        return new Analyzer() {
            @Override
            protected TokenStreamComponents createComponents(String field) {
                Tokenizer words = new StandardTokenizer();
                TokenStream tokens = new EnglishPossessiveFilter(words);
                tokens = new LowerCaseFilter(tokens);
                tokens = new ASCIIFoldingFilter(tokens);
                return new TokenStreamComponents(words, new PorterStemFilter(tokens));
            }
        };
    }

    /** What is searched of a chunk: its headings and its text. */
    static String body(Chunk chunk) {
        return chunk.title().isEmpty() ? chunk.text() : String.join("\n", chunk.title()) + "\n" + chunk.text();
    }

    static Document chunk(Chunk chunk, float[] vector) {
        Document document = new Document();
        document.add(new StringField(SOURCE, chunk.source(), Field.Store.NO));
        document.add(new TextField(BODY, body(chunk), Field.Store.NO));
        document.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT));
        document.add(new StoredField(CHUNK, chunk.toBlob().toArray()));
        for (Map.Entry<String, Json> attribute : chunk.metadata().entrySet()) {
            Term exact = attribute(attribute.getKey(), attribute.getValue());
            document.add(new StringField(exact.field(), exact.bytes(), Field.Store.NO));
            if (attribute.getValue() instanceof Json.Int(long number)) {
                document.add(new LongPoint(number(attribute.getKey()), number));
            }
        }
        return document;
    }

    static Document source(String name, Blob entry, Blob writing) {
        Document document = new Document();
        document.add(new StringField(SOURCE, name, Field.Store.NO));
        document.add(new StringField(KIND, SOURCE, Field.Store.NO));
        document.add(new BinaryDocValuesField(ENTRY, new BytesRef(entry.toArray())));
        document.add(new BinaryDocValuesField(WRITING, new BytesRef(writing.toArray())));
        return document;
    }

    static Term source(String name) {
        return new Term(SOURCE, name);
    }

    static Term sources() {
        return new Term(KIND, SOURCE);
    }

    /** One spelling for each value of each kind. */
    static Term attribute(String name, Json value) {
        String text = switch (value) {
            case Json.Str(String string) -> "t" + string;
            case Json.Int(long number) -> "n" + number;
            case Json.Bool(boolean yes) -> "b" + yes;
            case Json.Dec _, Json.Null _, Json.Arr _, Json.Obj _ ->
                throw new IllegalArgumentException("a metadatum is a text, a whole number or a truth value");
        };
        return new Term(ATTRIBUTE + name, text);
    }

    /** The field in which the whole numbers of this name have their order. */
    static String number(String name) {
        return NUMBER + name;
    }
}
