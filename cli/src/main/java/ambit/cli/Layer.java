package ambit.cli;

import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Delegation;
import ambit.authority.Grant;
import ambit.authority.Narrowing;
import ambit.authority.Request;
import ambit.wire.Blob;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What one block of a chain demands.
 *
 * @param place in the chain that is shown
 * @param ids by which a revocation can name it, besides its hash
 */
record Layer(int place, Set<Blob> ids, long notBefore, long expires, List<Demand> demands) {

    /** Of one capability. */
    record Demand(int cap, List<Constraint> constraints, boolean closed) {}

    static Layer of(Grant grant) {
        List<Demand> demands = new ArrayList<>();
        for (int i = 0; i < grant.caps().size(); i++) {
            Cap cap = grant.caps().get(i);
            demands.add(new Demand(i, cap.constraints(), !cap.other()));
        }
        return new Layer(0, Set.of(grant.id()), grant.notBefore(), grant.expires(), demands);
    }

    static Layer of(Request request) {
        return new Layer(0, Set.of(), 0, request.expires(), demands(request.narrowings().stream()));
    }

    static Layer of(Delegation delegation) {
        Stream<Narrowing> both = Stream.concat(delegation.share().stream(), delegation.narrowings().stream());
        return new Layer(0, Set.of(delegation.id()), 0, delegation.expires(), demands(both));
    }

    private static List<Demand> demands(Stream<Narrowing> narrowings) {
        return narrowings
                .map(it -> new Demand(it.cap(), it.constraints(), it.closed()))
                .toList();
    }

    Layer at(int there) {
        return new Layer(there, ids, notBefore, expires, demands);
    }

    /** What it demands of a capability. */
    List<Demand> of(int cap) {
        return demands.stream().filter(it -> it.cap() == cap).toList();
    }

    boolean isValidAt(long ms) {
        return notBefore * 1000 <= ms && ms < expires * 1000;
    }
}
