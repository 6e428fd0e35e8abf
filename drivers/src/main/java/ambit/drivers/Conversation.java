package ambit.drivers;

import ambit.wire.Blob;
import ambit.wire.Denial;
import ambit.wire.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What one context has said to models and was answered, under names that are the context's own: the driver keeps what providers would
 * otherwise keep under names of theirs, in memory, for as long as the context lives. No name of another context is in here, so none
 * can be looked up.
 *
 * <p>Safe for use by several threads.
 */
final class Conversation {
    /** Bytes that a context may have kept; one exchange more may begin below it. */
    static final long MOST = 16L << 20;

    /** Bytes that all contexts may have kept together; those that have less than {@link #SMALL} go on. */
    static final long MOST_OF_ALL = 256L << 20;

    static final long SMALL = 64L << 10;

    /** What anything kept takes besides its text. */
    private static final int EACH = 256;

    private static final SecureRandom RANDOM = new SecureRandom();

    /** What derived names are derived with: those of another run of this process are others. */
    private static final byte[] SECRET = random(32);

    private static final Pattern PREFIX = Pattern.compile("[a-z]{1,16}_");

    /**
     * One exchange, as the guest saw it.
     *
     * @param before what it continued
     * @param items the JSON of what was said in it: input, then output; as text, because values take a guest's bytes many times over
     */
    record Turn(Optional<Turn> before, List<Blob> items) {
        Turn {
            items = List.copyOf(items);
        }

        /** All that was said up to here. */
        List<Blob> all() {
            Deque<Turn> turns = new ArrayDeque<>();
            for (Optional<Turn> turn = Optional.of(this);
                    turn.isPresent();
                    turn = turn.get().before()) {
                turns.push(turn.get());
            }
            List<Blob> all = new ArrayList<>();
            turns.forEach(turn -> all.addAll(turn.items()));
            return all;
        }
    }

    /** A name at one tool: at another it means nothing. */
    private record Name(String tool, String own) {}

    private final Blob context;
    private final String transaction;
    private final String tenant;
    private final Executor farewells;
    private final AtomicLong ofAll;
    private final Map<Name, Turn> turns = new HashMap<>();
    private final Map<Name, Blob> items = new HashMap<>();
    private final Map<Name, String> sealed = new HashMap<>();
    private final List<Runnable> atEnd = new ArrayList<>();
    private long size;
    private boolean ended;

    /**
     * Nothing was said yet.
     *
     * @param farewells runs, on other threads, what is to be said to providers at the end
     * @param ofAll bytes that all contexts of this process have kept
     */
    Conversation(Blob context, String transaction, String tenant, Executor farewells, AtomicLong ofAll) {
        this.context = context;
        this.transaction = transaction;
        this.tenant = tenant;
        this.farewells = farewells;
        this.ofAll = ofAll;
    }

    /** The transaction that it is of. */
    String transaction() {
        return transaction;
    }

    /** A new name, of the kind that the provider's name seems to be. */
    static String fresh(String foreign) {
        Matcher prefix = PREFIX.matcher(foreign);
        return (prefix.lookingAt() ? prefix.group() : "id_") + HexFormat.of().formatHex(random(24));
    }

    /** Seals a text that the provider gave to be given back: what the guest gets instead opens here alone. */
    synchronized String seal(String tool, String text) {
        String own = fresh("sealed_");
        if (!ended) {
            sealed.put(new Name(tool, own), text);
            grow(text.length() + EACH);
        }
        return own;
    }

    synchronized Optional<String> opened(String tool, String own) {
        return Optional.ofNullable(sealed.get(new Name(tool, own)));
    }

    synchronized Optional<Turn> turn(String tool, String own) {
        return Optional.ofNullable(turns.get(new Name(tool, own)));
    }

    /** An item of an answer that was kept. */
    synchronized Optional<Blob> item(String tool, String own) {
        return Optional.ofNullable(items.get(new Name(tool, own)));
    }

    /** Keeps an exchange under the name of its response, and those of its items that have names under theirs. */
    synchronized void keep(String tool, String response, Optional<Turn> before, List<Json> said) {
        if (ended) {
            return;
        }
        List<Blob> kept = new ArrayList<>();
        for (Json item : said) {
            Blob text = JsonText.encode(item);
            kept.add(text);
            grow(text.size() + EACH);
            if (item instanceof Json.Obj(Map<String, Json> members)
                    && members.get("id") instanceof Json.Str(String id)) {
                items.put(new Name(tool, id), text);
            }
        }
        grow(EACH);
        turns.put(new Name(tool, response), new Turn(before, kept));
    }

    private void grow(long bytes) {
        size += bytes;
        ofAll.addAndGet(bytes);
    }

    /** Refuses to begin an exchange when there is no room to keep it. */
    synchronized void requireRoom() throws DriverFailure {
        if (size >= MOST) {
            throw new DriverFailure(
                    Denial.TOO_LARGE,
                    "the conversations of this transaction have more than 16 MiB; start a new transaction");
        }
        if (size >= SMALL && ofAll.get() >= MOST_OF_ALL) {
            throw new DriverFailure(
                    Denial.TOO_LARGE,
                    "the conversations of all transactions that live have more than 256 MiB; end some of them, or say"
                            + " 'store: false' and send the conversation with each request");
        }
    }

    /**
     * The name that the provider gets instead of one that the guest chose: it cannot be the name that another context, or another
     * tenant, has in its place, and does not tell what was chosen.
     */
    String derived(ModelPolicy policy, String field, String name) {
        String scope = policy.tenantCache() ? "tenant " + tenant : "run " + context.toHex();
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
            for (String part : List.of(scope, policy.tool(), field, name)) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                mac.update(new byte[] {
                    (byte) (bytes.length >> 24),
                    (byte) (bytes.length >> 16),
                    (byte) (bytes.length >> 8),
                    (byte) bytes.length
                });
                mac.update(bytes);
            }
            return "ambit-" + HexFormat.of().formatHex(mac.doFinal(), 0, 16);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /** Has something done when the context ends, or at once if it has ended. */
    void atEnd(Runnable farewell) {
        synchronized (this) {
            if (!ended) {
                atEnd.add(farewell);
                return;
            }
        }
        farewells.execute(farewell);
    }

    /** Forgets everything, and has said what there is to be said at the end; does not wait for that. */
    void end() {
        List<Runnable> due;
        synchronized (this) {
            ended = true;
            ofAll.addAndGet(-size);
            size = 0;
            turns.clear();
            items.clear();
            sealed.clear();
            due = List.copyOf(atEnd);
            atEnd.clear();
        }
        // one after the other: a provider has to take them all
        farewells.execute(() -> due.forEach(Runnable::run));
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
