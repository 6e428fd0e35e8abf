package ambit.retrieval.index;

import ambit.wire.Denial;
import ambit.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Which chunks a search may return, by their metadata, in the words of OpenAI's vector stores: <code>{"type": "eq", "key": …, "value":
 * …}</code> with eq, ne, in, nin, gt, gte, lt, lte, and <code>{"type": "and", "filters": […]}</code> with and, or. The key {@code source}
 * is the name of the source.
 */
final class Filter {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_PARTS = 64;
    private static final String SOURCE = "source";

    private int parts;

    private Filter() {}

    static Query parse(Json json) throws IndexFailure {
        return new Filter().query(json, 0);
    }

    private Query query(Json json, int depth) throws IndexFailure {
        if (++parts > MAX_PARTS || depth > MAX_DEPTH) {
            throw refusal("has more than " + MAX_PARTS + " parts or is nested too deep");
        }
        if (json instanceof Json.Obj(Map<String, Json> members)
                && members.get("type") instanceof Json.Str(String type)) {
            if (type.equals("and")) {
                return joined(members, Occur.FILTER, depth);
            }
            return type.equals("or") ? joined(members, Occur.SHOULD, depth) : compared(type, members);
        }
        throw refusal("is not an object with a type");
    }

    private Query joined(Map<String, Json> members, Occur occur, int depth) throws IndexFailure {
        if (members.size() == 2 && members.get("filters") instanceof Json.Arr(List<Json> items) && !items.isEmpty()) {
            BooleanQuery.Builder all = new BooleanQuery.Builder();
            for (Json item : items) {
                all.add(query(item, depth + 1), occur);
            }
            return all.build();
        }
        throw refusal("joins nothing: and, or take an array 'filters'");
    }

    private Query compared(String type, Map<String, Json> members) throws IndexFailure {
        Json value = members.get("value");
        if (members.size() == 3 && value != null && members.get("key") instanceof Json.Str(String key)) {
            return compared(type, key, value);
        }
        throw refusal("compares without a key and a value");
    }

    private Query compared(String type, String key, Json value) throws IndexFailure {
        return switch (type) {
            case "eq" -> exact(key, value);
            case "ne" -> without(exact(key, value), MatchAllDocsQuery.INSTANCE);
            case "in" -> any(key, value);
            case "nin" -> without(any(key, value), MatchAllDocsQuery.INSTANCE);
            case "gt" -> without(range(key, Long.MIN_VALUE, number(value)), numbers(key));
            case "gte" -> range(key, number(value), Long.MAX_VALUE);
            case "lt" -> without(range(key, number(value), Long.MAX_VALUE), numbers(key));
            case "lte" -> range(key, Long.MIN_VALUE, number(value));
            default -> throw refusal("compares with none of eq, ne, in, nin, gt, gte, lt, lte");
        };
    }

    private Query any(String key, Json value) throws IndexFailure {
        if (!(value instanceof Json.Arr(List<Json> items))) {
            throw refusal("needs an array of values after in, nin");
        }
        parts += items.size();
        if (parts > MAX_PARTS) {
            throw refusal("has more than " + MAX_PARTS + " parts");
        }
        List<Query> each = new ArrayList<>();
        for (Json item : items) {
            each.add(exact(key, item));
        }
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        each.forEach(one -> any.add(one, Occur.SHOULD));
        return any.build();
    }

    private static Query exact(String key, Json value) throws IndexFailure {
        if (key.equals(SOURCE)) {
            if (value instanceof Json.Str(String name)) {
                return new TermQuery(Fields.source(name));
            }
            throw refusal("compares the name of a source with something that is no text");
        }
        return switch (value) {
            case Json.Str _, Json.Int _, Json.Bool _ -> new TermQuery(Fields.attribute(key, value));
            case Json.Dec _, Json.Null _, Json.Arr _, Json.Obj _ ->
                throw refusal("compares with what is no text, whole number or truth value");
        };
    }

    private static Query numbers(String key) {
        return range(key, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /** What {@code all} holds besides {@code some}. */
    private static Query without(Query some, Query all) {
        return new BooleanQuery.Builder()
                .add(all, Occur.FILTER)
                .add(some, Occur.MUST_NOT)
                .build();
    }

    private static Query range(String key, long from, long to) {
        return LongPoint.newRangeQuery(Fields.number(key), from, to);
    }

    private static long number(Json value) throws IndexFailure {
        if (value instanceof Json.Int(long number)) {
            return number;
        }
        throw refusal("has an order of whole numbers only");
    }

    private static IndexFailure refusal(String what) {
        return new IndexFailure(Denial.MALFORMED, "the filter of the search " + what);
    }
}
