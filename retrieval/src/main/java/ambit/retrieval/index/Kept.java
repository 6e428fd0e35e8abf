package ambit.retrieval.index;

import java.util.Optional;

/**
 * A document that an index holds, with who added it.
 *
 * @param writing empty for what was added before that was kept
 */
public record Kept(Source source, Optional<Writing> writing) {}
