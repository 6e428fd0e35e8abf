package ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Cap;
import ambit.log.entry.Entry;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.CoreToDriver;
import ambit.wire.DriverToCore;
import ambit.wire.FrameChannel;
import ambit.wire.MalformedException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A hostile peer at a running core. It has a context without anything left to use, its handles, artifacts that were used before, and
 * says what it likes; the core denies or hangs up, allows nothing, counts nothing, and serves the honest peers as before.
 *
 * <p>The first byte of an input says at which socket (bit 0: the drivers') and whether what follows is bytes for the socket as they are
 * (bit 1) or pieces, each after two bytes of its length, that are sent as frames. A byte string of one byte stands for something that
 * the peer knows: see {@link #known}.
 */
final class SocketTarget {
    private static final long PATIENCE_MS = 10_000;
    private static final long AGAIN_MS = 1_000;

    /** Who poses as the memory driver races the honest one for the core; on a busy machine too long for a build: scripts/fuzz tries it. */
    private static final boolean CONTROLS = Boolean.getBoolean("fuzz.controls");

    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("patience").factory());

    private static final class Holder {
        static final SocketTarget ONE = made();

        private static SocketTarget made() {
            try {
                return new SocketTarget();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private final LiveCore core = new LiveCore();
    private final Blob honestGrant = core.grant(tool(-1));
    private final Admitted honest = core.begin(honestGrant, core.request(honestGrant));
    private final Admitted other;
    private final Permitted permit;
    private final Blob receipt;
    private final Blob grant = core.grant(tool(0), child());
    private Blob request = Blob.EMPTY;
    private Admitted victim;
    private long calls = 1;

    private SocketTarget() throws IOException {
        Blob counted = core.grant(tool(1_000_000));
        other = core.begin(counted, core.request(counted));
        permit = core.call(other);
        receipt = core.receipt(permit);
        assertThat(core.finish(receipt)).isInstanceOf(CoreToDriver.Recorded.class);
        victim = victim();
        core.news();
    }

    private static Cap tool(long uses) {
        return new Cap("files.any", Bound.TOOL, "files", 7, uses, List.of(), true, Blob.EMPTY);
    }

    private static Cap child() {
        return new Cap("agent.helper", Bound.CHILD, "", 3, 0, List.of(), true, Blob.EMPTY);
    }

    private Admitted victim() throws IOException {
        request = core.request(grant);
        return core.begin(grant, request);
    }

    /** What a peer that was there from the beginning knows. */
    private Blob known(int number) {
        return switch (number) {
            case 0 -> victim.context();
            case 1 -> victim.capabilities().get(0).handle();
            case 2 -> victim.capabilities().get(1).handle();
            case 3 -> grant;
            case 4 -> request;
            case 5 -> LiveCore.spec().toBlob();
            case 6 -> permit.permit();
            case 7 -> receipt;
            case 8 -> honestGrant;
            case 9 -> honest.capabilities().getFirst().handle();
            default -> Blob.EMPTY;
        };
    }

    static void check(byte[] input) throws IOException {
        if (input.length > 0) {
            synchronized (SocketTarget.class) {
                Holder.ONE.attack(input);
            }
        }
    }

    private void attack(byte[] input) throws IOException {
        boolean drivers = (input[0] & 1) == 1;
        boolean raw = (input[0] & 2) == 2;
        List<byte[]> frames = raw ? List.of() : frames(input);
        byte[] bytes = raw ? Arrays.copyOfRange(input, 1, input.length) : joined(frames);
        boolean control = drivers && !frames.isEmpty() && isControl(frames.getFirst());
        if (control && !CONTROLS) {
            return;
        }
        try (SocketChannel channel = LiveCore.open(LiveCore.socket(drivers))) {
            ScheduledFuture<?> late = CLOCK.schedule(() -> close(channel), PATIENCE_MS, TimeUnit.MILLISECONDS);
            write(channel, ByteBuffer.wrap(bytes));
            if (control) {
                underAHostileDriver();
            }
            // The core may have heard the honest driver before the hostile one, which is then there until the next one
            // comes.
            ScheduledFuture<?> next =
                    CLOCK.scheduleWithFixedDelay(() -> backAgain(control), AGAIN_MS, AGAIN_MS, TimeUnit.MILLISECONDS);
            replies(new FrameChannel(channel), drivers);
            next.cancel(false);
            assertThat(late.cancel(false))
                    .as("the core hung up or answered in time")
                    .isTrue();
        }
        judge(core.news());
        honestly();
    }

    private static boolean isControl(byte[] frame) {
        try {
            return DriverToCore.fromCbor(Cbor.decode(frame)) instanceof DriverToCore.Hello hello
                    && hello.role() == DriverToCore.Hello.CONTROL;
        } catch (MalformedException e) {
            return false;
        }
    }

    /** The hostile peer is the memory driver now, so nothing begins unless it says so; then the honest one is back. */
    private void underAHostileDriver() throws IOException {
        Blob fresh = core.request(honestGrant);
        CoreToBroker reply = core.ask(
                new BrokerToCore.Admit(honestGrant, fresh, LiveCore.spec().toBlob()));
        core.control();
        if (reply instanceof Admitted admitted) {
            core.end(admitted);
        } else {
            assertThat(reply).isInstanceOf(CoreToBroker.Denied.class);
        }
        core.news();
    }

    private void backAgain(boolean control) {
        if (control) {
            try {
                core.control();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.shutdownOutput();
        } catch (java.net.SocketException e) {
            // The core has hung up already.
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("Broken pipe|Connection reset.*");
        }
    }

    private static void replies(FrameChannel channel, boolean drivers) throws IOException {
        try {
            while (true) {
                Cbor reply = channel.receive();
                if (drivers) {
                    CoreToDriver.fromCbor(reply);
                } else {
                    assertThat(CoreToBroker.fromCbor(reply))
                            .isNotInstanceOfAny(Permitted.class, Admitted.class, CoreToBroker.ChildResult.class);
                }
            }
        } catch (EOFException e) {
            // The end of the connection, and the only one that is right.
        } catch (java.net.SocketException e) {
            assertThat(e).hasMessageMatching("Connection reset.*|Broken pipe");
        } catch (MalformedException e) {
            throw new AssertionError("the core said something malformed", e);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Nothing was allowed, begun, spent, revoked or finished; the peer may end its own context and speak in its name. */
    private void judge(List<Entry> news) throws IOException {
        for (Entry entry : news) {
            switch (entry) {
                case Entry.Denied _ -> {}
                case Entry.GuestEvent e -> assertThat(e.context()).isEqualTo(victim.context());
                case Entry.CommitIntended e -> assertThat(e.context()).isEqualTo(victim.context());
                case Entry.Ended e -> assertThat(e.context()).isEqualTo(victim.context());
                default -> throw new AssertionError("the log says " + entry);
            }
        }
        if (news.stream().anyMatch(Entry.Ended.class::isInstance)) {
            victim = victim();
            core.news();
        }
    }

    /** An honest call, its receipt, and a count that is what it was before and one more. */
    private void honestly() throws IOException {
        Permitted permitted = core.call(other);
        calls++;
        assertThat(permitted.sequence()).isEqualTo(calls);
        assertThat(permitted.left()).isEqualTo(1_000_000 - calls);
        assertThat(core.finish(core.receipt(permitted))).isInstanceOf(CoreToDriver.Recorded.class);
        core.news();
    }

    private List<byte[]> frames(byte[] input) {
        List<byte[]> frames = new ArrayList<>();
        for (int at = 1; at + 2 <= input.length; ) {
            int length = 256 * (input[at] & 0xff) + (input[at + 1] & 0xff);
            int end = Math.min(input.length, at + 2 + length);
            frames.add(spoken(Arrays.copyOfRange(input, at + 2, end)));
            at = end;
        }
        return frames;
    }

    /** The frame with what the peer knows in place of what stands for it. */
    private byte[] spoken(byte[] frame) {
        try {
            return Cbor.encode(spoken(Cbor.decode(frame)));
        } catch (MalformedException e) {
            return frame;
        }
    }

    private Cbor spoken(Cbor value) {
        return switch (value) {
            case Cbor.Bytes(Blob blob) when blob.size() == 1 -> Cbor.of(known(blob.toArray()[0]));
            case Cbor.Array(List<Cbor> items) ->
                new Cbor.Array(items.stream().map(this::spoken).toList());
            case Cbor.Map(List<Cbor.Entry> entries) ->
                new Cbor.Map(entries.stream()
                        .map(entry -> new Cbor.Entry(entry.key(), spoken(entry.value())))
                        .toList());
            default -> value;
        };
    }

    private static byte[] joined(List<byte[]> frames) {
        java.io.ByteArrayOutputStream joined = new java.io.ByteArrayOutputStream();
        for (byte[] frame : frames) {
            joined.writeBytes(ByteBuffer.allocate(4).putInt(frame.length).array());
            joined.writeBytes(frame);
        }
        return joined.toByteArray();
    }
}
