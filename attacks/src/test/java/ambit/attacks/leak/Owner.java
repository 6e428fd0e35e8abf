package ambit.attacks.leak;

/** Whose a canary is. The letter stands in the canary. */
enum Owner {
    /** The one who attacks: what is hers comes back, or nothing was tried. */
    ALICE('a'),
    /** Another user of the same tenant. */
    BOB('b'),
    /** An earlier transaction of alice's: its own memory. */
    EARLIER('e'),
    /** A transaction of alice's that lives at the same time and has committed nothing. */
    LIVE('l'),
    /** A namespace of the tenant that is not mapped. */
    VAULT('v'),
    /** The alice of another tenant, with namespaces of the same names, and that tenant's own. */
    RIVAL('r'),
    /** A transaction that was killed before it ended. */
    KILLED('k');

    private final char letter;

    Owner(char letter) {
        this.letter = letter;
    }

    char letter() {
        return letter;
    }
}
