package ambit.authority;

import ambit.decision.Texts;
import ambit.wire.Blob;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a text says when it is read as an address, a host or a URL, in the one form in which the decision kernel compares them. Each reading
 * is strict: what programs read in different ways has no reading, {@link Blob#EMPTY}, and so lies nowhere.
 */
final class Places {
    private static final String OCTET = "(?:0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";
    private static final String DOTTED = OCTET + "(?:\\." + OCTET + "){3}";
    private static final Pattern ADDRESS =
            Pattern.compile(DOTTED + "|(?=[^:]*:[^:]*:)(?!.*[0-9A-Fa-f]{5})[0-9A-Fa-f:]*(?:(?<=:)" + DOTTED + ")?");
    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    /** The last label of a name has a letter, so that no way to write an address is a name. */
    private static final String NAME = "(?:" + LABEL + "\\.)*(?=[0-9-]*[A-Za-z])" + LABEL;

    private static final Pattern HOST = Pattern.compile(NAME);
    private static final Pattern HOST_PATTERN = Pattern.compile("(?:\\*\\.)?" + NAME);
    /** Repeats one class and no group: Java's matcher takes stack for each turn of a group. */
    private static final String PATH = "(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?";

    private static final String URL_START = "(?<scheme>https?)://(?=[^/:?#]{1,253}(?:[/:?#]|\\z))(?<host>" + "%s" + "|"
            + DOTTED + ")(?::(?<port>[1-9][0-9]{0,4}))?";
    private static final Pattern URL = Pattern.compile(
            URL_START.formatted(NAME) + "(?<path>" + PATH + ")(?:\\?[!-~&&[^#<>\\\\]]*)?(?:#[!-~&&[^#<>\\\\]]*)?");
    private static final Pattern URL_PATTERN =
            Pattern.compile(URL_START.formatted("(?:\\*\\.)?" + NAME) + "(?<path>" + PATH + ")");
    /** What is no escape, and those that some programs undo before they look at the path: . / \\ % and NUL. */
    private static final Pattern AMBIGUOUS = Pattern.compile("%(?:2[eEfF5]|5[cC]|00|(?![0-9A-Fa-f]{2}))");

    private static final Pattern NETWORK = Pattern.compile("(?<address>[^/]+)/(?<bits>0|[1-9][0-9]{0,2})");
    private static final Pattern DECIMAL = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?");
    private static final int LONGEST = 2048;
    private static final int LONGEST_HOST = 253;
    private static final int HIGHEST_PORT = 65_535;

    /** A network's address, 16 bytes, and how many of its bits count. */
    record Network(Blob address, int bits) {}

    private Places() {}

    /** The 16 bytes of an IPv6 address (RFC 4291 §2.2, without a zone) or, mapped into IPv6, of an IPv4 address in dotted decimal. */
    static Blob address(String text) {
        if (text.length() > 45 || !ADDRESS.matcher(text).matches()) {
            return Blob.EMPTY;
        }
        try {
            byte[] bytes = InetAddress.ofLiteral(text).getAddress();
            if (bytes.length == 16) {
                return Blob.of(bytes);
            }
            byte[] mapped = new byte[16];
            Arrays.fill(mapped, 10, 12, (byte) 0xff);
            System.arraycopy(bytes, 0, mapped, 12, 4);
            return Blob.of(mapped);
        } catch (IllegalArgumentException e) {
            return Blob.EMPTY;
        }
    }

    /** A network such as {@code 10.0.0.0/8}: bits beyond its length are zero. {@link Blob#EMPTY} as its address where it is none. */
    static Network network(String text) {
        Matcher matcher = NETWORK.matcher(text);
        Blob address = matcher.matches() ? address(matcher.group("address")) : Blob.EMPTY;
        if (address.isEmpty()) {
            return new Network(Blob.EMPTY, 0);
        }
        int most = matcher.group("address").contains(":") ? 128 : 32;
        int bits = Integer.parseInt(matcher.group("bits")) + 128 - most;
        byte[] bytes = address.toArray();
        boolean rest = false;
        for (int bit = bits; bit < 128; bit++) {
            rest |= (bytes[bit / 8] >> (7 - bit % 8) & 1) == 1;
        }
        return bits > 128 || rest ? new Network(Blob.EMPTY, 0) : new Network(address, bits);
    }

    /** A host's name (RFC 1123 §2.1) in lower case. */
    static Blob host(String text) {
        return named(HOST, text);
    }

    /** Such a name, or {@code *.} and one: every host below it. */
    static Blob hostPattern(String text) {
        return named(HOST_PATTERN, text);
    }

    private static Blob named(Pattern pattern, String text) {
        return text.length() <= LONGEST_HOST && pattern.matcher(text).matches()
                ? Blob.utf8(text.toLowerCase(Locale.ROOT))
                : Blob.EMPTY;
    }

    /** {@code scheme:port//host/path} of an http or https URL (RFC 3986) without user; its query and fragment do not count. */
    static Blob url(String text) {
        return located(URL, text);
    }

    /** The same of a URL without query and fragment, whose host may be a {@linkplain #hostPattern pattern}. */
    static Blob urlPattern(String text) {
        return located(URL_PATTERN, text);
    }

    private static Blob located(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (text.length() > LONGEST
                || !text.startsWith("http")
                || !matcher.matches()
                || AMBIGUOUS.matcher(matcher.group("path")).find()) {
            return Blob.EMPTY;
        }
        String scheme = matcher.group("scheme");
        String port = matcher.group("port") != null ? matcher.group("port") : scheme.equals("http") ? "80" : "443";
        String host = matcher.group("host");
        String path = matcher.group("path");
        // Without its last slash, "//" would be clean.
        if (Integer.parseInt(port) > HIGHEST_PORT || host.length() > LONGEST_HOST || path.contains("//")) {
            return Blob.EMPTY;
        }
        String clean = path.isEmpty()
                ? "/"
                : path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (!Texts.isCleanPath(clean.getBytes(StandardCharsets.UTF_8))) {
            return Blob.EMPTY;
        }
        return Blob.utf8(scheme + ":" + port + "//" + host.toLowerCase(Locale.ROOT) + clean);
    }

    /** Whether this spells a number that can be a bound: plain digits, perhaps with a minus and a point. */
    static boolean isDecimal(String text) {
        return text.length() <= 64 && DECIMAL.matcher(text).matches();
    }

    /** A JSON number as plain digits. */
    static String plain(String number) {
        return new BigDecimal(number).toPlainString();
    }
}
