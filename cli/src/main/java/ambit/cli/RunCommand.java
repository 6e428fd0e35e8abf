package ambit.cli;

import ambit.authority.Request;
import ambit.authority.signing.SigningKey;
import ambit.boundary.Demand;
import ambit.cli.config.Agent;
import ambit.cli.config.Config;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.KernelPlan;
import ambit.cli.supervisor.Link;
import ambit.cli.text.Terminal;
import ambit.wire.AgentSpec;
import ambit.wire.FrontRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "run",
        description =
                "Run an agent as a transaction. Its output is standard output; what it calls is shown on standard error.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the agent succeeded, and what it wrote is committed",
            "1:the agent failed, was killed or ran out of time; nothing is committed",
            "2:the command line or ambit.yaml is not as it should be",
            "3:denied at admission",
            "4:the boundary could not be set up as demanded",
            "5:the kernel is not there, or failed",
            "130:interrupted"
        })
final class RunCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(names = "--as", paramLabel = "P", description = "The principal; needed where there is more than one.")
    private Optional<String> as = Optional.empty();

    @Option(
            names = "--inherit",
            paramLabel = "TXN:KEY[=NAME]",
            description = "A key of an earlier transaction of the same principal, to be read as inherited/NAME, or as "
                    + "inherited/KEY where no name is given.")
    private List<String> inherit = new ArrayList<>();

    @Option(names = "--json", description = "One JSON document on standard output: result, syscalls, summary.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Only what the agent itself writes.")
    private boolean quiet;

    @Option(
            names = "--boundary",
            paramLabel = "B",
            description =
                    "The boundary it runs in, no weaker than ambit.yaml says: process, container or gvisor for the least,"
                            + " or oci:crun, oci:runc, oci:runsc.")
    private Optional<String> boundary = Optional.empty();

    @Parameters(index = "0", paramLabel = "AGENT", description = "The agent, as ambit.yaml names it.")
    private String agentName = "";

    @Parameters(
            index = "1..*",
            paramLabel = "ARGS",
            arity = "0..*",
            description = "Arguments after its command; put them behind --.")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        Terminal terminal = main.terminal();
        Project project = main.project();
        Config config = project.config(terminal);
        GrantDesk desk = new GrantDesk(project, config, main.keys(project), main.environment(), terminal);
        Agent agent = inBoundary(desk.agent(agentName));
        if (agent.attended()) {
            throw Failure.usage("no program runs as '" + agentName + "'", "the 'ambit memory' commands act as it");
        }
        String principal = RequestDesk.principal(config, as);
        List<Request.Inherit> asked =
                inherit.stream().map(RunCommand::inherited).toList();
        KernelPlan plan = KernelDesk.ensure(project, config, agent, main.environment(), terminal);
        GrantBook.Entry grant = desk.forRun(principal, agent);
        AgentSpec spec = new SpecMaker(config, project.directory(), plan, desk.pinned(), desk.keys()::publicKey)
                .spec(agent, arguments, grant.grant());
        List<Request.Inherit> inherits =
                new RecallDesk(project, config, desk, plan, terminal).and(asked, principal, agent);
        // Whoever has to type a passphrase may take longer than a request is fresh.
        SigningKey signer = desk.keys().signing(principal);
        RequestDesk.Signed signed = RequestDesk.sign(signer, grant, agent, spec, inherits, arguments);
        try (Link broker = Link.connect(project.places().brokerFront(), "broker")) {
            RunReport report = json ? new JsonReport(terminal) : new LiveReport(terminal, agent.name(), quiet);
            RunSession session = new RunSession(broker, report, agent.limits().output(), signed.transaction());
            int exit = session.run(new FrontRequest.Run(grant.bytes(), signed.request(), spec.toBlob()), System.in);
            session.refusal().ifPresent(refused -> hint(terminal, refused, principal));
            return exit;
        }
    }

    private void hint(Terminal terminal, ambit.wire.FrontEvent.Refused refused, String principal) {
        switch (refused.code()) {
            case REVOKED, EXPIRED, UNKNOWN_GRANT -> terminal.hint("ambit grant " + principal + " " + agentName);
            case UNKNOWN_TENANT -> terminal.hint("'ambit init' made the tenant that this kernel knows");
            default -> terminal.hint("'ambit log --denied' has the refusal on record");
        }
    }

    private Agent inBoundary(Agent agent) {
        if (boundary.isEmpty()) {
            return agent;
        }
        try {
            Demand chosen = Demand.parse(boundary.get());
            if (!chosen.atLeast(agent.boundary())) {
                throw Failure.usage(
                        "'" + chosen.text() + "' is weaker than the boundary of '" + agent.name() + "' in ambit.yaml, '"
                                + agent.boundary().text() + "'",
                        "choose a stronger one");
            }
            return agent.in(chosen);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(String.valueOf(e.getMessage()), "'ambit boundary check' says what is here");
        }
    }

    private static Request.Inherit inherited(String text) {
        int colon = text.indexOf(':');
        int equals = text.lastIndexOf('=');
        String key = text.substring(colon + 1, equals > colon ? equals : text.length());
        String name = equals > colon ? text.substring(equals + 1) : key;
        if (colon < 1
                || key.isEmpty()
                || name.isEmpty()
                || key.length() > Request.Inherit.MAX_KEY
                || name.length() > Request.Inherit.MAX_KEY) {
            throw Failure.usage(
                    "'" + text + "' is not TXN:KEY or TXN:KEY=NAME", "such as --inherit 4f…:summary=yesterday");
        }
        return new Request.Inherit(text.substring(0, colon), key, name);
    }
}
