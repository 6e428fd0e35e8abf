package ambit.sdk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The reply of a search names the namespaces that were searched, and holds just the chunks that were found there: its tree (RFC 6962
 * §2.1, docs/reference/formats.md) has the root that the core signed.
 */
final class SearchScope {
    private SearchScope() {}

    /**
     * Checks a reply.
     *
     * @param root what the proof says, in hexadecimal digits
     * @param asked SHA-256 of the parameters, in hexadecimal digits
     */
    static void require(String reply, String root, String asked) throws Unproved {
        List<byte[]> leaves;
        try {
            leaves = leaves(RawJson.members(reply), asked);
        } catch (IOException | IllegalArgumentException e) {
            throw new Unproved("it is a search's and says not in which scope");
        }
        if (!Arrays.equals(tree(leaves), HexFormat.of().parseHex(root))) {
            throw new Unproved("its chunks are not those that were found in its scope");
        }
    }

    private static List<byte[]> leaves(Map<String, String> reply, String asked) throws IOException {
        Map<String, String> scope = RawJson.members(member(reply, "scope"));
        List<String> chunks = RawJson.elements(member(reply, "chunks"));
        List<String> mounts = new ArrayList<>();
        List<byte[]> opened = new ArrayList<>();
        for (String each : RawJson.elements(member(scope, "namespaces"))) {
            Map<String, String> namespace = RawJson.members(each);
            mounts.add(string(namespace, "mount"));
            opened.add(Cbor.array(
                    Cbor.text(mounts.getLast()),
                    Cbor.bytes(hash(namespace, "partition")),
                    Cbor.bytes(hash(namespace, "snapshot"))));
        }
        if (!string(scope, "query").equals(asked)) {
            throw new IOException("another query");
        }
        List<byte[]> leaves = new ArrayList<>();
        leaves.add(leaf(Cbor.array(
                Cbor.text("ambit/scope/v1"),
                Cbor.array(opened),
                Cbor.bytes(hash(scope, "query")),
                Cbor.bytes(hash(scope, "policy")),
                Cbor.number(chunks.size()))));
        for (String each : chunks) {
            Map<String, String> chunk = RawJson.members(each);
            int from = mounts.indexOf(string(chunk, "namespace"));
            leaves.add(leaf(Cbor.array(Cbor.number(from), Cbor.bytes(sha256(chunk(chunk))))));
        }
        return leaves;
    }

    private static byte[] chunk(Map<String, String> chunk) throws IOException {
        Map<String, String> position = RawJson.members(member(chunk, "position"));
        List<byte[]> title = new ArrayList<>();
        for (String part : RawJson.elements(member(chunk, "title"))) {
            title.add(value(part));
        }
        Map<String, byte[]> metadata = new TreeMap<>();
        for (Map.Entry<String, String> each :
                RawJson.members(member(chunk, "metadata")).entrySet()) {
            metadata.put(each.getKey(), value(each.getValue().strip()));
        }
        return Cbor.array(
                Cbor.text("ambit/chunk/v1"),
                Cbor.text(string(chunk, "source")),
                Cbor.array(title),
                Cbor.array(
                        Cbor.text(string(position, "unit")),
                        value(member(position, "from")),
                        value(member(position, "to"))),
                Cbor.map(metadata),
                Cbor.text(string(chunk, "text")));
    }

    private static byte[] value(String json) throws IOException {
        return switch (json) {
            case "true" -> new byte[] {(byte) 0xf5};
            case "false" -> new byte[] {(byte) 0xf4};
            default -> json.startsWith("\"") ? Cbor.text(RawJson.unquote(json)) : Cbor.number(Long.parseLong(json));
        };
    }

    private static String member(Map<String, String> members, String name) throws IOException {
        String value = members.get(name);
        if (value == null) {
            throw new IOException("no " + name);
        }
        return value.strip();
    }

    private static String string(Map<String, String> members, String name) throws IOException {
        return RawJson.unquote(member(members, name));
    }

    private static byte[] hash(Map<String, String> members, String name) throws IOException {
        byte[] hash = HexFormat.of().parseHex(string(members, name));
        if (hash.length != 32) {
            throw new IOException("no hash");
        }
        return hash;
    }

    private static byte[] leaf(byte[] entry) {
        return sha256(new byte[] {0}, entry);
    }

    private static byte[] tree(List<byte[]> leaves) {
        List<byte[]> level = leaves;
        while (level.size() > 1) {
            List<byte[]> above = new ArrayList<>();
            for (int i = 0; i < level.size(); i += 2) {
                above.add(i + 1 < level.size() ? sha256(new byte[] {1}, level.get(i), level.get(i + 1)) : level.get(i));
            }
            level = above;
        }
        return level.getFirst();
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Deterministic CBOR of what a scope and a chunk are made of. */
    private static final class Cbor {
        private Cbor() {}

        static byte[] number(long n) {
            return n >= 0 ? Proof.head(0, n) : Proof.head(0x20, ~n);
        }

        static byte[] bytes(byte[] content) {
            return Proof.concat(Proof.head(0x40, content.length), content);
        }

        static byte[] text(String text) throws IOException {
            if (!RawJson.isText(text)) {
                throw new IOException("half a surrogate pair");
            }
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            return Proof.concat(Proof.head(0x60, utf8.length), utf8);
        }

        static byte[] array(byte[]... items) {
            return array(Arrays.asList(items));
        }

        static byte[] array(List<byte[]> items) {
            return Proof.concat(Proof.head(0x80, items.size()), Proof.concat(items.toArray(byte[][]::new)));
        }

        static byte[] map(Map<String, byte[]> members) throws IOException {
            TreeMap<byte[], byte[]> sorted = new TreeMap<>(Arrays::compareUnsigned);
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                sorted.put(text(member.getKey()), member.getValue());
            }
            byte[] all = Proof.head(0xa0, members.size());
            for (Map.Entry<byte[], byte[]> member : sorted.entrySet()) {
                all = Proof.concat(all, member.getKey(), member.getValue());
            }
            return all;
        }
    }
}
