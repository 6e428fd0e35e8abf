package ambit.cli;

import ambit.cli.config.Config;
import ambit.cli.config.Witnesses;
import ambit.cli.cosigning.WitnessStates;
import ambit.cli.outcome.ExitCode;
import ambit.cli.supervisor.Distribution;
import ambit.cli.supervisor.KernelPlan;
import ambit.cli.supervisor.Supervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What {@code ambit up} leaves running. */
@Command(
        name = "supervise",
        hidden = true,
        description = "Run the kernel in the foreground.",
        mixinStandardHelpOptions = true)
final class SuperviseCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "DIR", description = "Where ambit.yaml is.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path directory;

    @Override
    public Integer call() throws IOException {
        Project project = Project.in(directory, main.environment());
        Config config = project.config(main.terminal());
        KernelPlan plan = KernelPlan.of(config, project.directory());
        plan.requirePaths(project.places().state());
        new WitnessStates(project.places().witnesses())
                .keepOnly(config.witnesses().map(Witnesses::ask).orElse(List.of()));
        boolean asked = new Supervisor(
                        project.directory(),
                        project.places(),
                        plan,
                        config.webhook(),
                        Distribution.find(main.environment()),
                        main.environment())
                .run();
        return asked ? ExitCode.OK : ExitCode.KERNEL;
    }
}
