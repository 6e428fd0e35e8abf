package ambit.cli.shipping;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * An event as RFC 5424 has it: facility 13 (log audit), the entry's time, {@code ambit}, its kind as MSGID, no structured data, and its JSON
 * in ASCII as the message.
 */
final class SyslogMessage {
    /** Of the JSON, so that a message stays below the 8 KiB that rsyslog and syslog-ng take where nobody told them otherwise. */
    static final int MOST_CHARACTERS = 7900;

    private static final int LOG_AUDIT = 13;
    private static final int LONGEST_MSGID = 32;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private SyslogMessage() {}

    static byte[] of(Event event, String host) {
        String kind =
                event.kind().substring(0, Math.min(LONGEST_MSGID, event.kind().length()));
        String header = "<" + (LOG_AUDIT * 8 + event.severity().syslog()) + ">1 "
                + TIME.format(Instant.ofEpochMilli(event.atMs())) + " " + host + " ambit - " + kind + " - ";
        return (header + event.json(MOST_CHARACTERS)).getBytes(StandardCharsets.US_ASCII);
    }
}
