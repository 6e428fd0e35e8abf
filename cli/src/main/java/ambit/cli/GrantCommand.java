package ambit.cli;

import ambit.audit.Descriptions;
import ambit.authority.Cap;
import ambit.cli.config.Agent;
import ambit.cli.config.Config;
import ambit.cli.config.Quantity;
import ambit.cli.outcome.ExitCode;
import ambit.cli.outcome.Failure;
import ambit.cli.text.Terminal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "grant",
        description = "Give a principal the authority to run an agent, as ambit.yaml says or less. "
                + "The tools' definitions are asked for and pinned.",
        mixinStandardHelpOptions = true)
final class GrantCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(index = "0", paramLabel = "PRINCIPAL", description = "Who gets it.")
    private String principal = "";

    @Parameters(index = "1", paramLabel = "AGENT", description = "What it may run.")
    private String agentName = "";

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "How long it is valid, such as 30d or 8h; 30 days otherwise.")
    private String validity = "30d";

    @Option(names = "--only", paramLabel = "CAP", arity = "1..*", description = "Only these capabilities.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--at-most", paramLabel = "CAP=N", description = "How many uses a capability has.")
    private Map<String, Long> atMost = Map.of();

    @Option(names = "--yes", description = "Do not ask where a tool changed.")
    private boolean yes;

    @Override
    public Integer call() {
        Terminal terminal = main.terminal();
        Project project = main.project();
        Config config = project.config(terminal);
        GrantDesk desk = new GrantDesk(project, config, main.keys(project), main.environment(), terminal);
        Agent agent = config.agentFor(desk.agent(agentName), principal);
        Duration time = Quantity.duration(validity)
                .orElseThrow(() -> Failure.usage("'" + validity + "' is not a time", "such as 30d, 8h or 45min"));
        KernelDesk.ensure(project, config, agent, main.environment(), terminal);
        Discovery found = desk.discover(agent, desk.book().newest(desk.keys().publicKey(principal), agent.name()));
        if (!agreed(found, terminal)) {
            terminal.say("ambit: nothing is granted, and what was kept of the tools stays");
            return ExitCode.AGENT_FAILED;
        }
        found.keep();
        GrantMaker.Terms terms = lessened(desk.terms(agent));
        GrantBook.Entry issued = desk.book()
                .issue(
                        desk.keys().signing(KeyRing.TENANT),
                        config.tenant(),
                        desk.keys().publicKey(principal),
                        terms,
                        time,
                        false,
                        KernelDesk.generation(project, config));
        Descriptions.of(issued.grant()).forEach(terminal::say);
        terminal.result(issued.id());
        return ExitCode.OK;
    }

    /** Shows what a server says otherwise than before; whether a person takes it so. */
    private boolean agreed(Discovery found, Terminal terminal) {
        for (Discovery.Change change : found.changes()) {
            terminal.say("ambit: the server describes '" + Terminal.plain(change.capability()) + "' otherwise now"
                    + (change.old().isPresent() ? ":" : "; what was granted before is not kept here, this is new:"));
            change.diff().forEach(terminal::say);
        }
        return found.changes().isEmpty() || yes || MemoryUndoCommand.agreed("grant it as it is now", terminal);
    }

    private GrantMaker.Terms lessened(GrantMaker.Terms terms) {
        List<String> names = terms.caps().stream().map(Cap::name).toList();
        List<String> asked = new ArrayList<>(only);
        asked.addAll(atMost.keySet());
        for (String name : asked) {
            if (!names.contains(name)) {
                throw Failure.usage(
                        "'" + agentName + "' has no capability '" + name + "'", "it has: " + String.join(", ", names));
            }
        }
        List<Cap> caps = terms.caps().stream()
                .filter(cap -> only.isEmpty() || only.contains(cap.name()))
                .map(this::counted)
                .toList();
        return new GrantMaker.Terms(terms.agent(), terms.depth(), caps, terms.memory(), terms.budgets());
    }

    private Cap counted(Cap cap) {
        Long uses = atMost.get(cap.name());
        if (uses == null) {
            return cap;
        }
        if (uses < 1) {
            throw Failure.usage("'" + cap.name() + "' needs at least one use", "leave it out with --only");
        }
        return new Cap(
                cap.name(),
                cap.kind(),
                cap.driver(),
                cap.flags(),
                uses,
                cap.constraints(),
                cap.other(),
                cap.definition(),
                cap.rate(),
                cap.costs(),
                cap.approval());
    }
}
