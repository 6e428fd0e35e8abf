import org.jspecify.annotations.NullMarked;

/**
 * Documents taken apart, embedded, and found again in one sealed index per namespace.
 *
 * <p>Used by the drivers, which run on the class path; the descriptor keeps its dependencies in view.
 */
@NullMarked
module ambit.retrieval {
    requires static org.jspecify;
    requires transitive ambit.audit;
    requires transitive ambit.wire;
    requires com.microsoft.onnxruntime;
    requires java.net.http;
    requires java.xml;
    requires org.apache.lucene.analysis.common;
    requires org.apache.lucene.core;
    requires org.apache.pdfbox;
    requires org.apache.pdfbox.io;
    requires org.jsoup;
    requires tools.jackson.databind;

    exports ambit.retrieval.document;
    exports ambit.retrieval.embedding;
    exports ambit.retrieval.index;
}
