package ambit.attacks.hostile;

import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.Cose.Domain;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The honest people around one kernel, with their keys; they run the command and own the model's server. */
final class Outside implements Honest {
    private final Map<String, SigningKey> keys = new HashMap<>();
    private final Path admin;
    private final Upstream upstream;
    private final TestBuild broker;
    private final Blob coreKey;

    /**
     * Somebody has keys of these names already.
     *
     * @param broker the build whose door judges replies
     * @param coreKey which the door knows from its configuration
     */
    Outside(Map<String, SigningKey> known, Path admin, Upstream upstream, TestBuild broker, Blob coreKey) {
        this.keys.putAll(known);
        this.admin = admin;
        this.upstream = upstream;
        this.broker = broker;
        this.coreKey = coreKey;
    }

    private synchronized SigningKey of(String who) {
        return keys.computeIfAbsent(who, _ -> SigningKey.generate());
    }

    /** Who they are, for the next core. */
    synchronized Map<String, SigningKey> keys() {
        return Map.copyOf(keys);
    }

    /** What somebody outside of the core's state has last seen of its log. */
    Blob checkpoint() throws IOException {
        if (command(new AdminToCore.Checkpoint()) instanceof CoreToAdmin.Checkpointed(String note)) {
            return Plan.utf8(note);
        }
        throw new IOException("the core gives no checkpoint");
    }

    /** Tells the core which tenants there are. */
    void register() throws IOException {
        for (String tenant : new String[] {TENANT, RIVAL}) {
            CoreToAdmin answer = command(new AdminToCore.Register(tenant, key(tenant)));
            if (!(answer instanceof CoreToAdmin.Registered)) {
                throw new IOException("not registered: " + answer);
            }
        }
    }

    @Override
    public Blob key(String who) {
        return of(who).publicKey();
    }

    @Override
    public Blob sign(String who, Domain domain, Blob payload) {
        return Signed.sign(domain, of(who), payload);
    }

    @Override
    public CoreToAdmin command(AdminToCore question) throws IOException {
        try (Line line = Line.to(admin)) {
            return CoreToAdmin.fromCbor(line.ask(question.toCbor()));
        }
    }

    @Override
    public long effects(String word) {
        return upstream.effects(word);
    }

    /** Asks the code of the broker's door itself, in its build. */
    @Override
    public boolean shows(Claim claim) throws IOException {
        try {
            Constructor<?> proofs = broker.loadClass("ambit.broker.CoreProofs").getDeclaredConstructors()[0];
            Constructor<?> expected =
                    broker.loadClass("ambit.broker.Proofs$Expected").getDeclaredConstructors()[0];
            proofs.setAccessible(true);
            expected.setAccessible(true);
            Object call = expected.newInstance(
                    theirs(claim.context()),
                    claim.transaction(),
                    claim.sequence(),
                    theirs(claim.params()),
                    Optional.of(theirs(claim.result())));
            Object door = proofs.newInstance(theirs(coreKey));
            for (Method method : door.getClass().getDeclaredMethods()) {
                if (method.getName().equals("confirm")) {
                    method.setAccessible(true);
                    return (boolean) method.invoke(door, theirs(claim.proof()), call);
                }
            }
            throw new IOException("the door confirms nothing");
        } catch (ReflectiveOperationException e) {
            throw new IOException(e);
        }
    }

    /** The same bytes as an object of the other build. */
    private Object theirs(Blob blob) throws ReflectiveOperationException {
        return broker.loadClass("ambit.wire.Blob").getMethod("of", byte[].class).invoke(null, (Object) blob.toArray());
    }
}
