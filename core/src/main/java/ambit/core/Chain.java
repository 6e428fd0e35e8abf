package ambit.core;

import ambit.authority.Allowance;
import ambit.authority.Arguments;
import ambit.authority.Bitmap;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Delegation;
import ambit.authority.Grant;
import ambit.authority.Lessening;
import ambit.authority.Narrowing;
import ambit.authority.Permit;
import ambit.authority.Rate;
import ambit.authority.Request;
import ambit.authority.Share;
import ambit.authority.Words;
import ambit.authority.Work;
import ambit.decision.Block;
import ambit.decision.Codes;
import ambit.decision.Received;
import ambit.decision.Values;
import ambit.log.entry.Entry;
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
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A verified chain: a grant, the request that continues it, the delegations below. What it allows is what every block allows;
 * a block names capabilities by their index in the grant and can only take away. Immutable.
 */
final class Chain {
    /** The account of a block itself, from which nothing is ever taken: what revokes the block closes it. */
    static final int BLOCK = -1;

    /** What one block says of one account; {@code most} −1 for nothing. */
    record Limit(History.Node node, long most, Rate rate) {}

    /** One block below the grant. {@code hash} is that of its signed bytes. */
    private record Layer(
            String name,
            Blob hash,
            Lessening block,
            Map<Integer, Narrowing> narrowings,
            Map<Integer, Long> allowances) {
        boolean drops(int cap) {
            return Bitmap.has(block.drop(), cap);
        }

        boolean counts() {
            return !hash.isEmpty();
        }
    }

    /** When the first of its blocks expires, in milliseconds since 1970; every call asks. */
    final long expiresAtMs;

    private final Blob root;
    private final Blob grantHash;
    private final Grant grant;
    private final List<Layer> layers;
    private final Map<Integer, ambit.decision.Chain> compiled = new HashMap<>();
    private final Map<Integer, List<Limit>> limits = new HashMap<>();

    /** The capabilities that are asked where an argument of theirs is from. */
    private final Set<Integer> derived = new HashSet<>();

    /** By the name of a capability, the fields of its results that arguments may be from. */
    private final Map<String, Set<String>> fields = new HashMap<>();

    private Chain(Blob root, Blob grantHash, Grant grant, List<Layer> layers) throws Refused {
        this.root = root;
        this.grantHash = grantHash;
        this.grant = grant;
        this.layers = List.copyOf(layers);
        this.expiresAtMs =
                1000 * layers.stream().mapToLong(it -> it.block().expires()).reduce(grant.expires(), Math::min);
        for (int cap : held()) {
            compiled.put(cap, compile(cap));
            constraints(cap).flatMap(it -> it.source().stream()).forEach(source -> {
                derived.add(cap);
                fields.computeIfAbsent(source.capability(), _ -> new TreeSet<>())
                        .add(source.field());
            });
        }
        accounts().forEach(account -> limits.put(account, limitsOf(account)));
    }

    /** What all blocks say of a capability's arguments. */
    private Stream<Constraint> constraints(int cap) {
        return IntStream.rangeClosed(0, layers.size()).boxed().flatMap(block -> constraints(cap, block).stream());
    }

    /**
     * The chain of a request over a grant, which was signed by {@code root}.
     *
     * @throws Refused if the request is not one that continues this grant
     */
    static Chain of(Blob root, Blob grantHash, Grant grant, Blob requestHash, Request request) throws Refused {
        Refused.when(!request.parent().equals(grantHash), Denial.UNKNOWN_GRANT);
        Refused.when(!request.agent().equals(grant.agent()), Denial.CONSTRAINT, "the grant is for another agent");
        Layer layer = layer("request", grant, requestHash, request, request.narrowings(), request.allowances());
        return new Chain(root, grantHash, grant, List.of(layer));
    }

    private static Layer layer(
            String name,
            Grant grant,
            Blob hash,
            Lessening block,
            List<Narrowing> narrowings,
            List<Allowance> allowances)
            throws Refused {
        Map<Integer, Narrowing> byCap = new HashMap<>();
        for (Narrowing narrowing : narrowings) {
            boolean bad = narrowing.cap() >= grant.caps().size() || byCap.put(narrowing.cap(), narrowing) != null;
            Refused.when(bad, Denial.MALFORMED, "a narrowing of what the grant does not have, or two of one");
        }
        Map<Integer, Long> byBudget = new HashMap<>();
        for (Allowance allowance : allowances) {
            boolean unknown = allowance.budget() >= grant.budgets().size();
            Refused.when(unknown, Denial.MALFORMED, "an allowance of a budget that the grant does not have");
            byBudget.put(allowance.budget(), allowance.limit());
        }
        return new Layer(name, hash, block, byCap, byBudget);
    }

    /**
     * The block that begins a child by way of capability {@code cap}.
     *
     * @param share what the request says of children of this name
     * @param narrowing a {@link Less} over the capabilities in the order of {@link #held}, or empty
     */
    Delegation delegation(int cap, Blob id, Optional<Share> share, Blob narrowing, Blob inputDigest)
            throws Refused, MalformedException {
        Refused.when(layers.stream().filter(Layer::counts).count() > grant.depth(), Denial.DEPTH_EXCEEDED);
        List<Integer> held = held();
        Set<Integer> withheld = IntStream.range(0, grant.caps().size())
                .filter(index -> !held.contains(index) || !cap(index).mayDelegate())
                .boxed()
                .collect(Collectors.toSet());
        Layer above = layers.getLast();
        String name = cap(cap).name();
        String agent = name.substring(name.indexOf('.') + 1);
        return Delegation.of(grant, held, withheld, share, narrowing)
                .below(above.hash(), id, above.block().expires(), agent, inputDigest);
    }

