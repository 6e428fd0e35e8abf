package ambit.cli.config;

/** Where a secret is found when the kernel starts. The secret itself never stands in {@code ambit.yaml}. */
public sealed interface Credential {

    /** An environment variable of the process that starts the kernel. */
    record Variable(String name) implements Credential {
        @Override
        public String toString() {
            return "env:" + name;
        }
    }

    /** A file, relative to {@code ambit.yaml}; trailing line ends are not part of the secret. */
    record File(String path) implements Credential {
        @Override
        public String toString() {
            return "file:" + path;
        }
    }
}
