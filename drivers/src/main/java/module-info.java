import org.jspecify.annotations.NullMarked;

/**
 * The driver process: it performs effects, on a permit and on nothing else.
 *
 * <p>Some of what the MCP SDK brings are automatic modules, so this process runs on the class path; the descriptor keeps its
 * dependencies in view.
 */
@NullMarked
module ambit.drivers {
    requires static org.jspecify;
    requires transitive ambit.wire;
    requires ambit.authority;
    requires ambit.audit;
    requires ambit.boundary;
    requires ambit.retrieval;
    requires io.modelcontextprotocol.sdk.mcp.core;
    requires io.modelcontextprotocol.sdk.mcp.json.jackson3;
    requires java.logging;
    requires java.net.http;
    requires com.networknt.schema;
    requires com.zaxxer.hikari;
    requires java.sql;
    requires org.xerial.sqlitejdbc;
    requires re2j;
    requires org.eclipse.jetty.client;
    requires reactor.core;
    requires tools.jackson.databind;

    exports ambit.drivers;
}
