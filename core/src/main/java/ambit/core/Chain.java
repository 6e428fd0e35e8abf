package ambit.core;

import ambit.authority.Arguments;
import ambit.authority.Bitmap;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Delegation;
import ambit.authority.Grant;
import ambit.authority.Less;
import ambit.authority.Narrowing;
import ambit.authority.Request;
import ambit.authority.Share;
import ambit.decision.Block;
import ambit.decision.Codes;
import ambit.decision.Values;
import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A verified chain: a grant, the request that continues it, the delegations below. What it allows is what every block allows;
 * a block names capabilities by their index in the grant and can only take away. Immutable.
 */
final class Chain {
    /** What one block says of one capability's count; {@code uses} −1 for nothing. */
    record Limit(History.Node node, long uses, String name) {}

    /** One block below the grant. {@code id} is its own, {@code hash} that of its signed bytes. */
    private record Layer(
            String name, Blob hash, Blob id, long expiresS, Blob drop, Map<Integer, Narrowing> narrowings) {
        boolean drops(int cap) {
            return Bitmap.has(drop, cap);
        }

        boolean counts() {
            return !hash.isEmpty();
        }
    }

    private final Blob root;
    private final Blob grantHash;
    private final Grant grant;
    private final String agent;
    private final List<Layer> layers;
    private final Map<Integer, ambit.decision.Chain> compiled = new HashMap<>();

    private Chain(Blob root, Blob grantHash, Grant grant, String agent, List<Layer> layers) throws Refused {
        this.root = root;
        this.grantHash = grantHash;
        this.grant = grant;
        this.agent = agent;
        this.layers = List.copyOf(layers);
        for (int cap : held()) {
            compiled.put(cap, compile(cap));
        }
    }

    /**
     * The chain of a request over a grant, which was signed by {@code root}.
     *
     * @throws Refused if the request is not one that continues this grant
     */
    static Chain of(Blob root, Blob grantHash, Grant grant, Blob requestHash, Request request) throws Refused {
        if (!request.parent().equals(grantHash)) {
            throw new Refused(Denial.UNKNOWN_GRANT);
        }
        if (!request.agent().equals(grant.agent())) {
            throw new Refused(Denial.CONSTRAINT, "the grant is for another agent");
        }
        Layer layer = layer(
                "request",
                grant,
                requestHash,
                request.transaction(),
                request.expires(),
                request.drop(),
                request.narrowings());
        return new Chain(root, grantHash, grant, request.agent(), List.of(layer));
    }

    private static Layer layer(
            String name, Grant grant, Blob hash, Blob id, long expires, Blob drop, List<Narrowing> narrowings)
            throws Refused {
        Map<Integer, Narrowing> byCap = new HashMap<>();
        for (Narrowing narrowing : narrowings) {
            if (narrowing.cap() >= grant.caps().size() || byCap.put(narrowing.cap(), narrowing) != null) {
                throw new Refused(Denial.MALFORMED, "a narrowing of what the grant does not have, or two of one");
            }
        }
        return new Layer(name, hash, id, expires, drop, byCap);
    }

    /**
     * The block that begins a child by way of capability {@code cap}.
     *
     * @param share what the request says of children of this name
     * @param narrowing a {@link Less} over the capabilities in the order of {@link #held}, or empty
     */
    Delegation delegation(int cap, Blob id, Optional<Share> share, Blob narrowing, Blob inputDigest)
            throws Refused, MalformedException {
        if (layers.stream().filter(Layer::counts).count() > grant.depth()) {
            throw new Refused(Denial.DEPTH_EXCEEDED);
        }
        List<Integer> held = held();
        Set<Integer> drop = new HashSet<>();
        IntStream.range(0, grant.caps().size())
                .filter(index -> !held.contains(index) || !cap(index).mayDelegate())
                .forEach(drop::add);
        Map<Integer, Narrowing> narrowings = new TreeMap<>();
        List<Narrowing> shared = share.map(Share::narrowings).orElse(List.of());
        share.ifPresent(it -> drop.addAll(Bitmap.indices(it.drop())));
        shared.forEach(it -> narrowings.put(it.cap(), new Narrowing(it.cap(), List.of(), it.uses(), false)));
        if (!narrowing.isEmpty()) {
            Less less = Less.parse(narrowing);
            less.requireWithin(held.size());
            Bitmap.indices(less.drop()).forEach(index -> drop.add(held.get(index)));
            for (Narrowing one : less.narrowings()) {
                int index = held.get(one.cap());
                narrowings.merge(
                        index,
                        new Narrowing(index, one.constraints(), one.uses(), one.closed()),
                        (above, _) ->
                                new Narrowing(index, one.constraints(), least(above.uses(), one.uses()), one.closed()));
            }
        }
        String name = cap(cap).name();
        return new Delegation(
                layers.getLast().hash(),
                id,
                layers.getLast().expiresS(),
                Bitmap.of(drop),
                List.copyOf(narrowings.values()),
                shared,
                name.substring(name.indexOf('.') + 1),
                inputDigest);
    }

