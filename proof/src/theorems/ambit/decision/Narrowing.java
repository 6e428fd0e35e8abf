package ambit.decision;

/** What follows from the contracts of the kernel for chains of any length. KeY reads this beside the kernel; it is not compiled into anything. */
public final class Narrowing {
    private Narrowing() {}

    /**
     * Whatever a chain allows, every chain that it continues allows too: a child never allows what its parent refuses, for any kind of constraint and at
     * any depth.
     */
    /*@ public normal_behavior
    @ requires \invariant_for(parent) && \invariant_for(child) && \invariant_for(arguments) && \invariant_for(received);
    @ requires parent.blocks.length <= child.blocks.length;
    @ requires (\forall int b; 0 <= b && b < parent.blocks.length; parent.blocks[b] == child.blocks[b]);
    @ ensures \result;
    @ assignable \strictly_nothing;
    @*/
    public static boolean aChildNeverAllowsWhatItsParentRefuses(
            Chain parent, Chain child, Values arguments, Received received, long now) {
        return child.evaluate(arguments, received, now) != Codes.ALLOWED
                || parent.evaluate(arguments, received, now) == Codes.ALLOWED;
    }

    /** A block whose time is over, or that may not use, refuses whatever else stands in the chain. */
    /*@ public normal_behavior
    @ requires \invariant_for(chain) && \invariant_for(arguments) && \invariant_for(received);
    @ requires 0 <= block && block < chain.blocks.length;
    @ requires !chain.blocks[block].mayUse || now < chain.blocks[block].notBefore || chain.blocks[block].expires <= now;
    @ ensures \result;
    @ assignable \strictly_nothing;
    @*/
    public static boolean noBlockOutlivesItsParent(Chain chain, int block, Values arguments, Received received, long now) {
        return chain.evaluate(arguments, received, now) != Codes.ALLOWED;
    }

    /** A chain that allows at one time what it refuses at another time does so for the time alone. */
    /*@ public normal_behavior
    @ requires \invariant_for(chain) && \invariant_for(arguments) && \invariant_for(received);
    @ ensures \result;
    @ assignable \strictly_nothing;
    @*/
    public static boolean theCheapQuestionNeverRefusesWhatTheWholeOneAllows(
            Chain chain, Values arguments, Received received, long now) {
        return chain.evaluate(arguments, received, now) != Codes.ALLOWED || chain.atTime(now) == Codes.ALLOWED;
    }
}
