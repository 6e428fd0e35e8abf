package ambit.cli;

import ambit.authority.Request;
import ambit.authority.signing.SigningKey;
import ambit.cli.config.Agent;
import ambit.cli.config.Config;
import ambit.cli.outcome.Failure;
import ambit.wire.AgentSpec;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Limits;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Signs the requests that transactions begin with. */
final class RequestDesk {
    /** A request outlives the agent's time by this much, for the start and the commit. */
    private static final long MARGIN_SECONDS = 120;

    private RequestDesk() {}

    /**
     * A signed request.
     *
     * @param transaction its fresh id
     */
    record Signed(String transaction, Blob request) {}

    /** Who acts: whoever is named, or the only one there is. */
    static String principal(Config config, Optional<String> as) {
        if (as.isPresent()) {
            return as.get();
        }
        if (config.principals().size() == 1) {
            return config.principals().keySet().iterator().next();
        }
        throw Failure.usage(
                config.principals().isEmpty() ? "ambit.yaml names no principal" : "who runs it?",
                config.principals().isEmpty()
                        ? "add one below 'principals'"
                        : "--as " + String.join(" or --as ", config.principals().keySet()));
    }

    static Signed sign(
            SigningKey signer,
            GrantBook.Entry grant,
            Agent agent,
            AgentSpec spec,
            List<Request.Inherit> inherits,
            List<String> input) {
        byte[] id = new byte[Limits.ID];
        new SecureRandom().nextBytes(id);
        long now = Instant.now().getEpochSecond();
        Request request = new Request(
                grant.bytes().sha256(),
                Blob.of(id),
                now,
                now + agent.limits().time().toSeconds() + MARGIN_SECONDS,
                agent.name(),
                spec.toBlob().sha256(),
                Blob.EMPTY,
                GrantMaker.narrowings(agent, grant.grant()),
                inherits,
                Blob.of(String.join("\0", input).getBytes(StandardCharsets.UTF_8))
                        .sha256(),
                GrantMaker.allowances(agent, grant.grant()));
        return new Signed(
                request.transaction().toHex(),
                ambit.authority.signing.Signed.sign(Cose.Domain.REQUEST, signer, request.toBlob()));
    }
}
