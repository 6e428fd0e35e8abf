package ambit.drivers.redaction;

import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules that a policy can name, and those of its own. */
final class Rules {
    /** Forms by which secrets can be told from anything else. */
    private static final List<Shape> SECRETS = List.of(
            Shape.anywhere(
                    "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?s:.)*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\\z)",
                    "PRIVATE KEY-----"),
            Shape.anywhere("eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*", "eyJ"),
            Shape.apart("(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}", "AKIA", "ASIA", "ABIA", "ACCA"),
            Shape.anywhere(
                    "(?i:aws_?secret_?access_?key)[\"' ]{0,3}[=:][\"' ]{0,3}[A-Za-z0-9/+]{40}",
                    "secret",
                    "Secret",
                    "SECRET"),
            Shape.apart("gh[opsur]_[A-Za-z0-9]{36,}", "ghp_", "gho_", "ghs_", "ghu_", "ghr_"),
            Shape.apart("github_pat_[A-Za-z0-9_]{22,}", "github_pat_"),
            Shape.apart("glpat-[A-Za-z0-9_-]{20,}", "glpat-"),
            Shape.apart("xox[a-z]-[A-Za-z0-9-]{10,}", "xox"),
            Shape.apart("xapp-[A-Za-z0-9-]{10,}", "xapp-"),
            Shape.anywhere("hooks\\.slack\\.com/services/[A-Za-z0-9/_-]{20,}", "hooks.slack.com"),
            Shape.apart("sk-[A-Za-z0-9_-]{20,}", "sk-"),
            Shape.apart("[rs]k_(?:live|test)_[A-Za-z0-9]{16,}", "k_live_", "k_test_"),
            Shape.apart("AIza[A-Za-z0-9_-]{35}", "AIza"),
            Shape.apart("npm_[A-Za-z0-9]{36}", "npm_"),
            Shape.anywhere("(?i:bearer) {1,4}[A-Za-z0-9._~+/=-]{20,}", "earer", "EARER"));

    private static final Shape EMAILS = Shape.anywhere(
            "[\\pL\\pN._%+'-]{1,64}(?:@|%40)(?:[\\pL\\pN](?:[\\pL\\pN-]{0,62})\\.){1,8}\\pL{2,24}", "@", "%40");

    /** With the country's number, or as the North American plan writes them; anything else could be any number. */
    private static final Rule.Finder PHONES = Shape.any(List.of(
            Shape.apart("\\+[1-9](?:[ ./()-]{0,2}[0-9]){6,14}", "+"),
            Shape.apart("(?:\\([2-9][0-9]{2}\\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}")));

    private Rules() {}

    /** In the order in which they are applied. */
    static List<Rule> of(Set<Redaction.Kind> kinds, Map<String, String> patterns, Collection<String> secrets) {
        List<Rule> rules = new ArrayList<>();
        List<String> known = List.copyOf(secrets);
        rules.add(new Rule("credential", text -> literally(text, known)));
        for (Redaction.Kind kind : Redaction.Kind.values()) {
            if (kinds.contains(kind)) {
                rules.add(
                        switch (kind) {
                            case SECRETS -> new Rule("secret", Shape.any(SECRETS));
                            case IBANS -> new Rule("iban", CheckedNumbers::ibans);
                            case CARDS -> new Rule("card", CheckedNumbers::cards, true);
                            case EMAILS -> new Rule("email", EMAILS);
                            case PHONES -> new Rule("phone", PHONES);
                        });
            }
        }
        patterns.forEach((name, pattern) -> rules.add(new Rule(name, custom(name, pattern))));
        return List.copyOf(rules);
    }

    private static Shape custom(String name, String pattern) {
        try {
            return Shape.anywhere(pattern);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "the pattern '" + name + "' for redaction cannot be used: " + e.getDescription(), e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("the pattern '" + name + "' for redaction repeats too much", e);
        }
    }

    private static List<Span> literally(String text, List<String> secrets) {
        Union found = new Union();
        for (String secret : secrets) {
            for (int at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length())) {
                found.add(new Span(at, at + secret.length()));
            }
        }
        return found.inOrder();
    }
}
