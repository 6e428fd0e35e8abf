package ambit.core;

import java.util.Arrays;
import java.util.List;

/**
 * A test case of another project in Ambit's terms: not its bytes but what it shows.
 *
 * @param id what the source calls it
 * @param theirs the source's verdicts: "accepted" or "refused", in the order in which {@code play} asks
 * @param ours what Ambit's core says: "accepted" or a denial's code
 * @param why why the two differ, or what the translation leaves open; may be empty where they agree
 */
record OthersCase(String id, String shows, String theirs, String ours, String why, Play play) {
    /** Plays the case and says what came of it, in the form of {@link Scene#outcome}. */
    interface Play {
        String on(Scene scene) throws Exception;
    }

    /** Whether the core accepts and refuses what the source says. */
    boolean agrees() {
        List<Boolean> said =
                Arrays.stream(ours.split(", ")).map("accepted"::equals).toList();
        List<Boolean> expected =
                Arrays.stream(theirs.split(", ")).map("accepted"::equals).toList();
        return said.equals(expected);
    }

    /** The row of docs/reference/vectors.md. */
    String row() {
        String result = agrees() ? "" : "**differs** ";
        return "| %s | %s | %s | %s | %s |".formatted(id, shows, theirs, ours, (result + why).strip());
    }

    @Override
    public String toString() {
        return id + ": " + shows;
    }
}
