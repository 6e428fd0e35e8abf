package ambit.faults;

import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.FrameChannel;
import ambit.wire.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One broker at a core. Where the connection breaks, as it does when writes fail, it asks again on another one. */
final class Session implements AutoCloseable {
    private static final int TRIES = 50;

    private final CoreServer core;
    private final Tenant tenant;

    /** So that the core does not take the broker for gone while the other connection is broken. */
    private final FrameChannel keeper;

    private FrameChannel broker;
    private long permits;

    Session(CoreServer core, Tenant tenant) throws IOException {
        this.core = core;
        this.tenant = tenant;
        this.keeper = core.broker();
        this.broker = core.broker();
    }

    CoreToBroker ask(BrokerToCore message) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            try {
                return Load.ask(broker, message);
            } catch (IOException e) {
                broker.close();
                broker = core.broker();
            }
        }
        throw new IOException("the core does not answer any more");
    }

    /** @param now in seconds since 1970, by the clock of the core */
    CoreToBroker admit(Tenant.Charter charter, long now) throws IOException {
        return ask(tenant.admission(charter, now, 600));
    }

    Admitted begin(Tenant.Charter charter, long now) throws IOException {
        CoreToBroker reply = admit(charter, now);
        if (reply instanceof Admitted context) {
            return context;
        }
        throw new AssertionError("not admitted: " + reply);
    }

    /** {@code OK}, or the code of the denial. */
    String call(Admitted context) throws IOException {
        return outcome(ask(Load.call(context, Tenant.EFFECT)));
    }

    /** The same with a handle that the context does not have. */
    String callOfNothing(Admitted context) throws IOException {
        return outcome(ask(new BrokerToCore.Decide(context.context(), Syscall.TOOL_CALL, Tenant.id(), Load.PARAMS)));
    }

    private String outcome(CoreToBroker reply) {
        if (reply instanceof Permitted) {
            permits++;
        }
        return reply instanceof Denied denied ? denied.code().toString() : "OK";
    }

    /** Calls that were allowed. */
    long permits() {
        return permits;
    }

    /** Uses that the core knows of a grant over which a transaction may begin. */
    static long used(Tenant.Charter charter, Admitted fresh) {
        return charter.limit() - fresh.capabilities().get(Tenant.EFFECT).usesLeft();
    }

    static CoreServer start(Path state, Tenant tenant, JavaProgram.Start how) throws IOException {
        Files.createDirectories(state);
        CoreServer core = CoreServer.start(state, tenant, how, Blob.EMPTY);
        core.administer(tenant.register());
        return core;
    }

    @Override
    public void close() throws IOException {
        broker.close();
        keeper.close();
    }
}
