package ambit.drivers;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * Hosts of the public web, by what they are called. Who fetches from an address stands where the model server does: names of that
 * machine, of its network, and numbers in spellings that only some programs understand, are none. What a name of the public web
 * resolves to is not looked at.
 */
final class PublicHost {
    /** A number for some programs: {@code 2130706433}, {@code 0x7f.1}, {@code 127.1}. */
    private static final Pattern NUMBER = Pattern.compile("(0x[0-9a-f]*|[0-9]+)(\\.(0x[0-9a-f]*|[0-9]+))*");

    private static final Pattern PLAIN_IPV4 = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    private static final Pattern LOCAL = Pattern.compile(
            ".*\\.(localhost|localdomain|local|internal|intranet|private|svc|lan|home|corp|home\\.arpa)");

    private PublicHost() {}

    /** @param host in lower case, without a dot at its end */
    static boolean is(String host) {
        boolean literal = host.startsWith("[") || PLAIN_IPV4.matcher(host).matches();
        if (literal) {
            return isPublic(host);
        }
        return host.indexOf('.') > 0
                && !NUMBER.matcher(host).matches()
                && !LOCAL.matcher(host).matches();
    }

    private static boolean isPublic(String literal) {
        try {
            return Reach.isPublic(InetAddress.ofLiteral(literal.replaceAll("[\\[\\]]", "")));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
