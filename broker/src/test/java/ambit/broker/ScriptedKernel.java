package ambit.broker;

import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Cose;
import ambit.wire.Denial;
import ambit.wire.DriverToBroker;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** A core and drivers in one object: it decides by handle, executes by a script, and signs real proofs. */
final class ScriptedKernel implements Kernel {
    /** What a driver does on a permit. */
    @FunctionalInterface
    interface Driver {
        void run(Blob params, Answer answer) throws Exception;
    }

    /** The driver's side of a call. */
    interface Answer {
        void chunk(String text);

        void done(String result);

        void send(DriverToBroker message);

        void awaitCancel() throws InterruptedException;
    }

    /** What a proof says. */
    record Claim(Blob context, long sequence, Blob params, Blob result, int status) {}

    private record Permit(Admitted context, String capability, long sequence) {}

    final List<BrokerToCore> heard = new CopyOnWriteArrayList<>();
    final List<Blob> executed = new CopyOnWriteArrayList<>();
    final List<Blob> toKill = new CopyOnWriteArrayList<>();
    final Map<String, Driver> drivers = new ConcurrentHashMap<>();
    final Map<String, Denial> denials = new ConcurrentHashMap<>();
    private final Map<Blob, Admitted> contexts = new ConcurrentHashMap<>();
    private final Map<Blob, Blob> results = new ConcurrentHashMap<>();
    private final Map<Blob, Permit> permits = new ConcurrentHashMap<>();
    private final Map<Blob, Long> usesLeft = new ConcurrentHashMap<>();
    private final Deque<CoreToBroker> admissions = new ArrayDeque<>();
    private final AtomicLong sequence = new AtomicLong();
    private final KeyPair key = keyPair();
    /** The root that proofs say of a search. */
    volatile Blob scope = Blob.EMPTY;

    private volatile UnaryOperator<Claim> claim = UnaryOperator.identity();
    private volatile KeyPair signer = key;

