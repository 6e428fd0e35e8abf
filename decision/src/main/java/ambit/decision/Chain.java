package ambit.decision;

/**
 * The blocks of one chain for one capability, the grant's first. It allows what every block allows: a further block can only take
 * away.
 *
 * <p>An answer is one number: its {@link #code}, and where it refuses the {@link #block} that did and the {@link #item} of it, a
 * conjunct (CONSTRAINT, ARGUMENT_MISSING) or an argument (ARGUMENT_NOT_NAMED).
 */
public final class Chain {
    /*@ spec_public @*/ private final Block[] blocks;

    /*@ public invariant 0 < blocks.length && blocks.length <= 32767;
    @ public invariant (\forall int i; 0 <= i && i < blocks.length; blocks[i] != null && \invariant_for(blocks[i]));
    @*/

    /** At least one block, at most 32,767. */
    /*@ public normal_behavior
    @ requires 0 < blocks.length && blocks.length <= 32767;
    @ requires (\forall int i; 0 <= i && i < blocks.length; blocks[i] != null && \invariant_for(blocks[i]));
    @ ensures this.blocks == blocks;
    @ assignable \nothing;
    @*/
    public Chain(Block[] blocks) {
        this.blocks = blocks;
    }

    /** Time and use alone: the cheap question, to be asked before anything is parsed. */
    /*@ public normal_behavior
    @ requires \invariant_for(this);
    @ ensures \result >= 0;
    @ ensures \result == 0 <==> (\forall int b; 0 <= b && b < blocks.length;
    @     blocks[b].mayUse && blocks[b].notBefore <= now && now < blocks[b].expires);
    @ assignable \strictly_nothing;
    @*/
    public long atTime(long now) {
        /*@ loop_invariant 0 <= b && b <= blocks.length && (\forall int j; 0 <= j && j < b;
        @     blocks[j].mayUse && blocks[j].notBefore <= now && now < blocks[j].expires);
        @ decreases blocks.length - b;
        @ assignable \strictly_nothing;
        @*/
        for (int b = 0; b < blocks.length; b++) {
            int code = blocks[b].atTime(now);
            if (code != Codes.ALLOWED) {
                return answer(code, b, 0);
            }
        }
        return Codes.ALLOWED;
    }

    /** Whether every block allows these arguments now, after what was received; 0 or the answer of the first block that refuses. */
    /*@ public normal_behavior
    @ requires \invariant_for(this) && \invariant_for(arguments) && \invariant_for(received);
    @ ensures \result >= 0;
    @ ensures \result == 0 <==> (\forall int b; 0 <= b && b < blocks.length;
    @     blocks[b].mayUse && blocks[b].notBefore <= now && now < blocks[b].expires
    @     && blocks[b].violated(arguments, received) == -1 && blocks[b].missing(arguments) == -1
    @     && blocks[b].unnamed(arguments) == -1);
    @ ensures_free \result == evaluate(arguments, received, now);
    @ assignable \strictly_nothing;
    @*/
    public /*@ strictly_pure @*/ long evaluate(Values arguments, Received received, long now) {
        long time = atTime(now);
        if (time != Codes.ALLOWED) {
            return time;
        }
        /*@ loop_invariant 0 <= b && b <= blocks.length
        @     && (\forall int j; 0 <= j && j < b; blocks[j].violated(arguments, received) == -1
        @         && blocks[j].missing(arguments) == -1 && blocks[j].unnamed(arguments) == -1);
        @ decreases blocks.length - b;
        @ assignable \strictly_nothing;
        @*/
        for (int b = 0; b < blocks.length; b++) {
            int violated = blocks[b].violated(arguments, received);
            if (violated >= 0) {
                return answer(Codes.CONSTRAINT, b, violated);
            }
            int missing = blocks[b].missing(arguments);
            if (missing >= 0) {
                return answer(Codes.ARGUMENT_MISSING, b, missing);
            }
            int unnamed = blocks[b].unnamed(arguments);
            if (unnamed >= 0) {
                return answer(Codes.ARGUMENT_NOT_NAMED, b, unnamed);
            }
        }
        return Codes.ALLOWED;
    }

    /** Marks what these arguments, which were allowed, were received as, so that {@link Sighting#act} counts the call. */
    public void mark(Values arguments, Received received) {
        for (int b = 0; b < blocks.length; b++) {
            blocks[b].mark(arguments, received);
        }
    }

    /*@ private normal_behavior
    @ requires 0 < code && code < 256 && 0 <= block && block < 32768 && 0 <= item;
    @ ensures \result > 0 && \result == code + 256 * block + 8388608 * (\bigint) item;
    @ assignable \strictly_nothing;
    @*/
    private static long answer(int code, int block, int item) {
        return code + 256L * block + 8388608L * item;
    }

    /** One of {@link Codes}. */
    /*@ public normal_behavior
    @ requires answer >= 0;
    @ ensures 0 <= \result && \result < 256;
    @ assignable \strictly_nothing;
    @*/
    public static int code(long answer) {
        return (int) (answer % 256L);
    }

    /** The index of the block that refused; 0 is the grant. */
    /*@ public normal_behavior
    @ requires answer >= 0;
    @ ensures 0 <= \result && \result < 32768;
    @ assignable \strictly_nothing;
    @*/
    public static int block(long answer) {
        return (int) (answer / 256L % 32768L);
    }

    /** The index of the conjunct in that block, or of the argument where none names it. */
    /*@ public normal_behavior
    @ requires 0 <= answer && answer <= 18014398509481983L;
    @ ensures 0 <= \result;
    @ assignable \strictly_nothing;
    @*/
    public static int item(long answer) {
        return (int) (answer / 8388608L);
    }
}
