package ambit.boundary;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a policy asks of a boundary.
 *
 * @param floor the weakest tier that will do
 * @param by the only way that will do, if it matters
 */
public record Demand(Tier floor, Optional<By> by) {
    /** Any boundary. */
    public static final Demand ANY = new Demand(Tier.PROCESS, Optional.empty());

    public Demand {
        if (by.isPresent() && by.get().tier().compareTo(floor) < 0) {
            throw new IllegalArgumentException(by.get().title() + " is weaker than " + word(floor));
        }
    }

    /**
     * What {@code text} says: a tier ({@code process}, {@code container}, {@code gvisor}, {@code microvm}), which stands for it and
     * every stronger one, or one way ({@code oci:crun}, {@code oci:runc}, {@code oci:runsc}); nothing is any.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static Demand parse(String text) {
        if (text.isEmpty()) {
            return ANY;
        }
        Optional<Tier> tier =
                Arrays.stream(Tier.values()).filter(it -> word(it).equals(text)).findFirst();
        if (tier.isPresent()) {
            return new Demand(tier.get(), Optional.empty());
        }
        By by = By.of(text)
                .orElseThrow(() -> new IllegalArgumentException("there is no boundary '" + text + "'; choose "
                        + Arrays.stream(Tier.values()).map(Demand::word).collect(Collectors.joining(", "))
                        + " (the least tier), or one of " + By.titles()));
        return new Demand(by.tier(), Optional.of(by));
    }

    /** What {@link #parse} reads. */
    public String text() {
        return by.map(By::title).orElse(word(floor));
    }

    /** Whether {@code it} will do. */
    public boolean accepts(By it) {
        return by.map(it::equals).orElse(it.tier().compareTo(floor) >= 0);
    }

    /** Whether everything that this accepts has at least the tier that {@code other} asks for. */
    public boolean atLeast(Demand other) {
        return floor.compareTo(other.floor) >= 0;
    }

    private static String word(Tier tier) {
        return tier.name().toLowerCase(Locale.ROOT);
    }
}
