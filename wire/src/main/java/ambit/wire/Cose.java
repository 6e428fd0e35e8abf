package ambit.wire;

import ambit.wire.Bounds.Max;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The structure of a COSE_Sign1 message (RFC 9052 §4.2), untagged, with EdDSA (RFC 9053 §2.2) as the only algorithm: the array
 * {@code [protected {1: -8, 4: kid}, {}, payload, signature]}. It holds no key and checks no signature.
 *
 * <p>The domain goes into the signature as external_aad, so a signature of one kind of artifact is never one of another.
 *
 * @param kid the raw Ed25519 public key of the signer, 32 bytes: where to look, never whom to trust
 * @param signature 64 bytes
 */
public record Cose(Blob kid, Blob payload, Blob signature) {
    /** One kind of signed artifact. */
    public enum Domain {
        GRANT,
        REQUEST,
        DELEGATION,
        PERMIT,
        RECEIPT,
        PROOF,
        REVOCATION,
        TENANT_KEY,
        CORE_KEY,
        SNAPSHOT,
        APPROVAL,
        FORGETTING;

        /** The string that is signed along, such as {@code ambit/grant/v1}. */
        public String string() {
            return "ambit/" + name().toLowerCase(Locale.ROOT).replace('_', '-') + "/v1";
        }
    }

    public static final int KEY_SIZE = 32;
    public static final int SIGNATURE_SIZE = 64;
    public static final int MAX_PAYLOAD = 1 << 20;
    private static final Cbor.Entry ALGORITHM = new Cbor.Entry(Cbor.of(1), Cbor.of(-8));

    public Cose {
        if (kid.size() != KEY_SIZE || signature.size() != SIGNATURE_SIZE || payload.size() > MAX_PAYLOAD) {
            throw new IllegalArgumentException("COSE field of a wrong size");
        }
    }

    /** The COSE_Sign1 array of RFC 9052 §4.2. */
    private record Sign1(
            Blob header, Cbor unprotected, @Max(MAX_PAYLOAD) Blob payload, Blob signature) implements Cbor.Message {}

    /** Parses the exact bytes; each accepted message has one spelling, {@link #toBlob()}. */
    public static Cose parse(Blob bytes) throws MalformedException {
        Sign1 parts = Cbor.parse(Sign1.class, bytes);
        if (Cbor.decode(parts.header.raw()) instanceof Cbor.Map(List<Cbor.Entry> entries)
                && !entries.isEmpty()
                && entries.getLast().value() instanceof Cbor.Bytes(Blob kid)
                && kid.size() == KEY_SIZE
                && parts.signature.size() == SIGNATURE_SIZE
                && parts.header.equals(protectedHeader(kid))
                && parts.unprotected.equals(Cbor.record())) {
            return new Cose(kid, parts.payload, parts.signature);
        }
        throw new MalformedException("the COSE headers are not {1: -8, 4: kid} and {}");
    }

    public Blob toBlob() {
        return Blob.wrap(Cbor.encode(Cbor.array(protectedHeader(kid), Cbor.record(), payload, signature)));
    }

    /** The bytes that are signed: the Sig_structure of RFC 9052 §4.4. */
    public static byte[] toBeSigned(Domain domain, Blob kid, Blob payload) {
        Blob aad = Blob.wrap(domain.string().getBytes(StandardCharsets.UTF_8));
        return Cbor.encode(Cbor.array("Signature1", protectedHeader(kid), aad, payload));
    }

    private static Blob protectedHeader(Blob kid) {
        Cbor.Entry signer = new Cbor.Entry(Cbor.of(4), Cbor.of(kid));
        return Blob.wrap(Cbor.encode(new Cbor.Map(List.of(ALGORITHM, signer))));
    }
}
