package ambit.cli;

import ambit.cli.cosigning.WitnessState;
import ambit.cli.cosigning.WitnessStates;
import ambit.cli.text.Terminal;
import java.io.IOException;
import java.util.List;

/** The witnesses that know another log than a project's: whoever works with the project is told. */
final class WitnessAlarms {
    private WitnessAlarms() {}

    /** What is known of all witnesses that the project asks. That it cannot be read is part of it. */
    static WitnessStates.Known all(Project project) {
        try {
            return new WitnessStates(project.places().witnesses()).all();
        } catch (IOException e) {
            return new WitnessStates.Known(List.of(), List.of("cannot tell what was cosigned: " + e.getMessage()));
        }
    }

    /** Those that know another log. */
    static List<WitnessState> of(WitnessStates.Known known) {
        return known.states().stream().filter(WitnessState::anotherLog).toList();
    }

    /** Says so of each, to somebody who wants something else. */
    static void show(Project project, Terminal terminal) {
        WitnessStates.Known known = all(project);
        known.damaged().forEach(it -> terminal.warn(Terminal.plain(it), ""));
        of(known).forEach(it -> terminal.error(Terminal.plain(it.alarm()), WitnessState.ALARM_HINT));
    }
}
