package ambit.attacks.hostile;

import ambit.authority.Permit;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.BrokerToDriver;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Cose;
import ambit.wire.DriverToBroker;
import ambit.wire.End;
import ambit.wire.Syscall;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The broker's position: its two sockets, what honest people send it, and what it may know of the machine.
 *
 * <p>It keeps a connection to the core, as long as which lasts contexts live.
 */
final class Position implements AutoCloseable {
    private final Path coreSocket;
    private final Path driversSocket;
    private final Honest honest;
    private final Targets targets;
    private final Line kept;

    Position(Path coreSocket, Path driversSocket, Honest honest, Targets targets) throws IOException {
        this.coreSocket = coreSocket;
        this.driversSocket = driversSocket;
        this.honest = honest;
        this.targets = targets;
        this.kept = Line.to(coreSocket);
    }

    Honest honest() {
        return honest;
    }

    Targets targets() {
        return targets;
    }

    Plan plan() {
        return new Plan(honest);
    }

    Line core() throws IOException {
        return Line.to(coreSocket);
    }

    Line drivers() throws IOException {
        return Line.to(driversSocket);
    }

    /** Asks the core. */
    CoreToBroker ask(BrokerToCore message) throws IOException {
        synchronized (kept) {
            return CoreToBroker.fromCbor(kept.ask(message.toCbor()));
        }
    }

    /** Asks the core on a connection of its own. */
    CoreToBroker askApart(BrokerToCore message) throws IOException {
        try (Line line = core()) {
            return CoreToBroker.fromCbor(line.ask(message.toCbor()));
        }
    }

    /** A context that an honest request begins. */
    Admitted begin(Plan plan) throws IOException {
        return begun(ask(plan.papers().admit()));
    }

    static Admitted begun(CoreToBroker answer) {
        if (answer instanceof Admitted admitted) {
            return admitted;
        }
        throw new IllegalStateException("an honest request was refused: " + answer);
    }

    CoreToBroker spawn(Admitted parent, Blob narrowing) throws IOException {
        return spawn(parent.context(), handle(parent, "agent.helper"), narrowing);
    }

    /** Begins a child as an honest guest asks for it. */
    CoreToBroker spawn(Blob context, Blob handle, Blob narrowing) throws IOException {
        return ask(new BrokerToCore.Spawn(context, handle, narrowing, spawning(handle)));
    }

    /** What a guest says that wants a child by this handle. */
    static Blob spawning(Blob handle) {
        return Plan.utf8("{\"handle\":\"" + handle.toHex() + "\",\"input\":\"go\"}");
    }

    static Blob handle(Admitted context, String name) {
        return context.capabilities().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the context has no " + name))
                .handle();
    }

    static boolean has(Admitted context, String name) {
        return context.capabilities().stream().anyMatch(each -> each.name().equals(name));
    }

    /** What asks the model, as the grant allows it, with this word in it. */
    static Blob talk(String word) {
        return talk("cheap", word);
    }

    static Blob talk(String model, String word) {
        return Plan.utf8(
                "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}".formatted(model, word));
    }

    /** A word that nobody has said before. */
    static String word() {
        return "w" + Plan.fresh().toHex();
    }

    CoreToBroker call(Admitted context, String capability, Blob params) throws IOException {
        return call(context.context(), handle(context, capability), params);
    }

    CoreToBroker call(Blob context, Blob handle, Blob params) throws IOException {
        return ask(new BrokerToCore.Decide(context, Syscall.TOOL_CALL, handle, params));
    }

    CoreToBroker memory(Admitted context, Syscall syscall, String params) throws IOException {
        return ask(new BrokerToCore.Decide(context.context(), syscall, Blob.EMPTY, Plan.utf8(params)));
    }

    /** A permit for what the grant allows. */
    Permitted permit(Admitted context, Blob params) throws IOException {
        return permitted(call(context, "model.chat", params));
    }

    static Permitted permitted(CoreToBroker answer) {
        if (answer instanceof Permitted permitted) {
            return permitted;
        }
        throw new IllegalStateException("an honest call was refused: " + answer);
    }

    /** Writes and reads as the map allows it, through core and driver. */
    DriverToBroker remember(Admitted context, Syscall syscall, String params) throws IOException {
        return execute(permitted(memory(context, syscall, params)).permit(), Plan.utf8(params));
    }

    DriverToBroker execute(Blob permit, Blob params) throws IOException {
        try (Line line = drivers()) {
            line.send(new BrokerToDriver.Execute(permit, params).toCbor());
            return last(line);
        }
    }

    static DriverToBroker last(Line line) throws IOException {
        while (true) {
            DriverToBroker answer = DriverToBroker.fromCbor(line.receive());
            if (!(answer instanceof DriverToBroker.Chunk)) {
                return answer;
            }
        }
    }

    CoreToBroker end(Admitted context, End how) throws IOException {
        return ask(new BrokerToCore.EndContext(context.context(), how, 0, Blob.EMPTY));
    }

    static Permit payload(Permitted permitted) throws IOException {
        return Permit.parse(Cose.parse(permitted.permit()).payload());
    }

    /** Does all of this at once. */
    static <T> List<T> together(List<Callable<T>> tasks) throws IOException {
        try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    @Override
    public void close() throws IOException {
        kept.close();
    }
}
