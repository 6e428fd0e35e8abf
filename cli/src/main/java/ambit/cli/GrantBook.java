package ambit.cli;

import ambit.authority.Grant;
import ambit.authority.signing.BadSignature;
import ambit.authority.signing.Signed;
import ambit.authority.signing.SigningKey;
import ambit.cli.outcome.Failure;
import ambit.cli.supervisor.Places;
import ambit.cli.text.JsonText;
import ambit.wire.Blob;
import ambit.wire.Cose;
import ambit.wire.Json;
import ambit.wire.Limits;
import ambit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The grants of a project, {@code grants/<id>.grant}, with a note beside each on how it came about and ended. */
final class GrantBook {

    /**
     * A grant on file.
     *
     * @param bytes its exact signed bytes
     * @param signer the tenant's root key that signed it
     * @param automatic whether a run issued it because there was none
     * @param issuedAtMs when it was issued
     * @param revoked why it was revoked; empty while it is not
     */
    record Entry(Blob bytes, Blob signer, Grant grant, boolean automatic, long issuedAtMs, Optional<String> revoked) {

        String id() {
            return grant.id().toHex();
        }

        boolean expired(Instant now) {
            return now.getEpochSecond() >= grant.expires();
        }
    }

    private final Places places;
    private final List<Blob> roots;

    /** @param roots the tenant's root keys, all that ever were */
    GrantBook(Places places, List<Blob> roots) {
        this.places = places;
        this.roots = List.copyOf(roots);
    }

    /** Signs a grant that is valid from now on, and files it. */
    Entry issue(
            SigningKey tenant,
            String tenantName,
            Blob holder,
            GrantMaker.Terms terms,
            Duration validity,
            boolean automatic,
            long generation) {
        byte[] id = new byte[Limits.ID];
        new SecureRandom().nextBytes(id);
        Instant now = Instant.now();
        Grant grant = terms.grant(
                tenantName,
                Blob.of(id),
                holder,
                now.getEpochSecond(),
                Math.min(Limits.LAST_SECOND, now.plus(validity).getEpochSecond()),
                generation);
        Blob bytes = Signed.sign(Cose.Domain.GRANT, tenant, grant.toBlob());
        Entry entry = new Entry(bytes, tenant.publicKey(), grant, automatic, now.toEpochMilli(), Optional.empty());
        try {
            Places.makePrivate(places.grants());
            Files.write(file(entry.id(), ".grant"), bytes.toArray());
            note(entry);
        } catch (IOException e) {
            throw Failure.usage("the grant cannot be kept in " + places.grants(), "")
                    .because(e);
        }
        return entry;
    }

    /** Notes that a grant was revoked. The core knows by itself; this is for whoever asks here. */
    void markRevoked(Entry entry, String why) {
        try {
            note(new Entry(
                    entry.bytes, entry.signer, entry.grant, entry.automatic, entry.issuedAtMs, Optional.of(why)));
        } catch (IOException e) {
            throw Failure.usage("cannot note the revocation in " + places.grants(), "")
                    .because(e);
        }
    }

    private void note(Entry entry) throws IOException {
        Json json = JsonText.object(
                "automatic",
                entry.automatic,
                "issuedAtMs",
                entry.issuedAtMs,
                "revoked",
                entry.revoked.isPresent(),
                "why",
                entry.revoked.orElse(""));
        Files.writeString(file(entry.id(), ".json"), JsonText.write(json) + "\n");
    }

    private Path file(String id, String suffix) {
        return places.grants().resolve(id + suffix);
    }

    /** All grants of this tenant, the newest first. */
    List<Entry> all() {
        if (!Files.isDirectory(places.grants())) {
            return List.of();
        }
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(places.grants())) {
            for (Path file :
                    files.filter(it -> it.toString().endsWith(".grant")).toList()) {
                entries.add(read(file));
            }
        } catch (IOException e) {
            throw Failure.usage("the grants in " + places.grants() + " cannot be read: " + e.getMessage(), "")
                    .because(e);
        }
        entries.sort(Comparator.comparingLong(Entry::issuedAtMs).reversed());
        return List.copyOf(entries);
    }

    private Entry read(Path file) throws IOException {
        Blob bytes = Blob.of(Files.readAllBytes(file));
        try {
            Blob signer = Cose.parse(bytes).kid();
            Grant grant = Grant.parse(
                    Signed.verify(Cose.Domain.GRANT, roots.contains(signer) ? signer : roots.getFirst(), bytes));
            return withNote(bytes, signer, grant);
        } catch (BadSignature | MalformedException e) {
            throw Failure.usage(file + " is not a grant of this tenant: " + e.getMessage(), "move it out of the way")
                    .because(e);
        }
    }

    private Entry withNote(Blob bytes, Blob signer, Grant grant) throws IOException {
        Path note = file(grant.id().toHex(), ".json");
        long issued = grant.notBefore() * 1000;
        if (Files.exists(note) && Json.parse(Blob.of(Files.readAllBytes(note))) instanceof Json.Obj(var members)) {
            boolean revoked = members.get("revoked") instanceof Json.Bool(boolean yes) && yes;
            String why = members.get("why") instanceof Json.Str(String text) ? text : "";
            boolean automatic = members.get("automatic") instanceof Json.Bool(boolean yes) && yes;
            long issuedAt = members.get("issuedAtMs") instanceof Json.Int(long at) ? at : issued;
            return new Entry(bytes, signer, grant, automatic, issuedAt, revoked ? Optional.of(why) : Optional.empty());
        }
        return new Entry(bytes, signer, grant, false, issued, Optional.empty());
    }

    /** The newest grant that lets this holder run this agent, whether it is still good or not. */
    Optional<Entry> newest(Blob holder, String agent) {
        return all().stream()
                .filter(it ->
                        it.grant.holder().equals(holder) && it.grant.agent().equals(agent))
                .findFirst();
    }

    /** The one grant whose id begins like this. */
    Entry find(String prefix) {
        List<Entry> found =
                all().stream().filter(it -> it.id().startsWith(prefix)).toList();
        if (found.size() != 1 || prefix.isEmpty()) {
            throw Failure.usage(
                    (found.isEmpty() ? "there is no grant " : "more than one grant begins with ") + prefix,
                    "'ambit grants' lists them");
        }
        return found.getFirst();
    }
}
