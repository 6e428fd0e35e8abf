package ambit.attacks.hostile;

import java.util.List;

/** Every attack there is. */
final class Battery {
    static final List<Group> GROUPS = List.of(
            Minting.group(),
            Splicing.group(),
            Widening.group(),
            Time.group(),
            Permits.group(),
            Scope.group(),
            Told.group(),
            Spending.group(),
            Approvals.group(),
            Revocations.group(),
            Outcomes.group(),
            Derived.group(),
            CrossProduct.group(),
            Floods.group(),
            Reach.group());

    private Battery() {}

    static List<Attack> all() {
        return GROUPS.stream().flatMap(group -> group.attacks().stream()).toList();
    }

    static Attack named(String name) {
        return all().stream()
                .filter(attack -> attack.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no attack " + name));
    }
}
