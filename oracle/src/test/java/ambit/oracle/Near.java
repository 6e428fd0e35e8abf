package ambit.oracle;

import ambit.decision.Conjunct;
import ambit.oracle.Case.Bool;
import ambit.oracle.Case.Condition;
import ambit.oracle.Case.Dec;
import ambit.oracle.Case.Different;
import ambit.oracle.Case.Empty;
import ambit.oracle.Case.Int;
import ambit.oracle.Case.Null;
import ambit.oracle.Case.Scalar;
import ambit.oracle.Case.Str;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Operands from a small world, and values that just satisfy a condition or just do not. */
final class Near {
    static final List<String> NAMES = List.of("a", "b", "ab", "*", "*", "~2", "a~1b", "~0", "**", "\u20ac");
    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "b",
            "ab",
            "abc",
            "/",
            "/a",
            "/a/b",
            "/a/b.py",
            "1",
            "-1",
            "0",
            "1.5",
            "true",
            "null",
            "\u00e9",
            "e\u0301",
            "\u20ac",
            "\ud83d\ude00",
            "a\u0000b",
            "A");
    private static final List<String> SEGMENTS = List.of("a", "b", "ab", "..a", "...", "a.", "\u20ac", ".a");
    private static final List<String> ODD_SEGMENTS = List.of("", ".", "..", "a\\b", "a\u0000", "\\");
    private static final List<String> GLOB_PARTS = List.of("*", "**", "?", "/", "a", "b", ".py", "a/", "\u20ac", "***");
    private static final List<String> LABELS = List.of("a", "b", "c", "x1", "a-b", "com", "xn--a");
    private static final List<String> ODD_LABELS =
            List.of("", "-a", "a-", "1", "a_b", "*", "a".repeat(64), "\u00e9", "1.2", "0x1");
    private static final List<String> ODD_ADDRESSES = List.of(
            "::",
            ":::",
            "1::2::3",
            "1:",
            ":1::2",
            "1:2:3:4:5:6:7::",
            "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8",
            "::2:3:4:5:6:7:8",
            "1:2:3:4::5:6:7:8",
            "1:2:3::5:6:7:8",
            "00001::",
            "1::00001",
            "12345::",
            "::0ffff:1.2.3.4",
            "::1.2.3.4",
            "1.2.3.4::",
            "::1.2.3",
            "::01.2.3.4",
            "1:2:3:4:5:6:1.2.3.4",
            "1:2:3:4:5:6:7:1.2.3.4",
            "::1.2.3.4:5",
            "fe80::1%1",
            "[::1]",
            "::ffff:0:0",
            "::ffff:0a00:0001",
            "0:0:0:0:0:ffff:10.0.0.1",
            "::g",
            "1.2.3",
            "1.2.3.256",
            "1.2.3.4.",
            "1.2.3.4.5",
            "0x1.2.3.4",
            "010.0.0.1",
            "10.0.0.1 ",
            "1",
            "::1.2.3.4.5",
            "::1.2.3.300",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7",
            "\u0661::",
            "::\u0661");
    private static final List<Long> INTEGERS = List.of(
            0L,
            1L,
            -1L,
            2L,
            9L,
            10L,
            99L,
            100L,
            -10L,
            Long.MAX_VALUE,
            Long.MAX_VALUE - 1,
            Long.MIN_VALUE,
            Long.MIN_VALUE + 1,
            1L << 32,
            1L << 53);

    private final SplittableRandom random;

    Near(SplittableRandom random) {
        this.random = random;
    }

    /** Once in so many times. */
    boolean rarely(int times) {
        return random.nextInt(times) == 0;
    }

    int oneOf(int... of) {
        return of[random.nextInt(of.length)];
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    long integer() {
        return rarely(3) ? pick(INTEGERS) : random.nextInt(-3, 12);
    }

    String text() {
        return rarely(6) ? pick(TEXTS) + pick(TEXTS) : pick(TEXTS);
    }

    /** A decimal string, up to the longest that may be an operand and a little beyond. */
    String decimal() {
        String digits = switch (random.nextInt(12)) {
            case 0 -> "1" + "0".repeat(random.nextInt(66));
            case 1 -> "9".repeat(1 + random.nextInt(66));
            case 2 -> Long.toString(random.nextLong(Long.MAX_VALUE));
            default -> Integer.toString(random.nextInt(13));
        };
        String fraction = switch (random.nextInt(6)) {
            case 0 -> "." + "0".repeat(1 + random.nextInt(3));
            case 1, 2 -> "." + random.nextInt(10);
            case 3 -> "." + random.nextInt(10) + "0";
            case 4 -> ".0" + random.nextInt(10);
            default -> "";
        };
        return (rarely(3) ? "-" : "") + digits + fraction;
    }

    String cleanPath() {
        StringBuilder path = new StringBuilder();
        for (int n = random.nextInt(4); n > 0; n--) {
            path.append('/').append(pick(SEGMENTS));
        }
        return path.isEmpty() ? "/" : path.toString();
    }

    String glob() {
        StringBuilder glob = new StringBuilder();
        for (int n = random.nextInt(5); n > 0; n--) {
            glob.append(pick(GLOB_PARTS));
        }
        return glob.toString();
    }

    String address() {
        if (rarely(10)) {
            return pick(ODD_ADDRESSES);
        }
        byte[] octets = new byte[rarely(2) ? 4 : 16];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) (rarely(3) ? oneOf(0, 1, 10, 127, 128, 255) : octets.length == 16 ? 0 : oneOf(10, 0, 1));
        }
        return spelled(octets);
    }

    /** One of the ways to write an address, mostly a right one. */
    private String spelled(byte[] octets) {
        if (octets.length == 4) {
            String dotted = dotted(octets, 0);
            return rarely(8) ? "::ffff:" + dotted : dotted;
        }
        StringBuilder groups = new StringBuilder();
        for (int i = 0; i < 12; i += 2) {
            groups.append(group(octets, i)).append(':');
        }
        groups.append(rarely(4) ? dotted(octets, 12) : group(octets, 12) + ":" + group(octets, 14));
        String whole = groups.toString();
        String shorter = rarely(3) ? whole : whole.replaceFirst("(^|:)(?:0{1,4}(:|$))+", "::");
        return rarely(2) ? shorter.toUpperCase(Locale.ROOT) : shorter;
    }

    private String group(byte[] octets, int i) {
        String hex = Integer.toHexString(((octets[i] & 255) << 8) | (octets[i + 1] & 255));
        return rarely(6) ? "0".repeat(4 - hex.length()) + hex : hex;
    }

    private static String dotted(byte[] octets, int from) {
        return "%d.%d.%d.%d"
                .formatted(octets[from] & 255, octets[from + 1] & 255, octets[from + 2] & 255, octets[from + 3] & 255);
    }

    /** A network whose other bits are 0; now and then something like one. */
    String network() {
        byte[] octets = new byte[rarely(2) ? 4 : 16];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) oneOf(0, 1, 10, 128, 255);
        }
        if (octets.length == 16 && rarely(3)) {
            java.util.Arrays.fill(octets, 0, 10, (byte) 0);
            octets[10] = octets[11] = -1;
        }
        int bits = random.nextInt(8 * octets.length + 1);
        int zeroFrom = rarely(20) ? Math.min(bits + 1, 8 * octets.length) : bits;
        for (int bit = zeroFrom; bit < 8 * octets.length; bit++) {
            octets[bit / 8] &= (byte) ~(128 >> bit % 8);
        }
        return spelled(octets) + "/" + (rarely(20) ? "0" + bits : bits);
    }

    String hostPattern() {
        return (rarely(2) ? "*." : "") + host();
    }

    private String host() {
        StringBuilder host = new StringBuilder(label());
        for (int n = random.nextInt(3); n > 0; n--) {
            host.append('.').append(label());
        }
        return host.toString();
    }

    private String label() {
        return rarely(25) ? pick(ODD_LABELS) : rarely(40) ? "a".repeat(63) : pick(LABELS);
    }

    String urlPattern() {
        StringBuilder url = new StringBuilder(rarely(2) ? "http://" : "https://");
        url.append(rarely(4) ? "10.0.0.1" : hostPattern());
        url.append(port());
        for (int n = random.nextInt(3); n > 0; n--) {
            url.append('/')
                    .append(
                            rarely(12)
                                    ? pick(List.of("..", "", ".", "%2e", "%41", "a;b", "%"))
                                    : pick(List.of("a", "b", "ab")));
        }
        return rarely(6) ? url + "/" : url.toString();
    }

    private String port() {
        return switch (random.nextInt(6)) {
            case 0 -> ":80";
            case 1 -> ":443";
            case 2 -> rarely(3) ? pick(List.of(":", ":0", ":65535", ":65536", ":99999", ":080", ":123456")) : ":8080";
            default -> "";
        };
    }

    /** How many elements the list at the condition's path gets. */
    int elements(Condition condition) {
        return condition.kind() == Conjunct.MAX_LENGTH
                        && !condition.operands().isEmpty()
                        && condition.operands().getFirst() instanceof Int(long most)
                        && most > -2
                        && most < 6
                ? (int) Math.max(0, most + random.nextInt(-1, 2))
                : random.nextInt(4);
    }

    /** Something that satisfies the condition, or almost does. */
    Scalar value(Condition condition) {
        if (rarely(12) || condition.operands().isEmpty()) {
            return anything();
        }
        Scalar operand = pick(condition.operands());
        return switch (condition.kind()) {
            case Conjunct.MIN, Conjunct.MAX -> number(operand);
            case Conjunct.MAX_LENGTH ->
                operand instanceof Int(long most) && most > -2 && most < 8 ? ofLength(most) : anything();
            case Conjunct.PREFIX -> operand instanceof Str(String prefix) ? new Str(extended(prefix)) : anything();
            case Conjunct.GLOB -> operand instanceof Str(String glob) ? new Str(matching(glob)) : anything();
            case Conjunct.UNDER ->
                operand instanceof Str(String base) && base.startsWith("/") ? new Str(below(base)) : anything();
            case Conjunct.CIDR -> operand instanceof Str(String network) ? new Str(inside(network)) : anything();
            case Conjunct.HOST -> operand instanceof Str(String pattern) ? new Str(named(pattern)) : anything();
            case Conjunct.URL ->
                operand instanceof Str(String url) && url.contains("//") ? new Str(located(url)) : anything();
            default -> alike(operand);
        };
    }

    private Scalar anything() {
        return switch (random.nextInt(9)) {
            case 0 -> new Null();
            case 1 -> new Bool(random.nextBoolean());
            case 2 -> new Empty();
            case 3 -> new Dec(new BigDecimal(decimal()).toPlainString());
            case 4 -> new Int(integer());
            case 5 -> new Str(decimal());
            case 6 -> new Str(address());
            default -> new Str(text());
        };
    }

    /** The operand as a value, or its like in another type. */
    private Scalar alike(Scalar operand) {
        boolean same = !rarely(4);
        return switch (operand) {
            case Int(long n)
            when !same ->
                switch (random.nextInt(3)) {
                    case 0 -> new Str(Long.toString(n));
                    case 1 -> new Dec(Long.toString(n));
                    default -> new Int(n + (n < 0 ? 1 : -1));
                };
            case Bool(boolean yes) when !same -> rarely(2) ? new Bool(!yes) : new Int(yes ? 1 : 0);
            case Null _ when !same -> rarely(2) ? new Int(0) : new Str("");
            case Str(String text) when !same -> new Str(extended(text));
            case Different _ -> rarely(2) ? new Empty() : new Dec("7");
            default -> operand;
        };
    }

    /** The bound itself, one step to either side, and the same number in other spellings. */
    private Scalar number(Scalar bound) {
        String plain = bound instanceof Int(long n) ? Long.toString(n) : bound instanceof Str(String text) ? text : "0";
        if (!plain.matches("-?[0-9]+([.][0-9]+)?")) {
            return anything();
        }
        BigDecimal number = new BigDecimal(plain);
        BigDecimal moved = switch (random.nextInt(6)) {
            case 0 -> number.add(number.ulp());
            case 1 -> number.subtract(number.ulp());
            case 2 -> number.negate();
            case 3 -> number.setScale(number.scale() + 1 + random.nextInt(2));
            case 4 -> number.add(BigDecimal.ONE.movePointLeft(number.scale() + random.nextInt(3)));
            default -> number;
        };
        String text = moved.signum() == 0 && rarely(3) ? "-" + moved.toPlainString() : moved.toPlainString();
        boolean fits = moved.scale() == 0 && new BigInteger(moved.toPlainString()).bitLength() < 64;
        return switch (random.nextInt(5)) {
            case 0 -> new Str(rarely(4) ? pick(List.of("0", "+", " ", "--", ".")) + text : text);
            case 1 -> new Str(rarely(4) ? text + pick(List.of(".", "e1", " ", ".0.0", "\u0661")) : text);
            case 2 -> new Dec(text);
            default -> fits ? new Int(moved.longValueExact()) : new Dec(text);
        };
    }

    private Scalar ofLength(long most) {
        StringBuilder text = new StringBuilder();
        for (long n = Math.max(0, most + random.nextInt(-1, 2)); n > 0; n--) {
            text.append(pick(List.of("a", "\u00e9", "\u00ff", "\u20ac", "\ud83d\ude00")));
        }
        return rarely(6) ? anything() : new Str(text.toString());
    }

    private String extended(String text) {
        int cut = text.isEmpty() ? 0 : text.offsetByCodePoints(text.length(), -1);
        return switch (random.nextInt(6)) {
            case 0 -> text.substring(0, cut);
            case 1 -> text.substring(0, cut) + pick(TEXTS);
            case 2 -> text;
            case 3 -> pick(TEXTS) + text;
            default -> text + pick(TEXTS);
        };
    }

    private String matching(String glob) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            boolean two = glob.startsWith("**", i);
            switch (glob.charAt(i)) {
                case '*' ->
                    text.append(
                            two && rarely(2)
                                    ? pick(List.of("a/b", "/", "//"))
                                    : pick(List.of("", "a", "ab", "b.py", "\u20ac")));
                case '?' -> text.append(pick(List.of("a", "b", "/", ".", "\u20ac")));
                default -> text.append(glob.charAt(i));
            }
            i += two ? 1 : 0;
        }
        if (rarely(400)) {
            int filling = 4096
                    + random.nextInt(-1, 2)
                    - text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            return text + "a".repeat(Math.max(0, filling));
        }
        return rarely(4) ? extended(text.toString()) : text.toString();
    }

    private String below(String base) {
        String root = base.equals("/") ? "" : base;
        String segment = rarely(5) ? pick(ODD_SEGMENTS) : pick(SEGMENTS);
        return switch (random.nextInt(9)) {
            case 0 -> base;
            case 1 -> base + "x";
            case 2 -> base + "/";
            case 3 -> root + "/../" + segment;
            case 4 -> root.isEmpty() ? "" : root.substring(0, root.lastIndexOf('/'));
            case 5 -> base.substring(1) + "/" + segment;
            case 6 -> "/" + segment + root;
            default -> root + "/" + segment + (rarely(2) ? "/" + pick(SEGMENTS) : "");
        };
    }

    /** An address at either side of the border of a network. */
    private String inside(String network) {
        int slash = network.indexOf('/');
        String spelled = slash < 0 ? network : network.substring(0, slash);
        if (!network.matches("[0-9.]+/[0-9]{1,2}")) {
            return rarely(2) ? address() : spelled.replaceFirst("0$", "1");
        }
        long bits = Long.parseLong(network.substring(slash + 1));
        long base = 0;
        for (String octet : spelled.split("[.]", -1)) {
            base = base << 8 | Long.parseLong(octet);
        }
        long size = 1L << (32 - bits);
        long address = base + pick(List.of(0L, -1L, size, size - 1, size / 2)) & 0xffffffffL;
        byte[] octets = {(byte) (address >> 24), (byte) (address >> 16), (byte) (address >> 8), (byte) address};
        return rarely(15) ? "0" + spelled(octets) : spelled(octets);
    }

    private String named(String pattern) {
        String name = pattern.startsWith("*.") ? pattern.substring(2) : pattern;
        String host = switch (random.nextInt(8)) {
            case 0, 1 -> name;
            case 2, 3 -> label() + "." + name;
            case 4 -> label() + "." + label() + "." + name;
            case 5 -> "x" + name;
            case 6 -> rarely(3) ? "a.".repeat(random.nextInt(120, 128)) + name : name.substring(name.indexOf('.') + 1);
            default -> rarely(2) ? pattern : name + pick(List.of(".", ".b", " ", ":80"));
        };
        return rarely(3) ? host.toUpperCase(Locale.ROOT) : host;
    }

    private String located(String pattern) {
        int at = pattern.indexOf("//") + 2;
        int slash = pattern.indexOf('/', at) < 0 ? pattern.length() : pattern.indexOf('/', at);
        String authority = pattern.substring(at, slash);
        int colon = authority.indexOf(':') < 0 ? authority.length() : authority.indexOf(':');
        String host = rarely(3) || authority.startsWith("*.")
                ? named(authority.substring(0, colon))
                : authority.substring(0, colon);
        String scheme = rarely(10)
                ? pick(List.of("http://", "https://", "HTTP://", "ftp://", "http:/", ""))
                : pattern.substring(0, Math.min(at, pattern.length()));
        String port = rarely(6) ? port() : authority.substring(colon);
        String user = rarely(30) ? "a@" : "";
        String path = pattern.substring(slash);
        String further = switch (random.nextInt(10)) {
            case 0 -> "/";
            case 1 -> "x";
            case 2 -> "/../a";
            case 3 -> "/%2E%2e/a";
            case 4 ->
                "/"
                        + pick(List.of(
                                "%41", "%2f", "%5C", "%25", "%00", "%", "%4", "\\", "a b", "~", "a;b=c@d", "\u20ac"));
            case 5, 6 -> "/ab";
            default -> "";
        };
        String query = rarely(5)
                ? pick(List.of("?", "?a=b/../c", "#", "#a", "?a#b", "#a?b", "?a b", "?<", "#a#b", "?\\", "?%"))
                : "";
        if (rarely(300)) {
            int filling =
                    2048 + random.nextInt(-1, 2) - (scheme + user + host + port + path + further + query).length();
            further += "/" + "a".repeat(Math.max(1, filling - 1));
        }
        return scheme + user + host + port + path + further + query;
    }
}
