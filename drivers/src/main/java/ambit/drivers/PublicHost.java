package ambit.drivers;

import java.net.Inet6Address;
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
    private static final Pattern LOCAL =
            Pattern.compile(".*\\.(localhost|local|internal|intranet|lan|home|corp|home\\.arpa)");

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
            InetAddress address = InetAddress.ofLiteral(literal.replaceAll("[\\[\\]]", ""));
            byte[] bytes = address.getAddress();
            boolean shared = bytes.length == 4
                    && ((bytes[0] & 0xff) == 0
                            || ((bytes[0] & 0xff) == 100 && (bytes[1] & 0xc0) == 64)
                            || (bytes[0] & 0xff) >= 224);
            // of IPv6 what is given out for the web, without the parts of it that lead to IPv4 (NAT64, 6to4, Teredo)
            boolean elsewhere = address instanceof Inet6Address
                    && ((bytes[0] & 0xe0) != 0x20
                            || (bytes[0] == 0x20 && bytes[1] == 0x02)
                            || (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0 && bytes[3] == 0));
            return !shared
                    && !elsewhere
                    && !address.isLoopbackAddress()
                    && !address.isAnyLocalAddress()
                    && !address.isLinkLocalAddress()
                    && !address.isSiteLocalAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
