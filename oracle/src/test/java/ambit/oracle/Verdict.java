package ambit.oracle;

import java.util.List;

/**
 * An answer of the kernel or of the model: 0, or a denial with the block and the item of it that refused.
 *
 * @param acted how many calls acted on each thing received, when the call was allowed and made
 */
public record Verdict(int code, int block, int item, List<Long> acted) {
    public boolean isAllowed() {
        return code == 0;
    }
}
