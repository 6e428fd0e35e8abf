package ambit.broker;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;

/** The MCP sessions at one door. Their ids say nothing about a context and open nothing at any other door. */
final class McpSessions {
    /** The oldest one ends when a guest opens more. */
    private static final int MAX_SESSIONS = 64;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Set<String> live = new LinkedHashSet<>();

    synchronized String open() {
        byte[] id = new byte[16];
        RANDOM.nextBytes(id);
        String session = HexFormat.of().formatHex(id);
        if (live.size() == MAX_SESSIONS) {
            live.remove(live.iterator().next());
        }
        live.add(session);
        return session;
    }

    synchronized boolean isLive(String session) {
        return live.contains(session);
    }

    synchronized boolean end(String session) {
        return live.remove(session);
    }
}