    private static KeyPair keyPair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    Blob publicKey() {
        byte[] encoded = key.getPublic().getEncoded();
        return Blob.of(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    }

    Proofs proofs() {
        try {
            return new CoreProofs(publicKey());
        } catch (ambit.wire.MalformedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on every proof names a context that nobody asked for. */
    void mixUpProofs() {
        claimInstead(it -> new Claim(Text.randomId(), it.sequence(), it.params(), it.result(), it.status()));
    }

    /** From now on every proof says this instead of the truth. */
    void claimInstead(UnaryOperator<Claim> lie) {
        claim = lie;
    }

    /** From now on every proof names the core's key and is signed with another. */
    void forgeSignatures() {
        signer = keyPair();
    }

    Admitted context(String agent, Bound... capabilities) {
        Admitted admitted = new Admitted(
                Text.randomId(),
                "tx-" + agent,
                agent,
                List.of(capabilities),
                List.of(),
                Long.MAX_VALUE,
                1,
                0,
                Blob.EMPTY);
        contexts.put(admitted.context(), admitted);
        return admitted;
    }

    /** The next Admit or Spawn gets this answer. */
    void answerNextAdmission(CoreToBroker answer) {
        synchronized (admissions) {
            admissions.add(answer);
        }
    }

    static Bound tool(String name, String definition) {
        String driver = name.endsWith(".chat") || name.endsWith(".responses") ? "openai" : "mcp";
        return new Bound(Text.randomId(), name, Bound.TOOL, driver, 3, definition, false);
    }

    static Bound retriever(String name) {
        return new Bound(Text.randomId(), name, Bound.TOOL, "retriever", 3, "", false);
    }

    static Bound child(String agent) {
        return new Bound(Text.randomId(), agent, Bound.CHILD, "", 3, "", false);
    }

    @Override
    public CoreToBroker ask(BrokerToCore request) {
        if (!(request instanceof BrokerToCore.Poll)) {
            heard.add(request);
        }
        return switch (request) {
            case BrokerToCore.Decide decide -> decide(decide);
            case BrokerToCore.LogEvent m -> logged(m);
            case BrokerToCore.Report _ -> new CoreToBroker.Logged(0, 6, Blob.EMPTY);
            case BrokerToCore.EndContext m -> ended(m);
            case BrokerToCore.Poll _ -> new CoreToBroker.ToKill(List.copyOf(toKill));
            case BrokerToCore.Admit _ -> nextAdmission();
            case BrokerToCore.Spawn m -> spawned(m, nextAdmission());
            case BrokerToCore.Handles m -> listed(m);
        };
    }

    private CoreToBroker nextAdmission() {
        synchronized (admissions) {
            return admissions.remove();
        }
    }

    private CoreToBroker spawned(BrokerToCore.Spawn m, CoreToBroker answer) {
        if (!(answer instanceof Admitted it)) {
            return answer;
        }
        long number = sequence.incrementAndGet();
        Blob named = JsonText.utf8("\"" + it.context().toHex() + "\"");
        Claim truth = new Claim(m.context(), number, m.params().sha256(), named.sha256(), 0);
        return new Admitted(
                it.context(),
                it.transaction(),
                it.agent(),
                it.capabilities(),
                it.memory(),
                it.expiresAtMs(),
                it.logIndex(),
                number,
                proof(claim.apply(truth), transaction(m.context())));
    }

    private CoreToBroker listed(BrokerToCore.Handles m) {
        Admitted context = contexts.get(m.context());
        if (context == null) {
            return new CoreToBroker.Denied(Denial.CONTEXT_ENDED, Denial.CONTEXT_ENDED.sentence(), 5);
        }
        long number = sequence.incrementAndGet();
        Blob listing = JsonText.utf8("["
                + String.join(
                        ",", context.capabilities().stream().map(this::shown).toList())
                + "]");
        Claim truth = new Claim(m.context(), number, Blob.EMPTY.sha256(), listing.sha256(), 0);
        return new CoreToBroker.Listed(listing, number, proof(claim.apply(truth), context.transaction()));
    }

    private String shown(Bound it) {
        long left = usesLeft.getOrDefault(it.handle(), it.usesLeft());
        return new Bound(it.handle(), it.name(), it.kind(), it.driver(), left, it.definition(), it.read()).toJson();
    }

    /** As the core proves an answer. */
    private Blob proof(Claim it, String transaction) {
        Blob payload = Blob.of(Cbor.encode(Cbor.record(
                it.context(), it.sequence(), it.params(), it.result(), it.status(), 4, transaction, scope)));
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(signer.getPrivate());
            signature.update(Cose.toBeSigned(Cose.Domain.PROOF, publicKey(), payload));
            return new Cose(publicKey(), payload, Blob.of(signature.sign())).toBlob();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private CoreToBroker logged(BrokerToCore.LogEvent m) {
        long number = sequence.incrementAndGet();
        Claim truth = new Claim(
                m.context(), number, m.event().sha256(), JsonText.utf8("{}").sha256(), 0);
        return new CoreToBroker.Logged(number, 7, proof(claim.apply(truth), transaction(m.context())));
    }

    private CoreToBroker childResult(BrokerToCore.Decide m) {
        long number = sequence.incrementAndGet();
        Blob result = results.getOrDefault(m.handle(), Blob.EMPTY.sha256());
        Claim truth = new Claim(m.context(), number, m.params().sha256(), result, 0);
        return new CoreToBroker.ChildResult(m.handle(), number, 6, proof(claim.apply(truth), transaction(m.context())));
    }

    private String transaction(Blob context) {
        Admitted admitted = contexts.get(context);
        return admitted == null ? "" : admitted.transaction();
    }

    private CoreToBroker ended(BrokerToCore.EndContext m) {
        results.put(m.context(), m.resultDigest());
        return new CoreToBroker.Ended(List.of(), 9);
    }

    private CoreToBroker decide(BrokerToCore.Decide decide) {
        Admitted context = contexts.get(decide.context());
        if (context == null) {
            return new CoreToBroker.Denied(Denial.CONTEXT_ENDED, Denial.CONTEXT_ENDED.sentence(), 5);
        }
        if (contexts.containsKey(decide.handle())) {
            return childResult(decide);
        }
        String name = decide.syscall().label();
        if (!decide.handle().isEmpty()) {
            name = context.capabilities().stream()
                    .filter(it -> it.handle().equals(decide.handle()))
                    .map(Bound::name)
                    .findFirst()
                    .orElse("");
        }
        if (name.isEmpty()) {
            return new CoreToBroker.Denied(Denial.UNKNOWN_HANDLE, Denial.UNKNOWN_HANDLE.sentence(), 5);
        }
        Denial denial = denials.get(name);
        if (denial != null) {
            return new CoreToBroker.Denied(denial, denial.sentence(), 5);
        }
        Blob permit = Text.randomId();
        long number = sequence.incrementAndGet();
        permits.put(permit, new Permit(context, name, number));
        usesLeft.put(decide.handle(), 2L);
        return new CoreToBroker.Permitted(permit, "driver", number, 2, 4);
    }

    @Override
    public Execution execute(Blob permit, Blob params) throws IOException {
        Permit known = permits.remove(permit);
        if (known == null) {
            throw new IOException("no such permit");
        }
        executed.add(params);
        Running running = new Running(known, params);
        Thread.ofVirtual().start(running);
        return running;
    }

    private final class Running implements Execution, Answer, Runnable {
        private final Permit permit;
        private final Blob params;
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private final BlockingQueue<DriverToBroker> messages = new LinkedBlockingQueue<>();
        private final java.util.concurrent.CountDownLatch cancelled = new java.util.concurrent.CountDownLatch(1);

        Running(Permit permit, Blob params) {
            this.permit = permit;
            this.params = params;
        }

        @Override
        public void run() {
            try {
                drivers.getOrDefault(permit.capability(), (_, answer) -> answer.done("null"))
                        .run(params, this);
            } catch (Exception e) {
                send(new DriverToBroker.Failed(Denial.DRIVER_FAILED, "the script failed: " + e, Blob.EMPTY));
            }
        }

        @Override
        public void chunk(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            sent.writeBytes(bytes);
            messages.add(new DriverToBroker.Chunk(Blob.of(bytes)));
        }

        @Override
        public void done(String result) {
            byte[] bytes = result.getBytes(StandardCharsets.UTF_8);
            sent.writeBytes(bytes);
            Claim truth = new Claim(
                    permit.context().context(),
                    permit.sequence(),
                    params.sha256(),
                    Blob.of(sent.toByteArray()).sha256(),
                    0);
            messages.add(new DriverToBroker.Done(200, Blob.of(bytes), proof(claim.apply(truth))));
        }

        @Override
        public void send(DriverToBroker message) {
            messages.add(message);
        }

        @Override
        public void awaitCancel() throws InterruptedException {
            cancelled.await();
        }

        private Blob proof(Claim it) {
            return ScriptedKernel.this.proof(it, permit.context().transaction());
        }

        @Override
        public DriverToBroker next() throws IOException {
            try {
                while (true) {
                    DriverToBroker message = messages.poll(10, java.util.concurrent.TimeUnit.MILLISECONDS);
                    if (message != null) {
                        return message;
                    }
                    if (cancelled.getCount() == 0) {
                        throw new EOFException("cancelled");
                    }
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void close() {
            cancelled.countDown();
        }
    }
}
