package ambit.attacks.leak;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Names that some store or other takes for another one's. */
final class Spellings {
    private static final List<String> PREFIXES = List.of(
            "/",
            "../",
            "../../",
            "./",
            "//",
            "user/notes/../../",
            "user/notes/../../../",
            "/acme/alice/../",
            "~/",
            "%2e%2e/",
            "%2e%2e%2f",
            "%252e%252e%252f",
            "..\\",
            "..%c0%af",
            "\u2025/",
            "\uff0e\uff0e/",
            "..;/",
            "user/notes/..%00/",
            "inherited/",
            "inherited/../",
            "file:///",
            "user/",
            "tenant/",
            "own/",
            "user/notes/%2e%2e/%2e%2e/");

    private Spellings() {}

    /** Another spelling of a name. */
    static String of(String name, Random random) {
        String spelled = name;
        for (int i = random.nextInt(3); i >= 0; i--) {
            spelled = once(spelled, random);
        }
        return spelled;
    }

    private static String once(String name, Random random) {
        int at = name.isEmpty() ? 0 : random.nextInt(name.length());
        return switch (random.nextInt(16)) {
            case 0 -> name.toUpperCase(Locale.ROOT);
            case 1 -> inserted(name, at, "\u0000");
            case 2 -> name + "\u0000.txt";
            case 3 -> inserted(name, at, "\u200b");
            case 4 -> inserted(name, at, "\u00ad");
            case 5 -> name.replace('a', '\u0430').replace('o', '\u043e').replace('e', '\u0435');
            case 6 -> name.replace("/", "\uff0f").replace(".", "\uff0e");
            case 7 -> URLEncoder.encode(name, StandardCharsets.UTF_8);
            case 8 -> name.replace("/", "%2f");
            case 9 -> Normalizer.normalize(name.replace("o", "o\u0301"), Normalizer.Form.NFD);
            case 10 -> name.replace("o", "\u00f6").replace("i", "\u0131");
            case 11 -> name.replace("/", "//");
            case 12 -> name.replace("/", "\\");
            case 13 -> inserted(name, at, "./../" + "x/../");
            case 14 -> inserted(name, at, "\u202e");
            default -> PREFIXES.get(random.nextInt(PREFIXES.size())) + name;
        };
    }

    private static String inserted(String name, int at, String what) {
        return name.substring(0, at) + what + name.substring(at);
    }

    /** Where a store that knows tenants and users by path would have somebody's key. */
    static String absolute(String tenant, String user, String key, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> "/" + tenant + "/" + user + "/" + key;
            case 1 -> tenant + "/" + user + "/" + key;
            case 2 -> "../" + user + "/" + key;
            case 3 -> "../../" + tenant + "/" + user + "/" + key;
            case 4 -> "user/" + user + "/" + key;
            default -> "user/notes/../../../" + user + "/" + key;
        };
    }
}
