package ambit.core;

import ambit.authority.Bitmap;
import ambit.authority.Cap;
import ambit.authority.Constraint;
import ambit.authority.Constraint.Kind;
import ambit.authority.Grant;
import ambit.authority.Less;
import ambit.authority.Narrowing;
import ambit.authority.Request;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.wire.Blob;
import ambit.wire.Cbor;
import ambit.wire.CoreToAdmin;
import ambit.wire.CoreToBroker;
import ambit.wire.CoreToBroker.Admitted;
import ambit.wire.CoreToBroker.Bound;
import ambit.wire.Cose.Domain;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Where a case of another project is played on a core: a world, and what such cases are made of. */
final class Scene implements AutoCloseable {
    final World world;

    /** Holds nothing that the tenant ever signed. */
    final SigningKey stranger = SigningKey.generate();

    Scene(Path directory) {
        this.world = new World(directory);
    }

    @Override
    public void close() {
        world.close();
    }

    // ---- what blocks say

    /** A tool that may be used and delegated. */
    static Cap cap(String name, Constraint... constraints) {
        return cap(name, Cap.USE | Cap.DELEGATE, constraints);
    }

    static Cap cap(String name, int flags, Constraint... constraints) {
        return new Cap(name, Bound.TOOL, "files", flags, -1, List.of(constraints), false, Blob.EMPTY);
    }

    /** An argument that must be there, and what must hold of it; operands are texts and integers. */
    static Constraint arg(String path, Kind kind, Object... operands) {
        List<Cbor> values = Arrays.stream(operands)
                .map(operand -> operand instanceof Integer number ? Cbor.of((long) number) : Cbor.of((String) operand))
                .toList();
        return new Constraint(path, kind, values, false);
    }

    /** What a block below takes away from the first capability. */
    static Narrowing less(Constraint... constraints) {
        return new Narrowing(0, List.of(constraints), -1, false);
    }

    Grant grant(Cap... caps) {
        return grant(3600, 2, caps);
    }

    Grant grant(long seconds, int depth, Cap... caps) {
        Grant plain = world.grant(caps);
        return new Grant(
                plain.tenant(),
                plain.id(),
                plain.holder(),
                plain.notBefore(),
                world.now / 1000 + seconds,
                depth,
                plain.agent(),
                plain.caps(),
                plain.memory());
    }

    Request request(Blob parent, long seconds, Narrowing... narrowings) {
        Request plain = world.request(parent);
        return new Request(
                parent.sha256(),
                plain.transaction(),
                plain.issuedAt(),
                world.now / 1000 + seconds,
                plain.agent(),
                plain.agentSpec(),
                plain.drop(),
                List.of(narrowings),
                plain.inherits(),
                plain.input());
    }

    // ---- what is done with them

    Blob sign(Grant grant) {
        return world.signed(grant);
    }

    /** A grant whose bytes are changed after it was made and before the tenant signs them. */
    Blob signChanged(Grant grant, String from, String to) {
        String payload = grant.toBlob().toHex();
        if (!payload.contains(from)) {
            throw new IllegalStateException("the grant does not say " + from);
        }
        return signed(payload.replace(from, to));
    }

    /** A grant whose first field is there twice. */
    Blob signWithAFieldTwice(Grant grant) {
        String payload = grant.toBlob().toHex();
        String first = "01" + Blob.of(Cbor.encode(Cbor.of(grant.tenant()))).toHex();
        return signed(oneMore(payload) + first + payload.substring(2));
    }

    /** A grant with one more field than grants have. */
    Blob signWithOneMoreField(Grant grant) {
        String payload = grant.toBlob().toHex();
        String fields = oneMore(payload);
        return signed(fields + payload.substring(2) + "%02xf6".formatted(Integer.parseInt(fields, 16) - 0xa0));
    }

    /** The first byte of a map of one entry more. */
    private static String oneMore(String map) {
        return "%02x".formatted(Integer.parseInt(map.substring(0, 2), 16) + 1);
    }

    private Blob signed(String payload) {
        return Signed.sign(Domain.GRANT, world.root, Blob.fromHex(payload));
    }

    CoreToBroker ask(Blob grant, Narrowing... narrowings) {
        return world.admit(grant, world.signed(request(grant, 600, narrowings)));
    }

    Admitted begin(Blob grant, Narrowing... narrowings) {
        return admitted(ask(grant, narrowings));
    }

    Admitted begin(Cap... caps) {
        return begin(sign(grant(caps)));
    }

    static Admitted admitted(CoreToBroker reply) {
        if (reply instanceof Admitted context) {
            return context;
        }
        throw new IllegalStateException("not admitted: " + reply);
    }

    /** A child by way of the context's last capability, which is a child. */
    CoreToBroker spawn(Admitted parent, Narrowing... narrowings) {
        int last = parent.capabilities().size() - 1;
        return world.spawn(parent, last, new Less(Bitmap.of(List.of()), List.of(narrowings)).toBlob());
    }

    /** Calls the context's first capability. */
    CoreToBroker call(Admitted context, String params) {
        return call(context, 0, params);
    }

    CoreToBroker call(Admitted context, int index, String params) {
        return world.call(context, World.handle(context, index), params);
    }

    // ---- what came of it

    /** What a case comes to: "accepted" or a code for each reply, in their order. */
    static String outcome(Object... replies) {
        return String.join(", ", Stream.of(replies).map(Scene::verdict).toList());
    }

    private static String verdict(Object reply) {
        return switch (reply) {
            case CoreToBroker.Denied denied -> denied.code().name();
            case CoreToAdmin.Denied denied -> denied.code().name();
            default -> "accepted";
        };
    }
}
