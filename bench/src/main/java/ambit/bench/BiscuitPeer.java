package ambit.bench;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.biscuitsec.biscuit.crypto.KeyPair;
import org.biscuitsec.biscuit.crypto.PublicKey;
import org.biscuitsec.biscuit.datalog.RunLimits;
import org.biscuitsec.biscuit.error.Error;
import org.biscuitsec.biscuit.token.Authorizer;
import org.biscuitsec.biscuit.token.Biscuit;
import org.biscuitsec.biscuit.token.Policy;
import org.biscuitsec.biscuit.token.builder.Block;
import org.biscuitsec.biscuit.token.builder.Fact;
import org.biscuitsec.biscuit.token.builder.Term;
import org.biscuitsec.biscuit.token.builder.Utils;
import org.biscuitsec.biscuit.token.builder.parser.Parser;

/**
 * Biscuit for Java, with a token that says what Ambit's chain says: one tool, paths below {@code /repo}, and in each further block an
 * end in time. Facts and policy are parsed before, since a user could do that too.
 */
final class BiscuitPeer {

    private static final RunLimits LIMITS = new RunLimits(1000, 100, Duration.ofSeconds(10));

    private final PublicKey root;
    private final byte[] bytes;
    private final Biscuit token;
    private final List<Fact> call;
    private final List<Fact> otherCall;
    private final Policy allow;

    /** A token of so many signed blocks. */
    BiscuitPeer(int blocks) throws Error, GeneralSecurityException {
        KeyPair key = new KeyPair();
        root = key.public_key();
        Biscuit made = Biscuit.builder(key)
                .add_authority_check("check if tool(\"" + Charter.READ + "\"), path($p), $p.starts_with(\"/repo/\")")
                .build();
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(Duration.ofHours(1));
        for (int i = 1; i < blocks; i++) {
            made = made.attenuate(new Block().add_check("check if time($t), $t <= " + end));
        }
        bytes = made.serialize();
        token = verified();
        call = call(Charter.READ);
        otherCall = call("files.unknown");
        allow = Parser.policy("allow if true").get()._2;
        decide();
        deny();
    }

    private static List<Fact> call(String tool) throws Error {
        return List.of(
                Utils.fact("tool", List.<Term>of(Utils.string(tool))),
                Utils.fact("path", List.<Term>of(Utils.string("/repo/a"))));
    }

    /** Parses the token and verifies the signatures of all its blocks. */
    Biscuit verified() throws Error, GeneralSecurityException {
        return Biscuit.from_bytes(bytes, root);
    }

    /** Decides about one call on the token that has been verified. */
    void decide() throws Error {
        authorizer(call).authorize(LIMITS);
    }

    /** The same about a tool that the token does not name. */
    void deny() throws Error {
        try {
            authorizer(otherCall).authorize(LIMITS);
        } catch (Error.FailedLogic expected) {
            return;
        }
        throw new IllegalStateException("Biscuit allowed what no block allows");
    }

    private Authorizer authorizer(List<Fact> facts) throws Error {
        Authorizer authorizer = token.authorizer();
        facts.forEach(authorizer::add_fact);
        return authorizer.set_time().add_policy(allow);
    }
}
