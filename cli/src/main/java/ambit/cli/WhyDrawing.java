package ambit.cli;

import ambit.authority.signing.PublicKeys;
import ambit.cli.text.Drawing;
import ambit.cli.text.Drawing.Ink;
import ambit.log.entry.Entry;
import java.util.ArrayList;
import java.util.List;

/** The chain as a drawing, from the tenant's root key down to the decision and what came of it: one SVG document. */
final class WhyDrawing {
    private static final String ALLOWED = "Allowed";

    private final Why why;
    private final List<Drawing.Card> cards = new ArrayList<>();

    private WhyDrawing(Why why) {
        this.why = why;
    }

    /** An SVG 1.1 document that needs no style sheet, script or font. */
    static String of(Why why) {
        return new WhyDrawing(why).draw();
    }

    private String draw() {
        for (int i = 0; i < why.chain().size(); i++) {
            cards.add(block(why.chain().get(i), above(i), i));
        }
        why.ends().forEach(it -> cards.add(block(it, "ended by", -1)));
        why.words()
                .forEach(it ->
                        cards.add(block(it, "a person", it.sound() ? why.chain().size() : -1)));
        cards.add(decision());
        why.outcome().ifPresent(it -> cards.add(outcome(it)));
        why.end().ifPresent(it -> cards.add(end(it)));
        LogLine subject = why.subject();
        return Drawing.of(
                "Why #" + subject.index(),
                Sentences.time(subject.entry().atMs()) + "   " + subject.sentence(),
                cards,
                why.sound()
                        ? "Every signature and link was verified from the log alone."
                        : "Not everything here verifies: believe nothing below what is red.");
    }

    /** How a block hangs on the one above. */
    private String above(int place) {
        Why.Block block = why.chain().get(place);
        return switch (block.kind()) {
            case ROOT_KEY -> place == 0 ? "" : "endorses";
            case GRANT -> "signs";
            case REQUEST ->
                "its holder" + (block.signerName().isEmpty() ? "" : ", " + block.signerName() + ",") + " signs";
            case DELEGATION -> "the core signs with the context's key";
            case REVOCATION, STOP, APPROVAL, KEY -> "";
        };
    }

    private Drawing.Card block(Why.Block block, String above, int place) {
        boolean refused =
                place >= 0 && why.refused().map(it -> it.block() == place).orElse(false);
        Ink ink = !block.sound() || refused ? Ink.BAD : place < 0 ? Ink.WARN : Ink.GOOD;
        Drawing.Card card = new Drawing.Card(above, title(block), index(block.index()), ink);
        if (!block.sound()) {
            card.strong(block.problem(), Ink.BAD);
        }
        if (block.kind() == Why.Kind.ROOT_KEY) {
            card.faint(PublicKeys.toLine(block.hash()));
        } else {
            block.says().forEach(card::line);
            card.faint(block.hash().isEmpty() ? "" : "SHA-256 " + block.hash().toHex());
            card.faint(
                    block.signer().isEmpty()
                            ? ""
                            : "signed by " + PublicKeys.toLine(block.signer())
                                    + (block.signerName().isEmpty() ? "" : " (" + block.signerName() + ")"));
        }
        block.remarks().forEach(card::faint);
        why.debits().stream().filter(it -> it.block().equals(block.hash())).forEach(it -> debit(card, it));
        if (refused) {
            why.refused().ifPresent(it -> card.strong(it.because(), Ink.BAD));
        }
        return card;
    }

    private static String title(Why.Block block) {
        String words = Character.toUpperCase(block.kind().words().charAt(0))
                + block.kind().words().substring(1);
        return block.kind() == Why.Kind.ROOT_KEY && !block.says().isEmpty()
                ? "Root key of "
                        + block.says()
                                .getFirst()
                                .replaceFirst("^root key of ", "")
                                .replaceFirst("  .*", "")
                : words;
    }

    private static String index(long index) {
        return index < 0 ? "" : "#" + index;
    }

    private void debit(Drawing.Card card, Entry.Debit debit) {
        if (debit.limit() < 0) {
            card.line(why.account(debit) + ": " + debit.taken() + " with this call, without limit");
        } else {
            card.bar(
                    why.account(debit) + ": " + debit.taken() + " of " + debit.limit() + " with this call",
                    debit.taken(),
                    debit.limit());
        }
    }

    private Drawing.Card decision() {
        LogLine subject = why.subject();
        if (why.call().isPresent()) {
            Why.Call call = why.call().get();
            return called(call.index(), call.allowed());
        }
        if (subject.entry() instanceof Entry.Denied denied) {
            Drawing.Card card = new Drawing.Card(
                    "the core decides", "Denied: " + Sentences.denial(denied.code()), index(subject.index()), Ink.BAD);
            card.line((denied.capability().isEmpty() ? Sentences.syscall(denied.syscall()) : denied.capability())
                    + " in transaction " + denied.transaction());
            card.strong(denied.sentence(), Ink.BAD);
            why.refused().filter(it -> it.block() < 0).ifPresent(it -> card.line(it.because()));
            card.faint("parameters with SHA-256 " + denied.paramsDigest().toHex());
            return card;
        }
        String kind = subject.kind();
        Drawing.Card card = new Drawing.Card(
                "the core records",
                Character.toUpperCase(kind.charAt(0))
                        + kind.substring(1).replaceAll("([A-Z])", " $1").toLowerCase(java.util.Locale.ROOT),
                index(subject.index()),
                Ink.PLAIN);
        card.line(subject.sentence());
        return card;
    }

    private static Drawing.Card called(long index, Entry.Allowed it) {
        Drawing.Card card = new Drawing.Card("the core decides", ALLOWED, index(index), Ink.GOOD);
        card.line(it.capability() + (it.effect() ? ", an effect," : ", a read,") + " by the driver " + it.driver());
        card.line("call " + it.sequence() + " of transaction " + it.transaction());
        it.origins().forEach(origin -> card.line("acts on what the result recorded in #" + origin + " said"));
        card.faint("permit " + it.permit().toHex());
        card.faint("parameters with SHA-256 " + it.paramsDigest().toHex());
        return card;
    }

    private Drawing.Card outcome(Why.Outcome found) {
        Entry.Outcome it = found.outcome();
        boolean good = it.status() == 0;
        Drawing.Card card = new Drawing.Card(
                "the driver acts",
                good ? "Outcome: ok" : "Outcome: " + Sentences.denial(it.status()),
                index(found.index()),
                good ? Ink.GOOD : Ink.BAD);
        card.line(it.bytes() + " bytes after " + it.millis() + " ms");
        it.settled()
                .forEach(
                        debit -> card.line("settled " + WhyText.account(debit, why) + ": " + debit.taken() + " spent"));
        card.faint("result with SHA-256 " + it.resultDigest().toHex());
        return card;
    }

    private Drawing.Card end(Why.End found) {
        boolean good = found.ended().how() == 0;
        Drawing.Card card = new Drawing.Card(
                "the transaction ends",
                "Ended: " + Sentences.end(found.ended().how()),
                index(found.index()),
                good ? Ink.GOOD : Ink.WARN);
        card.line("exit code " + found.ended().exitCode());
        why.verdicts().forEach(it -> card.line(WhyText.verdict(it)));
        return card;
    }
}
