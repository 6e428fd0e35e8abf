package ambit.drivers;

import java.net.URI;
import java.util.Set;

/**
 * What ambit.yaml says of what a model's requests may say.
 *
 * @param tool its name
 * @param endpoint the provider's address
 * @param tenantCache whether names of caches are derived for the tenant, so that its runs share them; otherwise for the run
 * @param passes further fields of a request that go out as they are
 */
record ModelPolicy(String tool, URI endpoint, boolean tenantCache, Set<String> passes) {
    ModelPolicy {
        passes = Set.copyOf(passes);
    }
}
