package ambit.cli.config;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The database that memory is kept in, if not in a file of the kernel's own.
 *
 * @param at {@code postgresql://host[:port]/database[?…]}, without user and password
 * @param user empty for the one that the drivers run as
 */
public record Store(String at, Optional<String> user, Optional<Credential> credential) {
    /** How an address is written. */
    static final Pattern FORM = Pattern.compile(
            "(?!.*[Pp]assword)postgresql://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?/[A-Za-z0-9_-]{1,63}([?][A-Za-z0-9_=&.-]{1,512})?");

    static final String EXPECTED = "an address such as postgresql://db.example:5432/ambit";

    static final Pattern USER = Pattern.compile("[A-Za-z0-9_.@-]{1,63}");
}
