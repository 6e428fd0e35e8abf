package ambit.attacks.hostile;

import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Cose.Domain;
import ambit.wire.MalformedException;
import java.io.IOException;

/** Somebody who signs. */
interface Signer {
    Blob key() throws IOException;

    Blob sign(Domain domain, Blob payload) throws IOException;

    /** The attacker, with a key of its own. */
    static Signer attacker() {
        SigningKey key = SigningKey.generate();
        return new Signer() {
            @Override
            public Blob key() {
                return key.publicKey();
            }

            @Override
            public Blob sign(Domain domain, Blob payload) {
                return Signed.sign(domain, key, payload);
            }
        };
    }

    /** The attacker, who says that the key is this one. */
    static Signer pretending(Blob key) {
        Signer own = attacker();
        return new Signer() {
            @Override
            public Blob key() {
                return key;
            }

            @Override
            public Blob sign(Domain domain, Blob payload) throws IOException {
                Cose cose = Cose.parse(own.sign(domain, payload));
                return new Cose(key, cose.payload(), cose.signature()).toBlob();
            }
        };
    }

    /** The key under which one signature holds for everything: the identity of the curve's group. */
    static Signer identity() {
        byte[] point = new byte[Cose.KEY_SIZE];
        point[0] = 1;
        byte[] signature = new byte[Cose.SIGNATURE_SIZE];
        signature[0] = 1;
        return new Signer() {
            @Override
            public Blob key() {
                return Blob.of(point);
            }

            @Override
            public Blob sign(Domain domain, Blob payload) {
                return new Cose(key(), payload, Blob.of(signature)).toBlob();
            }
        };
    }

    /** Other content under the signature that another artifact has. */
    static Blob stolen(Blob artifact, Blob payload) throws MalformedException {
        Cose cose = Cose.parse(artifact);
        return new Cose(cose.kid(), payload, cose.signature()).toBlob();
    }
}
