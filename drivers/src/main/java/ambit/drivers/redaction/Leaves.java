package ambit.drivers.redaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds what rules look at in a body, in its order: the strings, names and whole numbers of a JSON document or of the events of a
 * stream, and all of what is neither. Lenient, because a body is what it is: nothing is judged by it.
 */
final class Leaves {
    private static final int DEEPEST = 200;

    private final String body;
    private final int end;
    private final List<Leaf> found;
    private int at;

    private Leaves(String body, int from, int end, List<Leaf> found) {
        this.body = body;
        this.at = from;
        this.end = end;
        this.found = found;
    }

    /** That the text is no JSON after all. */
    private static final class NotJson extends Exception {
        private static final long serialVersionUID = 1L;

        NotJson() {
            super("not JSON", null, false, false);
        }
    }

    static List<Leaf> of(String body) {
        Optional<List<Leaf>> document = document(body);
        if (document.isPresent()) {
            return document.get();
        }
        return body.startsWith("data:") || body.startsWith("event:") || body.contains("\ndata:")
                ? events(body)
                : List.of(new Leaf(Place.ROOT, 0, body.length(), Leaf.Kind.PLAIN, body));
    }

    /** Those of a body that is one JSON object or array. */
    static Optional<List<Leaf>> document(String body) {
        String start = body.stripLeading();
        if (!start.startsWith("{") && !start.startsWith("[")) {
            return Optional.empty();
        }
        List<Leaf> found = new ArrayList<>();
        return json(body, 0, body.length(), found) ? Optional.of(found) : Optional.empty();
    }

    private static boolean json(String body, int from, int to, List<Leaf> found) {
        int before = found.size();
        try {
            new Leaves(body, from, to, found).whole();
            return true;
        } catch (NotJson e) {
            found.subList(before, found.size()).clear();
            return false;
        }
    }

    private static List<Leaf> events(String body) {
        List<Leaf> found = new ArrayList<>();
        int from = 0;
        while (from < body.length()) {
            int to = from;
            while (to < body.length() && body.charAt(to) != '\n' && body.charAt(to) != '\r') {
                to++;
            }
            int data = body.startsWith("data:", from) ? from + "data:".length() : -1;
            if (to > from && (data < 0 || !json(body, data, to, found))) {
                found.add(new Leaf(Place.ROOT, from, to, Leaf.Kind.PLAIN, body.substring(from, to)));
            }
            from = to + 1;
        }
        return found;
    }

    private void whole() throws NotJson {
        value(Place.ROOT, 0);
        blanks();
        if (at != end) {
            throw new NotJson();
        }
    }

    private void value(Place place, int depth) throws NotJson {
        blanks();
        if (at >= end || depth > DEEPEST) {
            throw new NotJson();
        }
        switch (body.charAt(at)) {
            case '{' -> object(place, depth);
            case '[' -> array(place, depth);
            case '"' -> string(place, Leaf.Kind.STRING);
            default -> word(place);
        }
    }

    private void object(Place place, int depth) throws NotJson {
        at++;
        blanks();
        if (skip('}')) {
            return;
        }
        do {
            blanks();
            String name = string(place, Leaf.Kind.KEY);
            blanks();
            require(skip(':'));
            value(place.at(name), depth + 1);
            if (name.equals("index") && found.getLast().kind() == Leaf.Kind.NUMBER) {
                place.say(found.getLast().text());
            }
            blanks();
        } while (skip(','));
        require(skip('}'));
    }

    private void array(Place place, int depth) throws NotJson {
        at++;
        blanks();
        if (skip(']')) {
            return;
        }
        int item = 0;
        do {
            value(place.at(item), depth + 1);
            item++;
            blanks();
        } while (skip(','));
        require(skip(']'));
    }

    private String string(Place place, Leaf.Kind kind) throws NotJson {
        int from = at;
        require(skip('"'));
        StringBuilder text = new StringBuilder();
        while (at < end && body.charAt(at) != '"') {
            char c = body.charAt(at++);
            text.append(c == '\\' ? escape() : c);
        }
        require(skip('"'));
        found.add(new Leaf(place, from, at, kind, text.toString()));
        return text.toString();
    }

    private char escape() throws NotJson {
        require(at < end);
        char c = body.charAt(at++);
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unit();
            default -> throw new NotJson();
        };
    }

    private char unit() throws NotJson {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < end ? Character.digit(body.charAt(at++), 16) : -1;
            require(digit >= 0);
            value = value * 16 + digit;
        }
        return (char) value;
    }

    /** A number, or {@code true}, {@code false} or {@code null}. */
    private void word(Place place) throws NotJson {
        int from = at;
        while (at < end && "+-.0123456789eEtrufalsn".indexOf(body.charAt(at)) >= 0) {
            at++;
        }
        require(at > from);
        String text = body.substring(from, at);
        if (text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            found.add(new Leaf(place, from, at, Leaf.Kind.NUMBER, text));
        }
    }

    private void blanks() {
        while (at < end && isBlank(body.charAt(at))) {
            at++;
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    private boolean skip(char c) {
        boolean there = at < end && body.charAt(at) == c;
        at += there ? 1 : 0;
        return there;
    }

    private static void require(boolean good) throws NotJson {
        if (!good) {
            throw new NotJson();
        }
    }
}
