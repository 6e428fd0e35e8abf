package ambit.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.BrokerToDriver;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.End;
import ambit.wire.FrameChannel;
import ambit.wire.Json;
import ambit.wire.Syscall;
import java.io.IOException;

/** A broker's connections to the core and to the drivers, for one thread; another may close them. */
final class MemorySession implements AutoCloseable {
    private final FrameChannel core;
    private final FrameChannel drivers;

    MemorySession(FrameChannel core, FrameChannel drivers) {
        this.core = core;
        this.drivers = drivers;
    }

    /** The kernel answered, and said no. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        final Denial code;

        Refused(Denial code, String sentence) {
            super(code + ": " + sentence);
            this.code = code;
        }
    }

    private CoreToBroker ask(BrokerToCore message) throws IOException, Refused {
        core.send(message.toCbor());
        CoreToBroker reply = CoreToBroker.fromCbor(core.receive());
        if (reply instanceof Denied denied) {
            throw new Refused(denied.code(), denied.sentence());
        }
        return reply;
    }

    Admitted begin(Tenant tenant, Tenant.Charter charter) throws IOException, Refused {
        return (Admitted) ask(tenant.admission(charter, Load.now(), 86_400));
    }

    /** The JSON that stands there, {@link Json.Null} for nothing. */
    Json read(Admitted context, String key) throws IOException, Refused {
        return memory(context, Syscall.MEMORY_READ, "{\"key\":" + Json.quote(key) + "}");
    }

    void write(Admitted context, String key, String value) throws IOException, Refused {
        Json _ = memory(
                context, Syscall.MEMORY_WRITE, "{\"key\":" + Json.quote(key) + ",\"value\":" + Json.quote(value) + "}");
    }

    private Json memory(Admitted context, Syscall syscall, String params) throws IOException, Refused {
        return perform(context, syscall, Blob.EMPTY, params);
    }

    Json call(Admitted context, String tool, String params) throws IOException, Refused {
        Bound bound = context.capabilities().stream()
                .filter(it -> it.name().equals(tool))
                .findFirst()
                .orElseThrow();
        return perform(context, Syscall.TOOL_CALL, bound.handle(), params);
    }

    private Json perform(Admitted context, Syscall syscall, Blob handle, String text) throws IOException, Refused {
        Blob params = Blob.of(text.getBytes(UTF_8));
        Permitted permitted = (Permitted) ask(new BrokerToCore.Decide(context.context(), syscall, handle, params));
        drivers.send(new BrokerToDriver.Execute(permitted.permit(), params).toCbor());
        return switch (DriverToBroker.fromCbor(drivers.receive())) {
            case DriverToBroker.Done(int _, Blob result, Blob _) -> Json.parse(result);
            case DriverToBroker.Failed(Denial code, String sentence, Blob _) -> throw new Refused(code, sentence);
            case DriverToBroker.Chunk _ -> throw new IOException("memory does not stream");
        };
    }

    CoreToBroker.Ended end(Admitted context, End how) throws IOException, Refused {
        return (CoreToBroker.Ended) ask(new BrokerToCore.EndContext(context.context(), how, 0, Blob.EMPTY));
    }

    @Override
    public void close() throws IOException {
        core.close();
        drivers.close();
    }
}
