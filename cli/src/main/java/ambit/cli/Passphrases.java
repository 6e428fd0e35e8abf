package ambit.cli;

import ambit.cli.outcome.Failure;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The passphrases of sealed key files: from AMBIT_PASSPHRASE, from the first line of the file that AMBIT_PASSPHRASE_FILE names (which may be
 * {@code /dev/fd/3}), or from whoever sits at the terminal, who is asked once for each file.
 */
final class Passphrases {
    private static final String VALUE = "AMBIT_PASSPHRASE";
    private static final String FILE = "AMBIT_PASSPHRASE_FILE";
    private static final String ELSEWHERE = VALUE + " or " + FILE + " gives it where there is no terminal to ask at";

    private final Map<String, String> environment;
    private final Map<Path, char[]> known = new HashMap<>();

    Passphrases(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The one of a file that is sealed; whoever asks may wipe it. */
    char[] of(Path file) {
        return known.computeIfAbsent(
                        file, it -> given().orElseGet(() -> asked("Passphrase for " + it.getFileName() + ": ")))
                .clone();
    }

    /** One to seal a file with, asked for twice. */
    char[] fresh(Path file) {
        char[] passphrase = known.computeIfAbsent(
                file,
                it -> given().orElseGet(() -> {
                    char[] once = asked("New passphrase for " + it.getFileName() + ": ");
                    char[] again = asked("The same again: ");
                    if (!Arrays.equals(once, again)) {
                        throw Failure.usage("the two passphrases are not the same", "nothing was changed");
                    }
                    return once;
                }));
        return passphrase.clone();
    }

    private Optional<char[]> given() {
        String value = environment.getOrDefault(VALUE, "");
        if (!value.isEmpty()) {
            return Optional.of(value.toCharArray());
        }
        String file = environment.getOrDefault(FILE, "");
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try (BufferedReader reader = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
            String line = reader.readLine();
            if (line == null || line.isEmpty()) {
                throw Failure.usage("there is no passphrase in " + file, FILE + " names it");
            }
            return Optional.of(line.toCharArray());
        } catch (IOException e) {
            throw Failure.usage("cannot read " + file, FILE + " names it").because(e);
        }
    }

    private static char[] asked(String question) {
        char[] answer = isTyped() ? typed(question) : new char[0];
        if (answer.length == 0) {
            throw Failure.usage("a passphrase is needed and none was given", ELSEWHERE);
        }
        return answer;
    }

    /** Whether standard input is a terminal. Java's console must have standard output there too, and `ambit run` is often redirected. */
    private static boolean isTyped() {
        try {
            String input = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
            return input.startsWith("/dev/pts/") || input.startsWith("/dev/tty") || input.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** Reads a line that the terminal does not show, also where Ctrl-C ends it. */
    private static char[] typed(String question) {
        Thread shown = new Thread(() -> echo(true));
        Runtime.getRuntime().addShutdownHook(shown);
        echo(false);
        try {
            System.err.print(question);
            System.err.flush();
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = System.in.read(); next >= 0 && next != '\n'; next = System.in.read()) {
                line.write(next);
            }
            return line.toString(StandardCharsets.UTF_8).toCharArray();
        } catch (IOException e) {
            throw Failure.usage("cannot read from the terminal", ELSEWHERE).because(e);
        } finally {
            echo(true);
            System.err.println();
            Runtime.getRuntime().removeShutdownHook(shown);
        }
    }

    private static void echo(boolean on) {
        try {
            new ProcessBuilder("/usr/bin/stty", on ? "echo" : "-echo")
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw Failure.usage("stty cannot keep the terminal from showing a passphrase", ELSEWHERE)
                    .because(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
