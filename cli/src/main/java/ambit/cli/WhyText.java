package ambit.cli;

import ambit.authority.signing.PublicKeys;
import ambit.cli.text.Terminal;
import ambit.cli.text.Terminal.Colour;
import ambit.log.entry.Entry;
import ambit.wire.Denial;
import java.util.List;

/** What {@code ambit why} says to a person. */
final class WhyText {
    private final Terminal terminal;

    private WhyText(Terminal terminal) {
        this.terminal = terminal;
    }

    static void show(Why why, Terminal terminal) {
        new WhyText(terminal).show(why);
    }

    private void show(Why why) {
        terminal.result(why.subject().text(terminal));
        why.refused().ifPresent(it -> terminal.result("  " + it.because()));
        why.chain().forEach(this::block);
        why.ends().forEach(this::block);
        why.words().forEach(this::block);
        if (why.chain().isEmpty() && why.ends().isEmpty() && why.words().isEmpty()) {
            terminal.result("  no transaction: there is no chain to show");
        }
        why.call().ifPresentOrElse(call -> call(call, why), () -> counts(why.debits(), why));
        why.end()
                .ifPresent(it ->
                        terminal.result("  ended: " + Sentences.end(it.ended().how()) + "  #" + it.index()));
        verdicts(why.verdicts());
    }

    private void block(Why.Block block) {
        String index = block.index() < 0 ? "" : "  #" + block.index();
        switch (block.kind()) {
            case ROOT_KEY, STOP, KEY ->
                terminal.result("  " + String.join("", block.says()) + index
                        + (block.sound() ? "" : "  " + terminal.coloured(Colour.RED, block.problem())));
            case GRANT, REQUEST, DELEGATION, REVOCATION, APPROVAL -> {
                if (!block.sound()) {
                    terminal.result("  " + terminal.coloured(Colour.RED, "✗ ")
                            + block.kind().words() + index + "  " + block.problem());
                    return;
                }
                terminal.result("  " + terminal.coloured(Colour.GREEN, "✓ ")
                        + block.kind().words() + index + "  SHA-256 "
                        + block.hash().toHex());
                if (block.kind() == Why.Kind.APPROVAL) {
                    terminal.result("      the word of "
                            + (block.signerName().isEmpty() ? "a key that is not here" : block.signerName()) + ", "
                            + PublicKeys.toLine(block.signer()));
                }
                block.says().forEach(line -> terminal.result("      " + line));
            }
        }
        block.remarks().forEach(line -> terminal.result("      (" + line + ")"));
    }

    private void call(Why.Call call, Why why) {
        Entry.Allowed it = call.allowed();
        if (call.index() != why.subject().index()) {
            terminal.result("  it is the outcome of " + new LogLine(call.index(), it).text(terminal));
        }
        terminal.result("  call " + it.sequence() + " of its context, permit "
                + it.permit().toHex() + " to the driver " + Terminal.plain(it.driver()));
        terminal.result("      parameters with SHA-256 " + it.paramsDigest().toHex());
        counts(it.debits(), why);
        it.origins()
                .forEach(origin -> terminal.result("      acts on what the result recorded in #" + origin + " said"));
        why.outcome()
                .ifPresentOrElse(
                        found -> outcome(found.outcome(), why), () -> terminal.result("      no outcome is recorded"));
    }

    private void outcome(Entry.Outcome it, Why why) {
        terminal.result("      outcome " + (it.status() == 0 ? "ok" : Sentences.denial(it.status())) + ", " + it.bytes()
                + " bytes with SHA-256 " + it.resultDigest().toHex() + " after " + it.millis() + " ms");
        it.settled()
                .forEach(debit ->
                        terminal.result("      settled " + account(debit, why) + ": " + debit.taken() + " spent"));
    }

    /** Such as {@code uses of files.read in the grant}. */
    static String account(Entry.Debit debit, Why why) {
        String block = why.chain().stream()
                .filter(it -> it.hash().equals(debit.block()))
                .findFirst()
                .map(it -> "the " + it.kind().words() + " at #" + it.index())
                .orElse("block " + LogLine.brief(debit.block()));
        return why.account(debit) + " in " + block;
    }

    private void counts(List<Entry.Debit> debits, Why why) {
        for (Entry.Debit debit : debits) {
            String limit = debit.limit() < 0 ? "without limit" : "of " + debit.limit();
            terminal.result("      " + account(debit, why) + ": " + debit.taken() + " with this call, " + limit);
        }
    }

    private void verdicts(List<Entry.Written> verdicts) {
        verdicts.forEach(verdict -> terminal.result("      " + verdict(verdict)));
    }

    /** What became of a key, such as {@code memory notes/a: committed as version 2}. */
    static String verdict(Entry.Written verdict) {
        if (verdict.code() == Denial.HELD.number()) {
            return "memory " + Terminal.plain(verdict.key()) + ": held for review as version " + verdict.version();
        }
        return "memory " + Terminal.plain(verdict.key()) + ": "
                + (verdict.committed()
                        ? "committed as version " + verdict.version()
                        : "dropped, " + Sentences.denial(verdict.code()));
    }
}
