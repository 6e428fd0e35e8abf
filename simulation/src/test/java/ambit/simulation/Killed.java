package ambit.simulation;

/** Ends what ran in a process that is no more. Nothing of the core catches it. */
final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
        super("killed", null, false, false);
    }
}
