package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Arguments;
import ambit.authority.Constraint;
import ambit.decision.Block;
import ambit.decision.Chain;
import ambit.decision.Received;
import ambit.decision.Values;
import ambit.wire.Blob;
import ambit.wire.Bounds.Max;
import ambit.wire.Cbor;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.util.List;

/** Whatever the constraints and the call are: a longer chain allows nothing that a shorter one refuses, at any time. */
final class ChainTarget {
    /** One block of a {@link Case}. */
    record Rules(boolean closed, @Max(Constraint.MAX_COUNT) List<Constraint> constraints) implements Cbor.Message {}

    /** An input: blocks, and the parameters of a call as JSON. */
    record Case(@Max(4) List<Rules> blocks, @Max(4096) Blob params) implements Cbor.Message {}

    private static final long EXPIRES = 1000;

    private ChainTarget() {}

    static void check(byte[] input) {
        Case it;
        Values arguments;
        try {
            it = Cbor.parse(Case.class, Blob.of(input));
            if (!(Json.parse(it.params()) instanceof Json.Obj object)
                    || it.blocks().isEmpty()) {
                return;
            }
            arguments = Arguments.of(object);
        } catch (MalformedException e) {
            return;
        }
        check(it.blocks().stream().map(ChainTarget::block).toArray(Block[]::new), arguments);
    }

    private static Block block(Rules rules) {
        return Arguments.block(0, EXPIRES, true, rules.closed(), rules.constraints());
    }

    private static void check(Block[] blocks, Values arguments) {
        boolean above = true;
        for (int length = 1; length <= blocks.length; length++) {
            Chain chain = new Chain(java.util.Arrays.copyOf(blocks, length));
            long answer = chain.evaluate(arguments, new Received(), 0);
            assertThat(chain.evaluate(arguments, new Received(), 0)).isEqualTo(answer);
            assertThat(Chain.block(answer)).isLessThan(length);
            assertThat(chain.evaluate(arguments, new Received(), EXPIRES)).isNotZero();
            assertThat(above || answer != 0)
                    .as("%d blocks allow, one less refuses", length)
                    .isTrue();
            above = answer == 0;
        }
    }
}