    Chain below(Blob hash, Delegation delegation) throws Refused {
        // Two blocks of one artifact: each closes its own set of arguments, so they cannot be one. Only the second one
        // counts.
        List<Layer> more = new ArrayList<>(layers);
        String name = "delegation " + layers.stream().filter(Layer::counts).count();
        more.add(layer("the share in the request", grant, Blob.EMPTY, delegation, delegation.share(), List.of()));
        more.add(layer(name, grant, hash, delegation, delegation.narrowings(), delegation.allowances()));
        return new Chain(root, grantHash, grant, more);
    }

    private ambit.decision.Chain compile(int index) {
        Cap cap = cap(index);
        List<Block> blocks = new ArrayList<>();
        blocks.add(block(grant.notBefore(), grant.expires(), mayUse(index), !cap.other(), cap.constraints()));
        for (Layer layer : layers) {
            Narrowing narrowing = narrowing(layer, index);
            blocks.add(block(0, layer.block().expires(), true, narrowing.closed(), narrowing.constraints()));
        }
        return new ambit.decision.Chain(blocks.toArray(Block[]::new));
    }

    private static Narrowing narrowing(Layer layer, int cap) {
        return layer.narrowings().getOrDefault(cap, Narrowing.nothing(cap));
    }

    private static Block block(
            long notBeforeS, long expiresS, boolean mayUse, boolean closed, List<Constraint> constraints) {
        return Arguments.block(notBeforeS * 1000, expiresS * 1000, mayUse, closed, constraints);
    }

    /** Refuses arguments that some block does not allow now. */
    void judge(int cap, Values arguments, Received received, long nowMs) throws Refused {
        boolean much = Work.of(constraints(cap), arguments) > Work.MAX;
        Refused.when(much, Denial.TOO_LARGE, "the constraints would take too long on so much");
        long answer = compiled.getOrDefault(cap, NOTHING).evaluate(arguments, received, nowMs);
        if (answer != Codes.ALLOWED) {
            Denial code = Denial.orInternal(ambit.decision.Chain.code(answer));
            throw new Refused(code, code.sentence() + ": " + Words.shortened(culprit(cap, arguments, code, answer)));
        }
    }

    /** Marks what the arguments of an allowed call were received as. */
    void mark(int cap, Values arguments, Received received) {
        compiled.getOrDefault(cap, NOTHING).mark(arguments, received);
    }

    /** Whether some block asks where an argument of the capability is from. */
    boolean isDerived(int cap) {
        return derived.contains(cap);
    }

    /** The fields of the capability's results that arguments may be from. */
    List<String> fields(int cap) {
        return fields.getOrDefault(cap(cap).name(), Set.of()).stream()
                .limit(Permit.MAX_FIELDS)
                .toList();
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

    private static final ambit.decision.Chain NOTHING =
            new ambit.decision.Chain(new Block[] {new Block(0, 0, false, true, new ambit.decision.Conjunct[0])});

    /** Indices of the capabilities that no block dropped. */
    List<Integer> held() {
        return IntStream.range(0, grant.caps().size())
                .filter(cap -> layers.stream().noneMatch(layer -> layer.drops(cap)))
                .boxed()
                .toList();
    }

    /** The context of a request may use what the grant lets be used, and a child what the grant lets be delegated. */
    boolean mayUse(int cap) {
        return layers.size() > 1 ? cap(cap).mayDelegate() : cap(cap).mayUse();
    }

    Cap cap(int index) {
        return grant.caps().get(index);
    }

    /** Its capabilities, its budgets and the block itself. */
    List<Integer> accounts() {
        List<Integer> accounts = new ArrayList<>(held());
        IntStream.range(0, grant.budgets().size()).forEach(budget -> accounts.add(Entry.BUDGETS + budget));
        accounts.add(BLOCK);
        return accounts;
    }

    /** What each block says of an account, the grant first. */
    List<Limit> limits(int account) {
        return limits.getOrDefault(account, List.of());
    }

    private List<Limit> limitsOf(int account) {
        boolean isCap = account != BLOCK && account < Entry.BUDGETS;
        int budget = account - Entry.BUDGETS;
        long granted = account == BLOCK
                ? -1
                : isCap ? cap(account).uses() : grant.budgets().get(budget).limit();
        List<Limit> all = new ArrayList<>();
        all.add(new Limit(
                new History.Node(grantHash, account),
                granted,
                isCap ? cap(account).rate() : Rate.NONE));
        for (Layer layer : layers.stream().filter(Layer::counts).toList()) {
            Narrowing narrowing = isCap ? narrowing(layer, account) : Narrowing.nothing(0);
            long most = isCap ? narrowing.uses() : layer.allowances().getOrDefault(budget, -1L);
            all.add(new Limit(new History.Node(layer.hash(), account), most, narrowing.rate()));
        }
        return List.copyOf(all);
    }

    String budget(int index) {
        return grant.budgets().get(index).name();
    }

    /** Everything that a revocation can name to mean this chain: ids and hashes of its blocks, its holder's key and its root key. */
    List<Blob> names() {
        List<Blob> names = new ArrayList<>(List.of(root, grant.id(), grantHash, grant.holder()));
        layers.stream()
                .filter(Layer::counts)
                .forEach(layer -> names.addAll(List.of(layer.block().id(), layer.hash())));
        return names;
    }

    long generation() {
        return grant.generation();
    }

    String agent() {
        return layers.getLast().block().agent();
    }

    Blob grantHash() {
        return grantHash;
    }
}
