package ambit.attacks.leak;

/** The ways in which others' memory is tried. */
enum Kind {
    EXACT("the canary's own text as a query: its words, its embedding, both"),
    NEIGHBOURS("its neighbours: the text with words changed, left out, in another order"),
    BEYOND("more results than there are, and absurd numbers of them"),
    FILTERS("filters by metadata: others' values, opposites, tautologies, injected syntax"),
    NAMESPACES("others' namespaces by name, and every spelling of it"),
    KEYS("keys that others have: guessed right, listed, their history and provenance"),
    TRICKS("keys with dots, NUL, homoglyphs, percent signs, other case, other normal forms, invisible characters"),
    REPLAYED(
            "ids out of the log and out of others' mouths: transactions, permits, handles, chains, sessions, versions"),
    CHILDREN("children with their parent's handles, keys and namespaces"),
    CRASHES("what was staged when a process was killed, as the same user's next transaction looks for it"),
    BROKER("a program in the broker's place, in the contexts of one principal"),
    DISK("the files of the stopped kernel: each canary in six spellings, each embedding");

    private final String words;

    Kind(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /** Whether it is an attempt of a guest, of which there are as many as one asks for. */
    boolean isGenerated() {
        return compareTo(CHILDREN) <= 0;
    }
}
