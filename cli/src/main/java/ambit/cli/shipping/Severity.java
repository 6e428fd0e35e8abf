package ambit.cli.shipping;

/** How much an event matters, in the numbers of syslog (RFC 5424 §6.2.1) and of OpenTelemetry's logs. */
public enum Severity {
    INFO(6, 9),
    NOTICE(5, 10),
    WARNING(4, 13);

    private final int syslog;
    private final int otel;

    Severity(int syslog, int otel) {
        this.syslog = syslog;
        this.otel = otel;
    }

    int syslog() {
        return syslog;
    }

    int otel() {
        return otel;
    }
}
