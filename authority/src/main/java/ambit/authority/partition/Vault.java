package ambit.authority.partition;

import ambit.authority.keyfile.SecretDirectory;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where the names and the wrapping keys of all memory come from: the core's master key, a secret of each tenant, and one of each principal of
 * a tenant, each in a file of its own. What was derived from a secret is gone with its file. Thread-safe.
 */
public final class Vault {
    private final Blob master;
    private final SecretDirectory secrets;
    private final Map<String, Blob> known = new HashMap<>();

    /** @param secrets a directory that holds nothing else */
    public Vault(byte[] master, SecretDirectory secrets) {
        this.master = Blob.of(master);
        this.secrets = secrets;
    }

    /**
     * The part of memory of this path.
     *
     * @param principal the public key of whose it is; empty for what all principals of the tenant share
     * @param path a transaction or a namespace
     */
    public Partition partition(String tenant, Blob principal, String path) throws IOException {
        Blob owner = owner(tenant, principal);
        Blob id = derive(owner, "ambit/partition/v2", path);
        return new Partition(id, derive(owner, "ambit/wrapping/v1", id));
    }

    /** What the data key of the bodies of a transaction is wrapped with, 32 bytes. */
    public Blob bodies(String tenant, Blob principal, String transaction) throws IOException {
        return derive(owner(tenant, principal), "ambit/bodies/v2", transaction);
    }

    private synchronized Blob owner(String tenant, Blob principal) throws IOException {
        Blob of = derive(master, "ambit/tenant/v1", secret(name(tenant, Blob.EMPTY)));
        return principal.isEmpty() ? of : derive(of, "ambit/principal/v1", secret(name(tenant, principal)));
    }

    private Blob secret(String name) throws IOException {
        Blob secret = known.get(name);
        if (secret == null) {
            secret = Blob.of(secrets.secret(name));
            known.put(name, secret);
        }
        return secret;
    }

    /** Makes everything of a principal unreadable for ever, or everything of the tenant where {@code principal} is empty. */
    public synchronized void destroy(String tenant, Blob principal) throws IOException {
        known.clear();
        secrets.destroy(name(tenant, principal));
    }

    private static String name(String tenant, Blob principal) {
        return Blob.of(Cbor.encode(Cbor.array(tenant, principal))).sha256().toHex() + ".secret";
    }

    private static Blob derive(Blob key, String purpose, Object of) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.toArray(), "HmacSHA256"));
            return Blob.of(mac.doFinal(Cbor.encode(Cbor.array(purpose, of))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }
}
