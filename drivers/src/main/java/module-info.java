import org.jspecify.annotations.NullMarked;

/** The driver process: it performs effects, on a permit and on nothing else. */
@NullMarked
module ambit.drivers {
    requires static org.jspecify;
    requires ambit.wire;
    requires ambit.authority;
    requires io.modelcontextprotocol.sdk.mcp.core;
    requires java.sql;
    requires java.net.http;
    requires tools.jackson.databind;
}
