package ambit.drivers;

import static ambit.drivers.Kernel.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import ambit.authority.Receipt;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import ambit.wire.BrokerToDriver;
import ambit.wire.Cose;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import ambit.wire.DriverToBroker.Done;
import ambit.wire.DriverToBroker.Failed;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Invariant 5: a driver acts on a permit and on nothing else. */
class PermitCheckTest {
    @TempDir
    Path directory;

    private final AtomicInteger performed = new AtomicInteger();
    private final List<Blob> seen = new ArrayList<>();
    private Kernel kernel;
    private Blob context;

    @BeforeEach
    void open() throws IOException, DriverFailure {
        Effect effect = (call, _, _) -> {
            performed.incrementAndGet();
            synchronized (seen) {
                seen.add(call.params());
            }
            return new Effect.Answer(200, Kernel.json("\"done\""));
        };
        kernel = new Kernel(directory, Map.of("git", new PermitCheck.Tool("mcp", effect)));
        context = kernel.context();
    }

    @AfterEach
    void close() {
        kernel.close();
    }

    private Kernel.Order order() {
        return kernel.order(context, "git.git_log", "{\"repo\":\"a\"}");
    }

    private void assertRefused(DriverToBroker reply, Denial code) {
        assertThat(reply).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo(code);
            assertThat(failed.proof()).isEqualTo(Blob.EMPTY);
        });
        assertThat(performed).hasValue(0);
        assertThat(kernel.receipts).isEmpty();
    }

    @Test
    void aGoodPermitRunsOnceOnTheExactBytesAndIsReceipted() throws MalformedException {
        Kernel.Order order = order();
        assertThat(kernel.execute(order)).isInstanceOfSatisfying(Done.class, done -> {
            assertThat(done.status()).isEqualTo(200);
            assertThat(done.result()).isEqualTo(Kernel.json("\"done\""));
            assertThat(done.proof()).isEqualTo(Kernel.json("proof 1"));
        });
        assertThat(seen).containsExactly(order.params());
        assertThat(Receipt.parse(Cose.parse(kernel.receipts.getFirst()).payload()))
                .isEqualTo(new Receipt(
                        order.id(),
                        order.params().sha256(),
                        Kernel.json("\"done\"").sha256(),
                        0,
                        NOW,
                        6,
                        List.of(new Receipt.Meter("bytes", 6)),
                        List.of(),
                        Blob.EMPTY));
    }

    @Test
    void aPermitSignedByAnotherKeyIsRefused() throws IOException {
        assertRefused(kernel.execute(order().signer(SigningKey.generate())), Denial.BAD_SIGNATURE);
    }

    @Test
    void aPermitWithOneBitChangedAnywhereIsRefused() {
        byte[] permit = order().permit().toArray();
        for (int at = 0; at < permit.length; at++) {
            byte[] bent = permit.clone();
            bent[at] ^= 1;
            BrokerToDriver.Execute request = new BrokerToDriver.Execute(Blob.of(bent), order().params());
            assertThat(kernel.calls.execute(request, _ -> {}, new Cancellation()))
                    .isInstanceOf(Failed.class);
        }
        assertThat(performed).hasValue(0);
    }

    @Test
    void aReceiptOrProofIsNotAPermit() throws IOException {
        Kernel.Order order = order();
        Blob payload;
        try {
            payload = Cose.parse(order.permit()).payload();
        } catch (MalformedException e) {
            throw new AssertionError(e);
        }
        Blob proof = Signed.sign(Cose.Domain.PROOF, order.signer(), payload);
        BrokerToDriver.Execute request = new BrokerToDriver.Execute(proof, order.params());
        assertRefused(kernel.calls.execute(request, _ -> {}, new Cancellation()), Denial.BAD_SIGNATURE);
    }

    @Test
    void aPermitForOtherParametersIsRefused() {
        BrokerToDriver.Execute request = new BrokerToDriver.Execute(order().permit(), Kernel.json("{\"repo\":\"b\"}"));
        assertRefused(kernel.calls.execute(request, _ -> {}, new Cancellation()), Denial.BAD_SIGNATURE);
    }

    @Test
    void aPermitForAnotherDriverIsRefused() {
        assertRefused(kernel.execute(order().driver("openai")), Denial.UNKNOWN_TOOL);
        assertRefused(kernel.execute(order().driver("memory")), Denial.UNKNOWN_TOOL);
        assertRefused(kernel.execute(order().syscall(4)), Denial.UNKNOWN_TOOL);
        assertRefused(kernel.execute(order().syscall(2)), Denial.UNKNOWN_TOOL);
    }

    @Test
    void aPermitForAToolThatIsNotThereIsRefused() {
        assertRefused(kernel.execute(kernel.order(context, "mail.send", "{}")), Denial.UNKNOWN_TOOL);
        assertRefused(kernel.execute(kernel.order(context, "git", "{}")), Denial.UNKNOWN_TOOL);
    }

    @Test
    void anExpiredPermitIsRefused() {
        assertRefused(kernel.execute(order().expires(NOW)), Denial.EXPIRED);
    }

    @Test
    void aPermitForAContextThatIsNotMappedIsRefused() {
        assertRefused(kernel.execute(kernel.order(Kernel.random(16), "git.git_log", "{}")), Denial.CONTEXT_ENDED);
    }

    @Test
    void aPermitForADroppedContextIsRefused() {
        kernel.contexts.drop(context);
        assertRefused(kernel.execute(order()), Denial.CONTEXT_ENDED);
    }

    @Test
    void ofManyUsesOfOnePermitAtTheSameTimeExactlyOneRuns() throws Exception {
        BrokerToDriver.Execute request = order().request();
        int threads = 16;
        CountDownLatch ready = new CountDownLatch(threads);
        List<Future<DriverToBroker>> replies = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                replies.add(executor.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return kernel.calls.execute(request, _ -> {}, new Cancellation());
                }));
            }
        }
        int done = 0;
        for (Future<DriverToBroker> reply : replies) {
            if (reply.get() instanceof Done) {
                done++;
            } else {
                assertThat(reply.get())
                        .isInstanceOfSatisfying(
                                Failed.class, it -> assertThat(it.code()).isEqualTo(Denial.REPLAYED));
            }
        }
        assertThat(done).isEqualTo(1);
        assertThat(performed).hasValue(1);
    }

    @Test
    void aFailedCallUsesItsPermitUpToo() {
        Kernel.Order order = kernel.order(context, "git.git_log", "{}");
        kernel.execute(order);
        assertThat(kernel.execute(order))
                .isInstanceOfSatisfying(
                        Failed.class, it -> assertThat(it.code()).isEqualTo(Denial.REPLAYED));
        assertThat(performed).hasValue(1);
    }
}
