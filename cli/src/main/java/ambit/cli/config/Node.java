package ambit.cli.config;

import java.util.List;

/** One value of a YAML text, with its place. */
sealed interface Node {

    Position at();

    /** What a message calls a value of this kind. */
    String kind();

    record Text(Position at, String value) implements Node {
        @Override
        public String kind() {
            return "a text";
        }
    }

    record Whole(Position at, long value) implements Node {
        @Override
        public String kind() {
            return "a number";
        }
    }

    /** A number with a fraction, as it was written. */
    record Decimal(Position at, String value) implements Node {
        @Override
        public String kind() {
            return "a number with a fraction";
        }
    }

    record Flag(Position at, boolean value) implements Node {
        @Override
        public String kind() {
            return "true or false";
        }
    }

    record Nothing(Position at) implements Node {
        @Override
        public String kind() {
            return "nothing";
        }
    }

    record Sequence(Position at, List<Node> items) implements Node {
        @Override
        public String kind() {
            return "a list";
        }
    }

    record Mapping(Position at, List<Entry> entries) implements Node {
        @Override
        public String kind() {
            return "a mapping";
        }
    }

    /** One key of a mapping; the place is the key's. */
    record Entry(Position at, String key, Node value) {}
}
