package ambit.drivers;

import ambit.authority.Permit;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Syscall;
import java.time.InstantSource;
import java.util.Map;

/**
 * The one gate before every effect: a call runs only on a permit that the core signed, for this driver, for exactly these
 * bytes, in a context that is mapped, once, and before it expires. Whoever holds a {@link Checked} holds a call that passed, with
 * its permit used up; there is no other way to one.
 *
 * <p>Safe for use by several threads.
 */
final class PermitCheck {
    /** A tool and the driver that acts for it. */
    record Tool(String driver, Effect effect) {}

    /** A call that passed, its bytes, and what performs it. */
    static final class Checked {
        private final Permit permit;
        private final Effect effect;
        private final Effect.Call call;

        private Checked(Permit permit, Effect effect, Effect.Call call) {
            this.permit = permit;
            this.effect = effect;
            this.call = call;
        }

        Permit permit() {
            return permit;
        }

        Effect effect() {
            return effect;
        }

        Effect.Call call() {
            return call;
        }
    }

    private final Artifacts artifacts;
    private final Contexts contexts;
    private final Map<String, Tool> tools;
    private final InstantSource clock;

    /** @param clock one that never goes back, nor is behind the core's */
    PermitCheck(Artifacts artifacts, Contexts contexts, Map<String, Tool> tools, InstantSource clock) {
        this.artifacts = artifacts;
        this.contexts = contexts;
        this.tools = Map.copyOf(tools);
        this.clock = clock;
    }

    /** Checks, and uses up, a permit for {@code params}; the caller must finish the call with its context afterwards. */
    Checked check(Blob cose, Blob params, Cancellation cancellation) throws DriverFailure {
        Permit permit = artifacts.permit(cose);
        if (!params.sha256().equals(permit.paramsDigest())) {
            throw new DriverFailure(Denial.BAD_SIGNATURE, "the permit is for other parameters than these");
        }
        if (clock.millis() >= permit.expiresAtMs()) {
            throw new DriverFailure(Denial.EXPIRED, "the permit has expired; make the call again");
        }
        LiveContext context = contexts.find(permit.context());
        Checked checked = resolve(permit, params, context);
        context.begin(permit.id(), cancellation);
        return checked;
    }

    private Checked resolve(Permit permit, Blob params, LiveContext context) throws DriverFailure {
        if (permit.syscall() == Syscall.MEMORY_READ.number()) {
            return memory(permit, params, context, MemoryEffects.READ, MemoryEffects.read());
        }
        if (permit.syscall() == Syscall.MEMORY_WRITE.number()) {
            return memory(permit, params, context, MemoryEffects.WRITE, MemoryEffects.write());
        }
        if (permit.syscall() != Syscall.TOOL_CALL.number()) {
            throw otherDriver(permit);
        }
        int dot = permit.capability().indexOf('.');
        if (permit.driver().equals(ToolConfig.MEMORY) && permit.capability().startsWith(ToolConfig.MEMORY + ".")) {
            return memory(permit, params, context, permit.capability().substring(dot + 1), MemoryEffects.tool());
        }
        Tool tool = dot < 0 ? null : tools.get(permit.capability().substring(0, dot));
        if (tool == null) {
            throw new DriverFailure(
                    Denial.UNKNOWN_TOOL,
                    "the drivers have no tool for '" + Foreign.quote(permit.capability())
                            + "'; was it taken out of ambit.yaml since it was granted?");
        }
        if (!tool.driver().equals(permit.driver())) {
            throw otherDriver(permit);
        }
        Effect.Call call = new Effect.Call(
                context, permit.capability().substring(dot + 1), params, permit.definition(), permit.maxBytes());
        return new Checked(permit, tool.effect(), call);
    }

    private static Checked memory(Permit permit, Blob params, LiveContext context, String operation, Effect effect)
            throws DriverFailure {
        if (!permit.driver().equals(ToolConfig.MEMORY)) {
            throw otherDriver(permit);
        }
        Effect.Call call = new Effect.Call(context, operation, params, permit.definition(), permit.maxBytes());
        return new Checked(permit, effect, call);
    }

    private static DriverFailure otherDriver(Permit permit) {
        return new DriverFailure(
                Denial.UNKNOWN_TOOL,
                "the permit is for the driver '" + Foreign.quote(permit.driver()) + "', not for this one");
    }
}
