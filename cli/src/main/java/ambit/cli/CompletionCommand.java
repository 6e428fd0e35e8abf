package ambit.cli;

import ambit.cli.outcome.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "completion",
        description = "Print the completion script for a shell: source <(ambit completion bash)",
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "SHELL", description = "bash or zsh")
    private String shell = "";

    @Override
    public void run() {
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw Failure.usage("there is no completion for '" + shell + "'", "bash and zsh have one");
        }
        main.terminal().result(main.completion());
    }
}
