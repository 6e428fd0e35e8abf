package ambit.broker;

import ambit.boundary.By;
import ambit.boundary.Observation;
import ambit.boundary.Observation.Mounted;
import ambit.boundary.Tier;
import ambit.wire.Blob;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** What was seen of a guest's boundary, as the log keeps it. */
final class BoundaryJson {
    /** Mounts that are named one by one; a host with more has the rest counted. */
    private static final int MOUNTS = 100;

    /** Where no guest runs, there is nothing around it either. */
    static final Blob NONE = JsonText.object(json -> {
        json.writeStringProperty("tier", "none");
        json.writeBooleanProperty("attended", true);
    });

    private BoundaryJson() {}

    /** A guest with a kernel of its own is not seen through it; what is seen then is that kernel. */
    static Blob of(By by, Observation seen) {
        return JsonText.object(json -> {
            json.writeStringProperty("tier", by.tier().name().toLowerCase(Locale.ROOT));
            json.writeStringProperty("by", by.title());
            json.writeStringProperty("of", by.tier() == Tier.GVISOR ? "kernel" : "guest");
            json.writeNumberProperty("uid", seen.uid());
            json.writeNumberProperty("gid", seen.gid());
            json.writeStringProperty("capabilities", seen.capabilities());
            json.writeBooleanProperty("noNewPrivileges", seen.noNewPrivileges());
            json.writeNumberProperty("seccomp", seen.seccomp());
            json.writeArrayPropertyStart("namespaces");
            seen.namespaces().forEach(json::writeString);
            json.writeEndArray();
            json.writeObjectPropertyStart("limits");
            seen.limits().forEach(json::writeNumberProperty);
            json.writeEndObject();
            mounts(json, seen.mounts());
        });
    }

    private static void mounts(JsonGenerator json, List<Mounted> mounts) {
        json.writeNumberProperty("mounted", mounts.size());
        json.writeArrayPropertyStart("mounts");
        for (Mounted mount : mounts.subList(0, Math.min(MOUNTS, mounts.size()))) {
            json.writeStartObject();
            json.writeStringProperty("at", mount.at());
            json.writeStringProperty("type", mount.type());
            json.writeBooleanProperty("writable", mount.writable());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
