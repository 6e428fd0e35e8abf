package ambit.cli;

import ambit.authority.signing.PublicKeys;
import ambit.cli.text.JsonText;
import ambit.log.entry.Entry;
import ambit.wire.Json;
import java.util.List;
import java.util.Locale;

/** What {@code ambit why --json} prints; docs/reference/log-json.md says what it is. */
final class WhyJson {
    private WhyJson() {}

    static Json of(Why why) {
        return JsonText.object(
                "subject", why.subject().json(),
                "sound", why.sound(),
                "chain", why.chain().stream().map(it -> block(it, why)).toList(),
                "ends", why.ends().stream().map(it -> block(it, why)).toList(),
                "words", why.words().stream().map(it -> block(it, why)).toList(),
                "refused",
                        why.refused()
                                .<Json>map(it -> JsonText.object("block", it.block(), "because", it.because()))
                                .orElse(new Json.Null()),
                "call",
                        why.call()
                                .map(it -> new LogLine(it.index(), it.allowed()).json())
                                .orElse(new Json.Null()),
                "outcome",
                        why.outcome()
                                .map(it -> new LogLine(it.index(), it.outcome()).json())
                                .orElse(new Json.Null()),
                "end",
                        why.end()
                                .map(it -> new LogLine(it.index(), it.ended()).json())
                                .orElse(new Json.Null()),
                "memory", LogLine.objects(why.verdicts()));
    }

    private static Json block(Why.Block it, Why why) {
        List<Entry.Debit> debits = why.debits().stream()
                .filter(debit -> debit.block().equals(it.hash()))
                .toList();
        return JsonText.object(
                "kind", it.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                "index", it.index(),
                "hash", it.hash().toHex(),
                "signer", it.signer().isEmpty() ? "" : PublicKeys.toLine(it.signer()),
                "signerName", it.signerName(),
                "sound", it.sound(),
                "problem", it.problem(),
                "says", it.says(),
                "remarks", it.remarks(),
                "debits", LogLine.debits(debits));
    }
}
