package ambit.drivers.memory;

import ambit.drivers.DriverFailure;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What one family of transactions, a transaction with its children, has seen, in the order in which it saw it. Results and inputs pass
 * between parent and child unseen by memory; so what any of them saw may have shaped what any of them writes afterwards.
 *
 * <p>Safe for use by several threads.
 */
final class Influences {
    /** Versions that a family may read: each is remembered, so that all that came of it can be found. */
    static final int MOST_SOURCES = 1 << 16;

    /** Chunks, and calls of tools, that are named; those beyond are counted. */
    static final int MOST_NAMED = 256;

    /** A call of a tool: what the log calls it. */
    record ToolCall(String transaction, long sequence, String capability) {}

    /**
     * How much had been seen at one moment: the first so many of each.
     *
     * @param moreChunks chunks that are not named
     */
    record Moment(int sources, int chunks, long moreChunks, int tools, long moreTools, Trust trust) {}

    private final Set<Source> sources = new LinkedHashSet<>();
    private final Set<Blob> chunks = new LinkedHashSet<>();
    private final List<ToolCall> tools = new ArrayList<>();
    private long moreChunks;
    private long moreTools;
    private Trust trust = Trust.OWN;
    private int members;

    /** An entry was read. */
    synchronized void read(Source source, Trust label) throws DriverFailure {
        if (sources.size() >= MOST_SOURCES && !sources.contains(source)) {
            throw new DriverFailure(
                    Denial.QUOTA,
                    "the transaction has read " + MOST_SOURCES
                            + " memory entries, and what it read must stay known; start another for the rest");
        }
        sources.add(source);
        trust = trust.with(label);
    }

    /** A search returned a chunk of a document that was added with this label. */
    synchronized void retrieved(Blob hash, Trust label) {
        trust = trust.with(Trust.RETRIEVED).with(label);
        if (chunks.size() < MOST_NAMED) {
            chunks.add(hash);
        } else if (!chunks.contains(hash)) {
            moreChunks++;
        }
    }

    /** A tool is called; {@code label} is what its answer makes of what is written afterwards. */
    synchronized void called(ToolCall call, Trust label) {
        trust = trust.with(label);
        if (tools.size() < MOST_NAMED) {
            tools.add(call);
        } else {
            moreTools++;
        }
    }

    synchronized Moment now() {
        return new Moment(sources.size(), chunks.size(), moreChunks, tools.size(), moreTools, trust);
    }

    synchronized List<Source> sources() {
        return List.copyOf(sources);
    }

    synchronized List<Blob> chunks(Moment moment) {
        return chunks.stream().limit(moment.chunks()).toList();
    }

    synchronized List<ToolCall> tools(Moment moment) {
        return List.copyOf(tools.subList(0, moment.tools()));
    }

    synchronized void join() {
        members++;
    }

    /** Whether nobody is left. */
    synchronized boolean leave() {
        return --members <= 0;
    }
}
