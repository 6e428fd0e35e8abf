package ambit.authority;

import ambit.wire.Bounds.Range;
import ambit.wire.Cbor;
import ambit.wire.MalformedException;
import java.util.List;

/**
 * How much of one budget may be spent at and below a block.
 *
 * @param budget its index in the grant
 */
public record Allowance(
        @Range(to = Grant.MAX_BUDGETS - 1) int budget,
        @Range long limit) implements Cbor.Artifact {

    /** Refuses two of one budget. */
    static void requireDistinct(List<Allowance> allowances) throws MalformedException {
        if (allowances.stream().map(Allowance::budget).distinct().count() != allowances.size()) {
            throw new MalformedException("two allowances of one budget");
        }
    }
}
