package ambit.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The readings of docs/constraints.md once more, character by character instead of by regular expressions. */
final class Readings {
    private Readings() {}

    /** The 16 bytes of an address, IPv4 mapped into IPv6. */
    static Optional<byte[]> address(String text) {
        if (text.indexOf(':') < 0) {
            return dotted(text).map(four -> {
                byte[] mapped = new byte[16];
                mapped[10] = -1;
                mapped[11] = -1;
                System.arraycopy(four, 0, mapped, 12, 4);
                return mapped;
            });
        }
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text).filter(all -> all.length == 16);
        }
        String after = text.substring(gap + 2);
        if (after.contains("::") || after.startsWith(":")) {
            return Optional.empty();
        }
        Optional<byte[]> left = gap == 0 ? Optional.of(new byte[0]) : plainGroups(text.substring(0, gap));
        Optional<byte[]> right = after.isEmpty() ? Optional.of(new byte[0]) : groups(after);
        if (left.isEmpty() || right.isEmpty() || left.get().length + right.get().length > 14) {
            return Optional.empty();
        }
        byte[] address = Arrays.copyOf(left.get(), 16);
        System.arraycopy(right.get(), 0, address, 16 - right.get().length, right.get().length);
        return Optional.of(address);
    }

    /** Groups of which the last may be an IPv4 address. */
    private static Optional<byte[]> groups(String text) {
        int last = text.lastIndexOf(':') + 1;
        if (text.indexOf('.') < 0) {
            return plainGroups(text);
        }
        Optional<byte[]> four = dotted(text.substring(last));
        Optional<byte[]> before = last == 0 ? Optional.of(new byte[0]) : plainGroups(text.substring(0, last - 1));
        return four.flatMap(end -> before.map(start -> {
            byte[] both = Arrays.copyOf(start, start.length + 4);
            System.arraycopy(end, 0, both, start.length, 4);
            return both;
        }));
    }

    private static Optional<byte[]> plainGroups(String text) {
        List<String> groups = split(text, ':');
        byte[] bytes = new byte[2 * groups.size()];
        for (int i = 0; i < groups.size(); i++) {
            String group = groups.get(i);
            if (group.isEmpty() || group.length() > 4 || !all(group, "0123456789abcdefABCDEF")) {
                return Optional.empty();
            }
            int value = Integer.parseInt(group, 16);
            bytes[2 * i] = (byte) (value >> 8);
            bytes[2 * i + 1] = (byte) value;
        }
        return Optional.of(bytes);
    }

    private static Optional<byte[]> dotted(String text) {
        List<String> parts = split(text, '.');
        byte[] bytes = new byte[4];
        if (parts.size() != 4) {
            return Optional.empty();
        }
        for (int i = 0; i < 4; i++) {
            String part = parts.get(i);
            boolean plain = !part.isEmpty()
                    && part.length() <= 3
                    && all(part, "0123456789")
                    && (part.length() == 1 || part.charAt(0) != '0');
            if (!plain || Integer.parseInt(part) > 255) {
                return Optional.empty();
            }
            bytes[i] = (byte) Integer.parseInt(part);
        }
        return Optional.of(bytes);
    }

    /** The name of a host in lower case. */
    static Optional<String> host(String text) {
        List<String> labels = split(text, '.');
        for (String label : labels) {
            if (label.isEmpty() || label.length() > 63 || !all(label, LETTERS + DIGITS + "-")) {
                return Optional.empty();
            }
            if (label.startsWith("-") || label.endsWith("-")) {
                return Optional.empty();
            }
        }
        boolean named = labels.getLast().chars().anyMatch(c -> LETTERS.indexOf(c) >= 0);
        return named && text.length() <= 253 ? Optional.of(text.toLowerCase(Locale.ROOT)) : Optional.empty();
    }

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String DIGITS = "0123456789";

    /** {@code scheme:port//host/path}. */
    static Optional<String> url(String text) {
        String scheme = text.startsWith("https://") ? "https" : text.startsWith("http://") ? "http" : "";
        if (scheme.isEmpty() || text.length() > 2048) {
            return Optional.empty();
        }
        String rest = text.substring(scheme.length() + 3);
        int fragment = rest.indexOf('#');
        int query =
                fragment < 0 ? rest.indexOf('?') : rest.substring(0, fragment).indexOf('?');
        int end = query >= 0 ? query : fragment >= 0 ? fragment : rest.length();
        if (!harmless(rest.substring(end), fragment < 0 ? -1 : fragment - end)) {
            return Optional.empty();
        }
        int slash = rest.substring(0, end).indexOf('/');
        String place = rest.substring(0, slash < 0 ? end : slash);
        String path = slash < 0 ? "/" : rest.substring(slash, end);
        int colon = place.indexOf(':');
        String port = colon < 0 ? scheme.equals("http") ? "80" : "443" : place.substring(colon + 1);
        String named = colon < 0 ? place : place.substring(0, colon);
        Optional<String> host = dotted(named).isPresent() ? Optional.of(named) : host(named);
        boolean plainPort = !port.isEmpty()
                && port.length() <= 5
                && all(port, DIGITS)
                && port.charAt(0) != '0'
                && Integer.parseInt(port) <= 65_535;
        return plainPort && host.isPresent()
                ? path(path).map(clean -> scheme + ":" + port + "//" + host.get() + clean)
                : Optional.empty();
    }

    /** Query and fragment: visible ASCII without the characters that some programs end a URL at. */
    private static boolean harmless(String tail, int fragment) {
        for (int i = 0; i < tail.length(); i++) {
            char c = tail.charAt(i);
            if (c < '!' || c > '~' || c == '<' || c == '>' || c == '\\' || (c == '#' && i != fragment)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<String> path(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '%') {
                String octet = path.length() < i + 3 ? "" : path.substring(i + 1, i + 3);
                if (octet.isEmpty() || !all(octet, "0123456789abcdefABCDEF")) {
                    return Optional.empty();
                }
                if (List.of(0x2e, 0x2f, 0x25, 0x5c, 0).contains(Integer.parseInt(octet, 16))) {
                    return Optional.empty();
                }
            } else if ((LETTERS + DIGITS + "/._~!$&'()*+,;=:@-").indexOf(path.charAt(i)) < 0) {
                return Optional.empty();
            }
        }
        if (path.equals("/")) {
            return Optional.of(path);
        }
        String clean = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        boolean odd = split(clean.substring(1), '/').stream()
                .anyMatch(segment -> segment.isEmpty() || segment.equals(".") || segment.equals(".."));
        return odd ? Optional.empty() : Optional.of(clean);
    }

    private static boolean all(String text, String of) {
        return text.chars().allMatch(c -> of.indexOf(c) >= 0);
    }

    private static List<String> split(String text, char at) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int i = text.indexOf(at); i >= 0; i = text.indexOf(at, start)) {
            parts.add(text.substring(start, i));
            start = i + 1;
        }
        parts.add(text.substring(start));
        return parts;
    }
}
