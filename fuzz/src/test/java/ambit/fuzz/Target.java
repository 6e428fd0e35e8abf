package ambit.fuzz;

import ambit.audit.tlog.ExportTarget;
import ambit.audit.tlog.TlogTargets;
import ambit.broker.GuestTargets;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/** One parser and what must hold of it for all bytes; what it throws is a finding. */
@FunctionalInterface
interface Target {
    void check(byte[] input) throws IOException;

    /** All of them by name; a record or a family of messages goes by the name of its type. */
    static SortedMap<String, Target> all() {
        SortedMap<String, Target> targets = new TreeMap<>();
        targets.put("cbor", CborTarget::check);
        targets.put("json", JsonTarget::check);
        targets.put("cose", CoseTarget::check);
        targets.put("frames", FramesTarget::check);
        targets.put("arguments", ArgumentsTarget::check);
        targets.put("chain", ChainTarget::check);
        targets.put("records", RecordsTarget::check);
        targets.put("checkpoint", CheckpointTarget::check);
        targets.put("snapshot", SnapshotTarget::check);
        targets.put("note", NoteTarget::check);
        targets.put("proof", TlogTargets::checkProof);
        targets.put("witness", TlogTargets::checkRequest);
        targets.put("bundle", TlogTargets::checkBundle);
        targets.put("export", ExportTarget::check);
        targets.put("yaml", YamlTarget::check);
        targets.put("narrowing", GuestTargets::checkNarrowing);
        targets.put("members", GuestTargets::checkMembers);
        targets.put("socket", SocketTarget::check);
        Types.roots().forEach(type -> targets.put(type.getSimpleName(), input -> MessageTarget.check(type, input)));
        return targets;
    }

    /** The one of this name. */
    static Target named(String name) {
        Target target = all().get(name);
        if (target == null) {
            throw new IllegalArgumentException("no target " + name + "; there are " + all().keySet());
        }
        return target;
    }
}
