package ambit.attacks.hostile;

import ambit.wire.AdminToCore;
import ambit.wire.Blob;
import ambit.wire.CoreToAdmin;
import ambit.wire.Cose.Domain;
import java.io.IOException;

/**
 * What honest people do while an attack goes on, and what can be seen of it from outside. An attack says what they do; their keys it never
 * gets.
 */
interface Honest {
    String TENANT = "acme";
    String RIVAL = "rival";

    /** The public key of {@link #TENANT}, {@link #RIVAL}, a principal of the tenant or an approver. */
    Blob key(String who) throws IOException;

    Blob sign(String who, Domain domain, Blob payload) throws IOException;

    /** What the {@code ambit} command asks of the core. */
    CoreToAdmin command(AdminToCore question) throws IOException;

    /** How many requests with this word the model's server has had. */
    long effects(String word) throws IOException;

    /** What a guest's door would make of a reply: whether it would show it as the answer of this call. */
    boolean shows(Claim claim) throws IOException;

    /**
     * A reply that is to be shown.
     *
     * @param params SHA-256 of what was asked
     * @param result SHA-256 of what is shown as the result
     */
    record Claim(Blob proof, Blob context, String transaction, long sequence, Blob params, Blob result)
            implements ambit.wire.Cbor.Message {}

    default Signer signer(String who) {
        return new Signer() {
            @Override
            public Blob key() throws IOException {
                return Honest.this.key(who);
            }

            @Override
            public Blob sign(Domain domain, Blob payload) throws IOException {
                return Honest.this.sign(who, domain, payload);
            }
        };
    }
}
