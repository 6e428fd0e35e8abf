package ambit.core;

import ambit.wire.CoreToDriver;
import ambit.wire.DriverToCore;
import ambit.wire.FrameChannel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The drivers at the other end of the core-drivers socket. The newest control connection is the one that counts. */
final class ConnectedDrivers implements Drivers {
    private static final long ANSWER_SECONDS = 30;

    private final List<List<String>> names = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService deadline = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("driver-deadline").daemon().factory());
    private final Object asking = new Object();
    private volatile Optional<Control> control = Optional.empty();
    private long controls;

    /** {@code gone} is counted down when the connection is of no use any more. */
    private record Control(long number, FrameChannel channel, CountDownLatch gone) {}

    void add(List<String> drivers) {
        names.add(drivers);
    }

    void remove(List<String> drivers) {
        names.remove(drivers);
    }

    List<String> all() {
        return names.stream().flatMap(List::stream).distinct().sorted().toList();
    }

    /** Makes {@code channel} the control connection; the latch opens when it is not any more. */
    CountDownLatch control(FrameChannel channel) {
        synchronized (asking) {
            control.ifPresent(this::drop);
            Control fresh = new Control(++controls, channel, new CountDownLatch(1));
            control = Optional.of(fresh);
            return fresh.gone();
        }
    }

    @Override
    public boolean has(String driver) {
        return names.stream().anyMatch(list -> list.contains(driver));
    }

    @Override
    public long connection() {
        return control.map(Control::number).orElse(0L);
    }

    @Override
    public DriverToCore ask(CoreToDriver command) throws IOException {
        synchronized (asking) {
            Control present = control.orElseThrow(() -> new IOException("no drivers are connected"));
            ScheduledFuture<?> late = deadline.schedule(() -> close(present), ANSWER_SECONDS, TimeUnit.SECONDS);
            try {
                present.channel().send(command.toCbor());
                return DriverToCore.fromCbor(present.channel().receive());
            } catch (IOException e) {
                drop(present);
                throw e;
            } finally {
                late.cancel(false);
            }
        }
    }

    private void drop(Control dead) {
        control = Optional.empty();
        close(dead);
        dead.gone().countDown();
    }

    private static void close(Control dead) {
        try {
            dead.channel().close();
        } catch (IOException e) {
            // It is of no use any more, whether it closed or not.
        }
    }
}
