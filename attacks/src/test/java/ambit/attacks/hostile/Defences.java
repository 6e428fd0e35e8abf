package ambit.attacks.hostile;

import ambit.attacks.hostile.Weakness.Part;
import java.util.ArrayList;
import java.util.List;

/** Defences that several attacks meet, switched off. */
final class Defences {
    static final String ADMISSION = "ambit.core.Admission";
    static final String CALLS = "ambit.core.Calls";
    static final String CHAIN = "ambit.core.Chain";
    static final String CONTEXT = "ambit.core.Context";
    static final String ENDING = "ambit.core.Ending";
    static final String HISTORY = "ambit.core.History";
    static final String MEMORY_MAP = "ambit.core.MemoryMap";
    static final String PROCESS = "ambit.core.CoreProcess";
    static final String STATE = "ambit.core.State";
    static final String BLOCK = "ambit.decision.Block";
    static final String LEDGER = "ambit.decision.Ledger";
    static final String SIGNED = "ambit.authority.signing.Signed";

    /** Every signature holds for every key. */
    static List<Weakness> signatures(Part part) {
        return List.of(
                Weakness.answering(part, SIGNED, "holds", true),
                Weakness.assuming(part, SIGNED, "verify", "Blob.equals", true));
    }

    static List<Weakness> counts() {
        return List.of(Weakness.answering(Part.CORE, LEDGER, "covers", true));
    }

    /** What was used by contexts that are gone is forgotten. */
    static List<Weakness> remembering() {
        return List.of(Weakness.nothing(Part.CORE, HISTORY, "debit"));
    }

    static List<Weakness> revocation() {
        return List.of(Weakness.answering(Part.CORE, STATE, "isRevoked", false));
    }

    /** What is no handle of the context is taken for that of its first capability. */
    static List<Weakness> handles() {
        return List.of(Weakness.knowing(Part.CORE, CONTEXT, "held", Plan.MODEL));
    }

    static List<Weakness> replies() {
        return List.of(Weakness.answering(Part.BROKER, "ambit.broker.CoreProofs", "says", true));
    }

    /** Whose child a child is. */
    static List<Weakness> childsParent() {
        return List.of(
                Weakness.assuming(Part.CORE, CALLS, "decide", "Map.containsKey", true),
                Weakness.filling(Part.CORE, CALLS, "childResult", "NOTHING"));
    }

    static List<Weakness> core(String type, String method, String marker) {
        return List.of(Weakness.without(Part.CORE, type, method, marker));
    }

    static List<Weakness> drivers(String type, String method, String marker) {
        return List.of(Weakness.without(Part.DRIVERS, type, method, marker));
    }

    @SafeVarargs
    static List<Weakness> all(List<Weakness>... several) {
        List<Weakness> all = new ArrayList<>();
        for (List<Weakness> each : several) {
            all.addAll(each);
        }
        return List.copyOf(all);
    }

    private Defences() {}
}
