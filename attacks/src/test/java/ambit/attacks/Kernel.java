package ambit.attacks;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An installation with a running kernel for all tests of a class. */
final class Kernel implements BeforeAllCallback, AfterAllCallback {
    private final Mode mode;
    private final Configuration configuration;
    private @Nullable Installation installation;

    private Kernel(Mode mode, Configuration configuration) {
        this.mode = mode;
        this.configuration = configuration;
    }

    static Kernel usual() {
        return new Kernel(Mode.best(), Configuration.usual());
    }

    static Kernel with(Configuration configuration) {
        return new Kernel(Mode.best(), configuration);
    }

    Installation get() {
        return java.util.Objects.requireNonNull(installation);
    }

    /** A transaction of alice in the agent {@code probe}. */
    Outcome guest(String program) throws Exception {
        return get().guest(program);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Installation made = Installation.make(mode, configuration);
        installation = made;
        made.up();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        get().close();
    }
}