    private static long least(long left, long right) {
        return left < 0 ? right : right < 0 ? left : Math.min(left, right);
    }

    Chain below(Blob hash, Delegation delegation) throws Refused {
        // Two blocks of one artifact: each closes its own set of arguments, so they cannot be one. Only the second one
        // counts.
        List<Layer> more = new ArrayList<>(layers);
        String name = "delegation " + layers.stream().filter(Layer::counts).count();
        more.add(layer(
                "the share in the request",
                grant,
                Blob.EMPTY,
                delegation.id(),
                delegation.expires(),
                delegation.drop(),
                delegation.share()));
        more.add(layer(
                name, grant, hash, delegation.id(), delegation.expires(), delegation.drop(), delegation.narrowings()));
        return new Chain(root, grantHash, grant, delegation.agent(), more);
    }

    private ambit.decision.Chain compile(int index) {
        Cap cap = cap(index);
        List<Block> blocks = new ArrayList<>();
        blocks.add(block(grant.notBefore(), grant.expires(), cap.mayUse(), !cap.other(), cap.constraints()));
        for (Layer layer : layers) {
            Narrowing narrowing = narrowing(layer, index);
            blocks.add(block(0, layer.expiresS(), true, narrowing.closed(), narrowing.constraints()));
        }
        return new ambit.decision.Chain(blocks.toArray(Block[]::new));
    }

    private static Narrowing narrowing(Layer layer, int cap) {
        return layer.narrowings().getOrDefault(cap, new Narrowing(cap, List.of(), -1, false));
    }

    private static Block block(
            long notBeforeS, long expiresS, boolean mayUse, boolean closed, List<Constraint> constraints) {
        return Arguments.block(notBeforeS * 1000, expiresS * 1000, mayUse, closed, constraints);
    }

    /** Refuses arguments that some block does not allow now. */
    void judge(int cap, Values arguments, long nowMs) throws Refused {
        long answer = compiled.getOrDefault(cap, NOTHING).evaluate(arguments, nowMs);
        if (answer != Codes.ALLOWED) {
            Denial code = denial(ambit.decision.Chain.code(answer));
            throw new Refused(code, code.sentence() + ": " + shortened(culprit(cap, arguments, code, answer)));
        }
    }

    /** The constraint that is violated or whose argument is missing, or the argument that none names. */
    private String culprit(int cap, Values arguments, Denial code, long answer) {
        int item = ambit.decision.Chain.item(answer);
        int block = ambit.decision.Chain.block(answer);
        return switch (code) {
            case CONSTRAINT, ARGUMENT_MISSING ->
                constraints(cap, block).get(item).describe();
            case ARGUMENT_NOT_NAMED -> new String(arguments.path(item), StandardCharsets.UTF_8);
            default -> block == 0 ? "the grant" : layers.get(block - 1).name();
        };
    }

    private List<Constraint> constraints(int cap, int block) {
        return block == 0
                ? cap(cap).constraints()
                : narrowing(layers.get(block - 1), cap).constraints();
    }

    /** Sentences have an end; what a guest calls its arguments need not. */
    private static String shortened(String text) {
        int most = 120;
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most)) + "…";
    }

    private static final ambit.decision.Chain NOTHING =
            new ambit.decision.Chain(new Block[] {new Block(0, 0, false, true, new ambit.decision.Conjunct[0])});

    static Denial denial(int code) {
        try {
            return Denial.of(code);
        } catch (MalformedException e) {
            return Denial.INTERNAL;
        }
    }

    /** Indices of the capabilities that no block dropped. */
    List<Integer> held() {
        return IntStream.range(0, grant.caps().size())
                .filter(cap -> layers.stream().noneMatch(layer -> layer.drops(cap)))
                .boxed()
                .toList();
    }

    Cap cap(int index) {
        return grant.caps().get(index);
    }

    /** What each block says of this capability's count, the grant first. */
    List<Limit> limits(int cap) {
        List<Limit> limits = new ArrayList<>();
        limits.add(new Limit(new History.Node(grantHash, cap), cap(cap).uses(), "grant"));
        for (Layer layer : layers.stream().filter(Layer::counts).toList()) {
            Narrowing narrowing = layer.narrowings().get(cap);
            long uses = narrowing == null ? -1 : narrowing.uses();
            limits.add(new Limit(new History.Node(layer.hash(), cap), uses, layer.name()));
        }
        return limits;
    }

    /** Everything that a revocation can name to mean this chain: ids and hashes of its blocks, its holder's key and its root key. */
    List<Blob> names() {
        List<Blob> names = new ArrayList<>(List.of(root, grant.id(), grantHash, grant.holder()));
        layers.stream().filter(Layer::counts).forEach(layer -> names.addAll(List.of(layer.id(), layer.hash())));
        return names;
    }

    long generation() {
        return grant.generation();
    }

    long expiresAtMs() {
        long expires = grant.expires();
        for (Layer layer : layers) {
            expires = Math.min(expires, layer.expiresS());
        }
        return expires * 1000;
    }

    String agent() {
        return agent;
    }

    Blob grantHash() {
        return grantHash;
    }
}
