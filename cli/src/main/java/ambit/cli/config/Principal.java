package ambit.cli.config;

import java.util.List;

/** A person or service with a key of its own, and the agents that it may run. */
public record Principal(Position at, String name, List<String> mayRun) {}
