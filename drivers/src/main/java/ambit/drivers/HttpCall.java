package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import ambit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A request to an HTTP API as the parameters of a call say it. There is one spelling of a path, so that what a grant's constraint
 * compared is what the server reads: no empty or dotted segments, and no escapes of what needs none or of separators.
 *
 * @param path from the first slash, relative to the tool's address
 * @param query without the question mark; empty for none
 * @param headers by lower-case names
 */
record HttpCall(String method, String path, String query, Map<String, String> headers, Blob body) {
    static final int MAX_TARGET = 8 << 10;

    private static final Set<String> MEMBERS = Set.of("method", "path", "query", "headers", "body", "bodyBase64");
    private static final Pattern PATH = Pattern.compile("(/([A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-F]{2})*)+");
    private static final Pattern NOT_ONE_SPELLING = Pattern.compile(
            "//|/\\.{1,2}(/|$)|%(2E|2F|5C|25|7E|5F|2D|[01][0-9A-F]|7F|3[0-9]|4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A])");
    private static final Pattern QUERY = Pattern.compile("([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]*");

    static HttpCall parse(Blob params) throws DriverFailure {
        try {
            if (Json.parse(params) instanceof Json.Obj(Map<String, Json> members)) {
                return of(members);
            }
        } catch (MalformedException e) {
            throw malformed("the arguments are not strict JSON: " + e.getMessage());
        }
        throw malformed("the arguments of a request are a JSON object");
    }

    private static HttpCall of(Map<String, Json> members) throws DriverFailure {
        for (String name : members.keySet()) {
            if (!MEMBERS.contains(name)) {
                throw malformed("a request has no '" + Foreign.quote(name) + "'; it has method, path, query, headers,"
                        + " and body or bodyBase64");
            }
        }
        String path = text(members, "path", "/");
        if (!PATH.matcher(path).matches() || NOT_ONE_SPELLING.matcher(path).find()) {
            throw malformed("the path '" + Foreign.quote(path) + "' is not in its one plain spelling;"
                    + " leave out dot segments, empty segments and escapes of plain characters");
        }
        String query = text(members, "query", "");
        if (!QUERY.matcher(query).matches() || path.length() + query.length() > MAX_TARGET) {
            throw malformed("the query is longer than " + MAX_TARGET + " bytes or not escaped; escape it (RFC 3986)");
        }
        return new HttpCall(text(members, "method", "GET"), path, query, headers(members), body(members));
    }

    private static Map<String, String> headers(Map<String, Json> members) throws DriverFailure {
        Map<String, String> headers = new LinkedHashMap<>();
        if (members.getOrDefault("headers", new Json.Obj(Map.of())) instanceof Json.Obj(Map<String, Json> given)) {
            for (String name : given.keySet()) {
                String value = text(given, name, "");
                if (!VALUE.matcher(value).matches()
                        || headers.putIfAbsent(name.toLowerCase(Locale.ROOT), value) != null) {
                    throw malformed("the header '" + Foreign.quote(name) + "' comes twice or is not plain ASCII");
                }
            }
            return headers;
        }
        throw malformed("the headers of a request are a JSON object of strings");
    }

    private static Blob body(Map<String, Json> members) throws DriverFailure {
        if (members.containsKey("body") && members.containsKey("bodyBase64")) {
            throw malformed("a request has either a body or a bodyBase64");
        }
        try {
            return members.containsKey("bodyBase64")
                    ? Blob.of(Base64.getDecoder().decode(text(members, "bodyBase64", "")))
                    : Blob.of(text(members, "body", "").getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw malformed("the bodyBase64 is not base64 (RFC 4648)");
        }
    }

    private static String text(Map<String, Json> members, String name, String otherwise) throws DriverFailure {
        return switch (members.getOrDefault(name, new Json.Str(otherwise))) {
            case Json.Str(String text) -> text;
            default -> throw malformed("'" + Foreign.quote(name) + "' of a request is not a string");
        };
    }

    static DriverFailure malformed(String sentence) {
        return new DriverFailure(Denial.MALFORMED, sentence);
    }
}
