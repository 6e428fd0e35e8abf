package ambit.drivers.redaction;

import java.util.ArrayList;
import java.util.List;

/** Finds numbers that carry a check of their own: those of payment cards (Luhn, ISO/IEC 7812-1) and IBANs (mod 97, ISO 13616). */
final class CheckedNumbers {
    private static final int SHORTEST_CARD = 13;
    private static final int LONGEST_CARD = 19;
    private static final int SHORTEST_IBAN = 15;
    private static final int LONGEST_IBAN = 34;

    /** Where something that begins here ends, or -1. */
    private interface End {
        int of(String text, int from);
    }

    private CheckedNumbers() {}

    static List<Span> cards(String text) {
        return find(text, CheckedNumbers::cardEnd);
    }

    static List<Span> ibans(String text) {
        return find(text, CheckedNumbers::ibanEnd);
    }

    private static List<Span> find(String text, End end) {
        List<Span> found = new ArrayList<>();
        for (int at = 0; at < text.length(); at++) {
            boolean begins = at == 0 || !Shape.isOfWord(text.charAt(at - 1));
            int to = begins ? end.of(text, at) : -1;
            if (to > 0) {
                found.add(new Span(at, to));
                at = to - 1;
            }
        }
        return found;
    }

    /** The longest that passes: digits, single blanks or hyphens between them. */
    private static int cardEnd(String text, int from) {
        if (!isDigit(text, from) || isFraction(text, from)) {
            return -1;
        }
        StringBuilder digits = new StringBuilder();
        int end = -1;
        int at = from;
        while (digits.length() < LONGEST_CARD && at < text.length()) {
            if (isDigit(text, at)) {
                digits.append(text.charAt(at));
                at++;
                if (digits.length() >= SHORTEST_CARD && ends(text, at) && isCard(digits)) {
                    end = at;
                }
            } else if (isSeparator(text.charAt(at)) && isDigit(text, at + 1)) {
                at++;
            } else {
                break;
            }
        }
        return end;
    }

    private static boolean isFraction(String text, int from) {
        return from > 1 && text.charAt(from - 1) == '.' && isDigit(text, from - 2);
    }

    /** First digits that payment cards have, and the check digit. */
    private static boolean isCard(CharSequence digits) {
        int first = Integer.parseInt(digits, 0, 4, 10);
        boolean issued = (first >= 3000 && first <= 6999) || (first >= 2221 && first <= 2720);
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int weighed = i % 2 == 0 ? digit : digit * 2;
            sum += weighed > 9 ? weighed - 9 : weighed;
        }
        return issued && sum % 10 == 0;
    }

    /** The longest that passes: capital letters and digits, single blanks or hyphens between them. */
    private static int ibanEnd(String text, int from) {
        if (!isCapital(text, from) || !isCapital(text, from + 1) || !isDigit(text, from + 2)) {
            return -1;
        }
        StringBuilder signs = new StringBuilder();
        int end = -1;
        int at = from;
        while (signs.length() < LONGEST_IBAN && at < text.length()) {
            if (isDigit(text, at) || isCapital(text, at)) {
                signs.append(text.charAt(at));
                at++;
                if (signs.length() >= SHORTEST_IBAN && ends(text, at) && isIban(signs)) {
                    end = at;
                }
            } else if (isSeparator(text.charAt(at)) && (isDigit(text, at + 1) || isCapital(text, at + 1))) {
                at++;
            } else {
                break;
            }
        }
        return end;
    }

    private static boolean isIban(CharSequence signs) {
        if (signs.charAt(3) < '0' || signs.charAt(3) > '9') {
            return false;
        }
        int rest = 0;
        for (int i = 0; i < signs.length(); i++) {
            int value = Character.digit(signs.charAt((i + 4) % signs.length()), 36);
            rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
        }
        return rest == 1;
    }

    private static boolean ends(String text, int at) {
        return at == text.length() || !Shape.isOfWord(text.charAt(at));
    }

    private static boolean isSeparator(char c) {
        return c == ' ' || c == '-';
    }

    private static boolean isDigit(String text, int at) {
        return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    private static boolean isCapital(String text, int at) {
        return at < text.length() && text.charAt(at) >= 'A' && text.charAt(at) <= 'Z';
    }
}
