package ambit.wire;

import java.nio.charset.StandardCharsets;

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
        REVOCATION;

        /** The string that is signed along, such as {@code ambit/grant/v1}. */
        public String string() {
            return "ambit/" + name().toLowerCase(java.util.Locale.ROOT) + "/v1";
        }
    }

    public static final int KEY_SIZE = 32;
    public static final int SIGNATURE_SIZE = 64;
    public static final int MAX_PAYLOAD = 1 << 20;
    private static final Cbor EDDSA = Cbor.of(-8);

    public Cose {
        if (kid.size() != KEY_SIZE || signature.size() != SIGNATURE_SIZE || payload.size() > MAX_PAYLOAD) {
            throw new IllegalArgumentException("COSE field of a wrong size");
        }
    }

    /** Parses the exact bytes; each accepted message has one spelling, {@link #toBlob()}. */
    public static Cose parse(Blob bytes) throws MalformedException {
        Fields outer = Fields.ofMessage(Cbor.decode(bytes.raw()));
        Blob header = outer.bytes(64);
        if (!outer.any().equals(Cbor.record())) {
            throw new MalformedException("unprotected COSE headers are not used");
        }
        Blob payload = outer.bytes(MAX_PAYLOAD);
        Blob signature = outer.exactly(SIGNATURE_SIZE);
        outer.end();
        return new Cose(kidOf(header), payload, signature);
    }

    private static Blob kidOf(Blob header) throws MalformedException {
        if (Cbor.decode(header.raw()) instanceof Cbor.Map map && map.entries().size() == 2) {
            Blob kid = Fields.asBytes(map.entries().getLast().value(), KEY_SIZE, KEY_SIZE);
            if (header.equals(protectedHeader(kid))) {
                return kid;
            }
        }
        throw new MalformedException("COSE header is not {1: -8, 4: kid}");
    }

    public Blob toBlob() {
        Cbor header = Cbor.of(protectedHeader(kid));
        return Blob.wrap(
                Cbor.encode(Cbor.array(header, Cbor.record(), Cbor.of(payload), Cbor.of(signature))));
    }

    /** The bytes that are signed: the Sig_structure of RFC 9052 §4.4. */
    public static byte[] toBeSigned(Domain domain, Blob kid, Blob payload) {
        Blob aad = Blob.wrap(domain.string().getBytes(StandardCharsets.UTF_8));
        return Cbor.encode(Cbor.array(
                Cbor.of("Signature1"), Cbor.of(protectedHeader(kid)), Cbor.of(aad), Cbor.of(payload)));
    }

    private static Blob protectedHeader(Blob kid) {
        Cbor.Entry algorithm = new Cbor.Entry(Cbor.of(1), EDDSA);
        Cbor.Entry signer = new Cbor.Entry(Cbor.of(4), Cbor.of(kid));
        return Blob.wrap(Cbor.encode(new Cbor.Map(java.util.List.of(algorithm, signer))));
    }
}
