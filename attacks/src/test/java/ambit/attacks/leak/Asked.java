package ambit.attacks.leak;

import java.util.List;

/** What an attempt wants to know, apart from how it is put to a kernel: so the control is asked the same. */
sealed interface Asked {
    /** A search; the filter is JSON, empty for none. No namespaces are all. */
    record Search(String query, String k, String mode, String filter, List<String> namespaces) implements Asked {}

    record Read(String key) implements Asked {}

    /** The keys that begin with this. */
    record Listing(String prefix) implements Asked {}

    /** A version, response or other thing by its id, which is the number of one in the list of ids. */
    record ById(int id) implements Asked {}
}
