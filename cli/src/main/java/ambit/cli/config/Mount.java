package ambit.cli.config;

/**
 * A host directory or file in view of a guest or of a tool.
 *
 * @param guest the absolute path inside
 * @param host the path outside, absolute or relative to {@code ambit.yaml}
 */
public record Mount(Position at, String guest, String host) {}
