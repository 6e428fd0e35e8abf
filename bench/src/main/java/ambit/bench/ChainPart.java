package ambit.bench;

import ambit.authority.signing.Signed;
import ambit.core.ColdChain;
import ambit.core.ColdChain.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Chains from their bytes to authority that can decide, nothing about them known before. */
final class ChainPart implements Part {

    private static final List<Integer> DEPTHS = List.of(1, 4, 8, 16);
    private static final int WARM_UP = 1000;
    private static final int LINK_BYTES = 250;

    private final Peers peers;
    private final int count;

    ChainPart(Peers peers, int count) {
        this.peers = peers;
        this.count = count;
    }

    @Override
    public Result measure() throws Exception {
        List<Row> rows = new ArrayList<>();
        Optional<String> tenuo =
                peers.areThere() ? Optional.of(peers.measure("chains", Math.max(10, count / 4))) : Optional.empty();
        for (int depth : DEPTHS) {
            rows.addAll(rows(depth, tenuo));
        }
        return new Result(rows, tenuo.isPresent() ? List.of() : List.of(Peers.LEFT_OUT));
    }

    private List<Row> rows(int depth, Optional<String> tenuo) throws Exception {
        // The grant, the request, and so many delegations.
        int links = depth + 2;
        List<Link> chain = new Charter().chain(depth);
        BareEd25519 bare = new BareEd25519(LINK_BYTES);
        BiscuitPeer biscuit = new BiscuitPeer(links);
        List<Samples> times = Turns.times(
                WARM_UP,
                count,
                List.of(
                        () -> ColdChain.verify(chain),
                        () -> {
                            for (int i = 0; i < links; i++) {
                                bare.verify();
                            }
                        },
                        () -> ColdChain.ready(chain),
                        biscuit::verified));
        String what = "a chain of depth " + depth + " (" + links + " signed links), cold";
        String ready = what + ", ready to decide";
        List<Row> rows = new ArrayList<>(List.of(
                Row.ofTimes(
                        what,
                        times.get(0),
                        links + " bare verifications (" + Signed.provider() + "), keys ready",
                        times.get(1)),
                Row.ofTimes(ready, times.get(2), "Biscuit: parse and verify as many blocks", times.get(3))));
        if (tenuo.isPresent()) {
            Samples other = Installation.Json.samples(tenuo.get(), "tenuo" + links);
            rows.add(Row.ofTimes(ready, times.get(2), "Tenuo: parse and verify as many warrants", other));
        }
        return rows;
    }
}
