package ambit.boundary;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The programs that a boundary is built with, found in the system's directories and nowhere else. */
record Tools(Path bwrap, Path setpriv, Path prlimit, Path unshare, Path sh) {
    private static final List<Path> DIRECTORIES =
            List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/usr/sbin"), Path.of("/sbin"));
    private static final Pattern VERSION = Pattern.compile("bubblewrap (\\d{1,4})\\.(\\d{1,4})(\\.\\d{1,4})?");

    /** What {@code bwrap --version} says. */
    record Version(int major, int minor, String text) {
        boolean atLeast(int wantedMajor, int wantedMinor) {
            return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
        }
    }

    static Tools find() throws BoundaryRefused {
        return new Tools(
                require("bwrap", "bubblewrap"),
                require("setpriv", "util-linux"),
                require("prlimit", "util-linux"),
                require("unshare", "util-linux"),
                require("sh", "dash"));
    }

    static Path require(String program, String debianPackage) throws BoundaryRefused {
        return DIRECTORIES.stream()
                .map(directory -> directory.resolve(program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new BoundaryRefused(program + " is not installed", "run: apt-get install " + debianPackage));
    }

    Version bwrapVersion() throws BoundaryRefused {
        try {
            ProcessBuilder builder = new ProcessBuilder(bwrap.toString(), "--version").redirectErrorStream(true);
            builder.environment().clear();
            Process process = builder.start();
            String output = new String(process.getInputStream().readNBytes(1000), StandardCharsets.UTF_8).trim();
            boolean ended = process.waitFor(5, TimeUnit.SECONDS);
            Optional<Matcher> match = Optional.of(VERSION.matcher(output)).filter(Matcher::matches);
            if (!ended || match.isEmpty()) {
                process.destroyForcibly();
                throw new BoundaryRefused("bwrap does not tell its version", "run: bwrap --version");
            }
            int major = Integer.parseInt(match.get().group(1));
            int minor = Integer.parseInt(match.get().group(2));
            return new Version(major, minor, output.substring("bubblewrap ".length()));
        } catch (IOException e) {
            throw new BoundaryRefused("bwrap does not run", "run: bwrap --version", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BoundaryRefused("interrupted while asking bwrap for its version", "start again", e);
        }
    }
}
