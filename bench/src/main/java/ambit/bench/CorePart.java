package ambit.bench;

import ambit.authority.signing.Signed;
import ambit.core.InProcess;
import ambit.wire.BrokerToCore;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Denied;
import ambit.wire.CoreToBroker.Permitted;
import ambit.wire.Denial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** The core's state machine in this process, from a message to its answer, beside libraries that decide in their caller's process. */
final class CorePart implements Part {

    private static final int WARM_UP = 10_000;
    private static final int DENIALS = 100;
    private static final int PERMIT_BYTES = 250;
    private static final String TENUO = "Tenuo: authorize one warrant and a proof of possession";
    private static final String CEDAR = "Cedar: decide by one policy, nothing signed";
    private static final String BISCUIT = "Biscuit: authorize on a verified token of two blocks";

    private final Path place;
    private final Peers peers;
    private final int count;

    CorePart(Path place, Peers peers, int count) {
        this.place = place;
        this.peers = peers;
        this.count = count;
    }

    /** What the peers took for a decision and for a denial. */
    private record Peer(String name, Samples decision, Samples denial) {}

    @Override
    public Result measure() throws Exception {
        Charter charter = new Charter();
        try (InProcess core = new InProcess(Files.createTempDirectory(Files.createDirectories(place), "in-process"))) {
            core.answer(charter.registration());
            Admitted context = DecisionPart.admitted(core.answer(charter.admission(3600)));
            Admitted brief = DecisionPart.admitted(core.answer(charter.admission(60)));
            core.pass(Duration.ofMinutes(2));
            BrokerToCore once = Charter.call(context, Charter.ONCE);
            permit(core, once);
            BrokerToCore nothing = Charter.callOfNothing(context);
            BrokerToCore expired = Charter.call(brief, Charter.READ);
            Iterator<BrokerToCore> reads = reads(core, charter);
            BiscuitPeer biscuit = new BiscuitPeer(2);
            BareEd25519 bare = new BareEd25519(PERMIT_BYTES);
            List<Samples> decisions =
                    Turns.times(WARM_UP, count, List.of(() -> permit(core, reads.next()), bare::sign, biscuit::decide));
            List<Samples> denials = Turns.times(
                    WARM_UP * 10 / DENIALS,
                    count / DENIALS,
                    DENIALS,
                    List.of(
                            () -> deny(core, nothing, Denial.UNKNOWN_HANDLE),
                            () -> deny(core, expired, Denial.EXPIRED),
                            () -> deny(core, once, Denial.USES_EXHAUSTED),
                            biscuit::deny));
            List<Peer> others = new ArrayList<>(List.of(new Peer(BISCUIT, decisions.get(2), denials.get(3))));
            if (peers.areThere()) {
                String measured = peers.measure("decide", count);
                others.add(peer(TENUO, measured, "tenuo"));
                others.add(peer(CEDAR, measured, "cedar"));
            }
            return new Result(rows(decisions, denials, others), remarks());
        }
    }

    /** The same call over and over, in the name of one context after the other. */
    private static Iterator<BrokerToCore> reads(InProcess core, Charter charter) throws IOException {
        List<BrokerToCore> reads = new ArrayList<>();
        for (int i = 0; i < DecisionPart.CONTEXTS; i++) {
            reads.add(Charter.call(DecisionPart.admitted(core.answer(charter.admission(3600))), Charter.READ));
        }
        return Stream.generate(() -> reads).flatMap(List::stream).iterator();
    }

    private List<String> remarks() {
        return peers.areThere() ? List.of() : List.of(Peers.LEFT_OUT);
    }

    private static Peer peer(String name, String measured, String key) throws IOException {
        return new Peer(
                name, Installation.Json.samples(measured, key), Installation.Json.samples(measured, key + "Denial"));
    }

    private static List<Row> rows(List<Samples> decisions, List<Samples> denials, List<Peer> others) {
        String decided = "inside the core: `files.read`, cached chain, recorded and its permit signed";
        List<Row> rows = new ArrayList<>();
        rows.add(Row.ofTimes(
                decided, decisions.get(0), "one bare signature (" + Signed.provider() + ")", decisions.get(1)));
        for (Peer other : others) {
            rows.add(Row.ofTimes(decided, decisions.get(0), other.name(), other.decision()));
        }
        List<String> reasons = List.of("unknown handle", "expired", "out of count");
        for (int i = 0; i < reasons.size(); i++) {
            String denied = "inside the core: " + reasons.get(i) + ", denied and recorded";
            for (Peer other : i == 0 ? others : others.subList(0, 1)) {
                rows.add(Row.ofTimes(denied, denials.get(i), other.name() + ", denied", other.denial()));
            }
        }
        return rows;
    }

    private static void permit(InProcess core, BrokerToCore call) {
        if (!(core.answer(call) instanceof Permitted)) {
            throw new IllegalStateException("the core permits it no more");
        }
    }

    private static void deny(InProcess core, BrokerToCore call, Denial code) {
        if (!(core.answer(call) instanceof Denied denied) || denied.code() != code || denied.logIndex() < 0) {
            throw new IllegalStateException("the core does not deny it for " + code + ", on the record");
        }
    }
}
