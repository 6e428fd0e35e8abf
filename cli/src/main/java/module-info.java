import org.jspecify.annotations.NullMarked;

/** The {@code ambit} command: it starts the kernel and speaks with its user. */
@NullMarked
module ambit.cli {
    requires static org.jspecify;
    requires ambit.wire;
    requires ambit.authority;
    requires ambit.log;
    requires ambit.audit;
    requires ambit.boundary;
    requires java.net.http;
    requires info.picocli;
    requires tools.jackson.core;
    requires tools.jackson.dataformat.yaml;

    opens ambit.cli to
            info.picocli;
}
