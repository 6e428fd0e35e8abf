package ambit.cli;

import ambit.log.entry.Entry;
import ambit.wire.Blob;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * By what authority an entry of the log happened, as far as the log alone shows it.
 *
 * @param chain from the tenant's root key down
 * @param ends what ended this authority before: revocations, stops
 * @param refused where in the chain a denied call was refused, as far as that can be told
 * @param accounts what the grant calls the accounts of debits
 * @param words of people who had approved the call when it was made; the word of an approver if the subject is one
 * @param call the call that the subject is, or is the outcome of
 */
record Why(
        LogLine subject,
        List<Block> chain,
        List<Block> ends,
        Optional<Refused> refused,
        Optional<Call> call,
        Optional<Outcome> outcome,
        List<Block> words,
        List<Entry.Debit> debits,
        Optional<End> end,
        List<Entry.Written> verdicts,
        Map<Integer, String> accounts) {

    /** What a block is. */
    enum Kind {
        ROOT_KEY("root key"),
        GRANT("grant"),
        REQUEST("request"),
        DELEGATION("delegation"),
        REVOCATION("revocation"),
        STOP("stop"),
        APPROVAL("approver's word"),
        KEY("key of the core");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /**
     * One link.
     *
     * @param index of the entry that holds it; −1 if there is none
     * @param hash SHA-256 of its signed bytes; the key itself for a root key
     * @param signer the public key that it verifies with; empty where nobody signs
     * @param signerName whose that is in this project; may be empty
     * @param problem why it does not hold; empty if it does
     * @param says what it says, line by line
     * @param remarks what this project adds to it
     */
    record Block(
            Kind kind,
            long index,
            Blob hash,
            Blob signer,
            String signerName,
            String problem,
            List<String> says,
            List<String> remarks) {
        boolean sound() {
            return problem.isEmpty();
        }
    }

    /**
     * What refused.
     *
     * @param block its place in the chain; −1 if no block did, or the log does not tell which
     */
    record Refused(int block, String because) {}

    /** A permit. */
    record Call(long index, Entry.Allowed allowed) {}

    /** What came of it. */
    record Outcome(long index, Entry.Outcome outcome) {}

    /** How the transaction ended. */
    record End(long index, Entry.Ended ended) {}

    /** Such as {@code uses of files.read}, or {@code budget cents}. */
    String account(Entry.Debit debit) {
        boolean uses = debit.account() < Entry.BUDGETS;
        String number = uses ? "capability " + debit.account() : String.valueOf(debit.account() - Entry.BUDGETS);
        return (uses ? "uses of " : "budget ") + accounts.getOrDefault(debit.account(), number);
    }

    /** Whether every signature and link holds. */
    boolean sound() {
        return Stream.of(chain, ends, words).flatMap(List::stream).allMatch(Block::sound);
    }
}
