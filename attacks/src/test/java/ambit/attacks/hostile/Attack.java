package ambit.attacks.hostile;

import ambit.wire.Blob;
import ambit.wire.Denial;
import java.util.List;

/**
 * One attack.
 *
 * @param name what it tries, and what the table calls it
 * @param expected the one answer that refuses it for the right reason
 * @param defence what the control switches off; nothing where the boundary is the defence, and the control is outside of it
 * @param meanwhile what happens after the preparation
 */
record Attack(
        String name, String expected, List<Weakness> defence, Meanwhile meanwhile, Preparation preparation, Late late) {
    /** After this no permit given out before is good. */
    static final long PERMIT_MS = 10_000;

    /** What happens between the two parts of an attack. */
    enum Meanwhile {
        NOTHING,
        /** The permits that were given out expire. */
        PERMITS_EXPIRE,
        /** The core is killed and started again. */
        CORE_IS_KILLED,
        /** The core's state becomes what it was before the preparation. */
        STATE_IS_ROLLED_BACK
    }

    /** All of an attack that has one part. */
    @FunctionalInterface
    interface Body {
        Result strike(Position from) throws Exception;
    }

    /** The first part; what it answers is all that the second one knows of it. */
    @FunctionalInterface
    interface Preparation {
        Blob prepare(Position from) throws Exception;
    }

    /** The second part. */
    @FunctionalInterface
    interface Late {
        Result strike(Position from, Blob prepared) throws Exception;
    }

    static Attack of(String name, Denial expected, List<Weakness> defence, Body body) {
        return of(name, expected.name(), defence, body);
    }

    static Attack of(String name, String expected, List<Weakness> defence, Body body) {
        return new Attack(name, expected, defence, Meanwhile.NOTHING, _ -> Blob.EMPTY, (from, _) -> body.strike(from));
    }

    static Attack late(
            String name,
            String expected,
            List<Weakness> defence,
            Meanwhile meanwhile,
            Preparation preparation,
            Late late) {
        return new Attack(name, expected, defence, meanwhile, preparation, late);
    }

    boolean isOfTheBoundary() {
        return defence.isEmpty();
    }
}
