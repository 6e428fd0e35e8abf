package ambit.cli;

import ambit.authority.Request;
import ambit.cli.config.Agent;
import ambit.cli.config.Config;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.KernelPlan;
import ambit.cli.supervisor.Link;
import ambit.cli.text.JsonText;
import ambit.cli.text.Terminal;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.End;
import ambit.wire.FrontEvent;
import ambit.wire.FrontRequest;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import ambit.wire.Syscall;
import ambit.wire.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A transaction in which an {@code ambit memory} command acts, as what the section {@code memory} of {@code ambit.yaml} allows its
 * principal. Closed before its end, it leaves nothing.
 */
final class MemoryDesk implements AutoCloseable {
    private final Terminal terminal;
    private final Attended attended;

    private MemoryDesk(Terminal terminal, Attended attended) {
        this.terminal = terminal;
        this.attended = attended;
    }

    /**
     * Begins one; starts the kernel and issues the grant where there is none and the file allows it.
     *
     * @param as the principal; needed where there is more than one
     * @param input what the command was given, for the request to name
     */
    static MemoryDesk open(Main main, Optional<String> as, String... input) {
        Terminal terminal = main.terminal();
        Project project = main.project();
        Config config = project.config(terminal);
        Agent agent = agent(config)
                .orElseThrow(() -> Failure.usage(
                        project.file().getFileName() + " does not say who may use 'ambit memory'",
                        "add 'memory: {may: [alice], remembers: {user/notes: read-write}}' beside 'agents'"));
        GrantDesk desk = new GrantDesk(project, config, main.keys(project), main.environment(), terminal);
        KernelPlan plan = KernelDesk.ensure(project, config, agent, main.environment(), terminal);
        return open(project, config, desk, plan, agent, RequestDesk.principal(config, as), List.of(), terminal, input);
    }

    /** The agent that the section {@code memory} describes, if there is one. */
    static Optional<Agent> agent(Config config) {
        return config.agent(Agent.MEMORY).filter(Agent::attended);
    }

    /** The same for a command that has all this already, and wants to look at what earlier transactions left. */
    static MemoryDesk open(
            Project project,
            Config config,
            GrantDesk desk,
            KernelPlan plan,
            Agent agent,
            String principal,
            List<Request.Inherit> inherits,
            Terminal terminal,
            String... input) {
        GrantBook.Entry grant = desk.forRun(principal, agent);
        AgentSpec spec = new SpecMaker(config, project.directory(), plan, desk.pinned(), desk.keys()::publicKey)
                .spec(agent, List.of(), grant.grant());
        RequestDesk.Signed signed =
                RequestDesk.sign(desk.keys().signing(principal), grant, agent, spec, inherits, List.of(input));
        Link broker = Link.connect(project.places().brokerFront(), "broker");
        FrontRequest.Attend request = new FrontRequest.Attend(grant.bytes(), signed.request(), spec.toBlob());
        return new MemoryDesk(
                terminal, Attended.begin(broker, LogCommand.coreKey(project), signed.transaction(), request));
    }

    String transaction() {
        return attended.transaction();
    }

    /** The value of a key; nothing where there is none. */
    Optional<Json> read(String key) {
        Json value = call(Syscall.MEMORY_READ, "", JsonText.object("key", key), "'" + Terminal.plain(key) + "'");
        return value instanceof Json.Null ? Optional.empty() : Optional.of(value);
    }

    void write(String key, Json value) {
        call(Syscall.MEMORY_WRITE, "", JsonText.object("key", key, "value", value), "'" + Terminal.plain(key) + "'");
    }

    /** What a tool such as {@code memory.list} says. */
    Json tool(String name, Json params) {
        return call(Syscall.TOOL_CALL, name, params, name);
    }

    /** The same; nothing where the grant does not name it. */
    Optional<Json> toolIfGranted(String name, Json params) {
        Blob bytes = Blob.of(JsonText.write(params).getBytes(StandardCharsets.UTF_8));
        Attended.Answer answer = attended.call(Syscall.TOOL_CALL, name, bytes);
        return answer instanceof Attended.Answer.Refused(Denial code, String _) && code == Denial.UNKNOWN_HANDLE
                ? Optional.empty()
                : Optional.of(given(answer, name));
    }

    private Json call(Syscall syscall, String capability, Json params, String what) {
        Blob bytes = Blob.of(JsonText.write(params).getBytes(StandardCharsets.UTF_8));
        return given(attended.call(syscall, capability, bytes), what);
    }

    private Json given(Attended.Answer answer, String what) {
        return switch (answer) {
            case Attended.Answer.Refused(Denial code, String _)
            when code == Denial.UNKNOWN_HANDLE ->
                throw Failure.denied(
                        "the principal's grant has no " + what + " (UNKNOWN_HANDLE)",
                        "the section 'memory' of ambit.yaml says who may do what; 'may-undo' who may undo");
            case Attended.Answer.Refused(Denial code, String sentence) ->
                throw Failure.denied(
                        what + ": " + code + ", " + Terminal.plain(sentence),
                        "'ambit why " + transaction() + "' says by what authority it was asked");
            case Attended.Answer.Given given -> {
                try {
                    yield given.json();
                } catch (MalformedException e) {
                    throw Failure.kernel(what + " was answered with what is no JSON: " + e.getMessage(), "")
                            .because(e);
                }
            }
        };
    }

    /** Ends it well; what became of what it wrote. */
    List<Verdict> end() {
        FrontEvent.Finished finished = attended.end(true);
        if (finished.how() != End.SUCCESS) {
            throw Failure.kernel(
                    "the transaction was ended and nothing of it is committed: "
                            + Sentences.end(finished.how().number()),
                    "ambit log --transaction " + transaction());
        }
        return finished.verdicts();
    }

    /** Ends it well and says what became of what it wrote; whether all of that is committed. */
    boolean commit() {
        List<Verdict> verdicts = end();
        for (Verdict verdict : verdicts) {
            String key = Terminal.plain(verdict.key());
            if (verdict.denial().equals(Optional.of(Denial.HELD))) {
                terminal.say("ambit: " + key + " waits for a review; 'ambit memory review' shows it");
            } else if (verdict.committed()) {
                terminal.say(
                        "ambit: " + key + " is committed; 'ambit why " + transaction() + "' says why it was allowed");
            } else {
                Denial code = verdict.denial().orElse(Denial.INTERNAL);
                terminal.error(key + " is not committed: " + code + ", " + code.sentence(), "");
            }
        }
        return verdicts.stream().allMatch(Verdict::committed);
    }

    /** Ends it, and whatever it wrote with it. */
    void drop() {
        attended.end(false);
    }

    @Override
    public void close() {
        attended.close();
    }
}
