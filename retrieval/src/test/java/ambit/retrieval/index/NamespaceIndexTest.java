package ambit.retrieval.index;

import static ambit.retrieval.index.Library.chunks;
import static ambit.retrieval.index.Library.hash;
import static ambit.retrieval.index.Library.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ambit.audit.scope.Snapshot;
import ambit.wire.Blob;
import ambit.wire.Denial;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamespaceIndexTest {
    @TempDir
    Path root;

    private static List<String> names(NamespaceIndex index) throws IndexFailure {
        return Search.sources(index, "", 100).stream()
                .map(it -> it.source().name())
                .toList();
    }

    @Test
    void whatATransactionStagesIsFoundOnceItHasCommitted() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            Staging staging = library.stage(index);
            assertThat(staging.add("a.md", hash("a"), chunks("a.md", "the heron stands in the reeds"), false))
                    .isTrue();
            assertThat(library.search("heron", index).hits()).isEmpty();
            assertThat(library.commit(staging))
                    .extracting(Staging.Decision::version)
                    .containsExactly(1L);
            assertThat(texts(library.search("heron", index))).containsExactly("the heron stands in the reeds");
        }
    }

    @Test
    void whatIsDroppedLeavesNothing() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            Staging staging = library.stage(index);
            staging.add("a.md", hash("a"), chunks("a.md", "the heron"), false);
            staging.drop();
            Staging prepared = library.stage(index);
            prepared.add("b.md", hash("b"), chunks("b.md", "the heron"), false);
            prepared.prepare().close();
            assertThat(library.search("heron", index).hits()).isEmpty();
            assertThat(names(index)).isEmpty();
            try (Stream<Path> left = Files.walk(root)) {
                assertThat(left.filter(path -> path.toString().contains("staged/")))
                        .isEmpty();
            }
        }
    }

    @Test
    void aSourceIsReplacedAsAWholeAndRemovedAsAWhole() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            library.add(index, "a.md", "old heron", "old reeds");
            library.add(index, "b.md", "the heron of another source");
            assertThat(library.add(index, "a.md", "new heron"))
                    .extracting(Staging.Decision::version)
                    .containsExactly(2L);
            assertThat(texts(library.search("heron reeds", index)))
                    .containsExactlyInAnyOrder("new heron", "the heron of another source");
            Staging removal = library.stage(index);
            assertThat(removal.remove("a.md")).isTrue();
            assertThat(removal.remove("never.md")).isFalse();
            library.commit(removal);
            assertThat(texts(library.search("heron", index))).containsExactly("the heron of another source");
            assertThat(names(index)).containsExactly("b.md");
        }
    }

    @Test
    void theSnapshotFollowsFromWhatIsThereAndNotFromHowItCameThere() throws Exception {
        Blob first;
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            assertThat(library.search("x", index).snapshots()).containsExactly(new Snapshot().digest());
            library.add(index, "a.md", "one");
            first = library.search("x", index).snapshots().getFirst();
            library.add(index, "b.md", "two");
            assertThat(library.search("x", index).snapshots()).doesNotContain(first);
            Staging removal = library.stage(index);
            removal.remove("b.md");
            library.commit(removal);
            assertThat(library.search("x", index).snapshots()).containsExactly(first);
            Snapshot computed = new Snapshot();
            computed.add(
                    "a.md",
                    hash("one"),
                    Snapshot.chunks(List.of(chunks("a.md", "one").getFirst().hash())));
            assertThat(computed.digest()).isEqualTo(first);
        }
    }

    @Test
    void whatIsThereAlreadyIsNotStagedAgain() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            library.add(index, "a.md", "one");
            Staging again = library.stage(index);
            assertThat(again.add("a.md", hash("one"), chunks("a.md", "one"), false))
                    .isFalse();
            assertThat(again.add("a.md", hash("two"), chunks("a.md", "one"), false))
                    .isTrue();
            again.drop();
        }
    }

    @Test
    void aLargeSourceIsAddedPartByPart() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            Staging staging = library.stage(index);
            assertThatThrownBy(() -> staging.add("a.md", hash("a"), chunks("a.md", "part one"), true))
                    .isInstanceOf(IndexFailure.class)
                    .hasMessageContaining("nothing of this source that could be continued");
            staging.add("a.md", hash("a"), chunks("a.md", "part one"), false);
            staging.add("a.md", hash("a"), chunks("a.md", "part two"), true);
            library.commit(staging);
            assertThat(texts(library.search("part", index))).containsExactlyInAnyOrder("part one", "part two");
            assertThat(Search.sources(index, "", 10))
                    .extracting(it -> it.source().chunks())
                    .containsExactly(2L);
        }
    }

    @Test
    void theSecondOfTwoTransactionsThatReplaceOneSourceConflicts() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            Staging first = library.stage(index);
            Staging second = library.stage(index);
            first.add("a.md", hash("1"), chunks("a.md", "from the first"), false);
            second.add("a.md", hash("2"), chunks("a.md", "from the second"), false);
            second.add("b.md", hash("3"), chunks("b.md", "also from the second"), false);
            library.commit(first);
            assertThat(library.commit(second))
                    .extracting(it -> it.refusal().orElse(null))
                    .containsExactly(Denial.CONFLICT, null);
            assertThat(texts(library.search("from", index)))
                    .containsExactlyInAnyOrder("from the first", "also from the second");
        }
    }

    @Test
    void aSourceBeyondTheQuotaIsLeftOutAndTheOthersCommit() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            library.add(index, "old.md", "12345");
            Staging staging = index.stage("t", hash("t"), 16, () -> Library.by("t"));
            staging.add("a.md", hash("1"), chunks("a.md", "four"), false);
            staging.add("b.md", hash("2"), chunks("b.md", "too long"), false);
            staging.add("c.md", hash("3"), chunks("c.md", "more"), false);
            library.committed.add("t");
            assertThat(library.commit(staging))
                    .extracting(it -> it.refusal().orElse(null))
                    .containsExactly(null, Denial.QUOTA, null);
            assertThat(names(index)).containsExactly("a.md", "c.md", "old.md");
        }
    }

    @Test
    void whatCanNeverFitIsRefusedBeforeItIsComputed() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            Staging staging = index.stage("t", hash("t"), 16, () -> Library.by("t"));
            staging.add("a.md", hash("1"), chunks("a.md", "twelve chars"), false);
            assertThatThrownBy(() -> staging.add("b.md", hash("2"), chunks("b.md", "fives"), false))
                    .isInstanceOfSatisfying(
                            IndexFailure.class, it -> assertThat(it.code()).isEqualTo(Denial.QUOTA));
            assertThat(staging.add("a.md", hash("3"), chunks("a.md", "sixteen chars ok"), false))
                    .as("in place of the other")
                    .isTrue();
            assertThat(staging.chunks()).isEqualTo(1);
            staging.drop();
        }
    }

    private static boolean waited(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void nobodyWaitsForTheVectorsOfOthers() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        WordVectors slow = new WordVectors(_ -> {
            begun.countDown();
            assertThat(waited(go)).isTrue();
        });
        try (Library library = new Library(root, slow);
                NamespaceIndex index = library.open("notes")) {
            Staging staging = library.stage(index);
            FutureTask<Boolean> adding =
                    new FutureTask<>(() -> staging.add("a.md", hash("1"), chunks("a.md", "slow"), false));
            Thread.ofVirtual().start(adding);
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(CompletableFuture.supplyAsync(staging::size).get(5, TimeUnit.SECONDS))
                    .isZero();
            CompletableFuture.runAsync(staging::drop).get(5, TimeUnit.SECONDS);
            go.countDown();
            assertThatThrownBy(adding::get)
                    .hasCauseInstanceOf(IndexFailure.class)
                    .hasMessageContaining("the context has ended");
        }
    }

    @Test
    void vectorsThatNobodyWaitsForAreNotMade() throws Exception {
        AtomicInteger made = new AtomicInteger();
        WordVectors words = new WordVectors(made::addAndGet);
        try (Library library = new Library(root, words);
                NamespaceIndex index = library.open("notes")) {
            Staging staging = library.stage(index);
            String[] texts =
                    IntStream.range(0, 200).mapToObj(i -> "text number " + i).toArray(String[]::new);
            assertThatThrownBy(() -> staging.add("a.md", hash("1"), chunks("a.md", texts), false, () -> {
                        if (made.get() > 0) {
                            throw new IndexFailure(Denial.CONTEXT_ENDED, "gone");
                        }
                    }))
                    .isInstanceOf(IndexFailure.class);
            assertThat(made.get()).isPositive().isLessThan(100);
            assertThat(staging.size()).isZero();
            staging.drop();
        }
    }

    @Test
    void whatIsLeftOpenIsSettledByWhetherItCommitted() throws Exception {
        for (boolean didCommit : new boolean[] {true, false}) {
            Path at = root.resolve("at-" + didCommit);
            try (Library library = new Library(at);
                    NamespaceIndex index = library.open("notes")) {
                Staging staging = index.stage("the one", hash("1"), Long.MAX_VALUE, () -> Library.by("the one"));
                staging.add("a.md", hash("x"), chunks("a.md", "new heron"), false);
                try (Staging.Prepared prepared = staging.prepare()) {
                    prepared.leave();
                }
                if (didCommit) {
                    library.committed.add("the one");
                }
            }
            try (Library library = new Library(at);
                    NamespaceIndex index = library.open("notes")) {
                if (didCommit) {
                    library.committed.add("the one");
                }
                assertThat(texts(library.search("heron", index)))
                        .containsExactlyInAnyOrder(didCommit ? new String[] {"new heron"} : new String[0]);
            }
        }
    }

    @Test
    void aStagingThatChangesNothingLeavesNothingThatNeedsItsKey() throws Exception {
        try (Library library = new Library(root);
                NamespaceIndex index = library.open("notes")) {
            Staging staging = library.stage(index);
            assertThat(staging.remove("nothing of this name")).isFalse();
            assertThat(library.commit(staging)).isEmpty();
        }
        try (Stream<Path> left = Files.walk(root)) {
            assertThat(left.filter(Files::isRegularFile)).containsExactly(root.resolve("lock"));
        }
    }

    /** A process that is killed leaves its directory as it is; the copy is what the next one finds. */
    private static void killed(Path root, Path copy) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                Path to = copy.resolve(root.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(path, to);
                }
            }
        }
    }

    @Test
    void whatCommittedBeforeAKillIsTakenOverAfterItAndTheRestIsGone() throws Exception {
        for (boolean didCommit : new boolean[] {true, false}) {
            Path at = root.resolve("at-" + didCommit);
            try (Library library = new Library(root.resolve("live-" + didCommit));
                    NamespaceIndex index = library.open("notes")) {
                library.add(index, "a.md", "old heron");
                library.add(index, "c.md", "a heron to remove");
                Staging unfinished =
                        index.stage("unfinished", hash("0"), Long.MAX_VALUE, () -> Library.by("unfinished"));
                unfinished.add("z.md", hash("z"), chunks("z.md", "unfinished heron"), false);
                Staging staging = index.stage("the one", hash("1"), Long.MAX_VALUE, () -> Library.by("the one"));
                staging.add("a.md", hash("x"), chunks("a.md", "new heron"), false);
                staging.remove("c.md");
                Staging.Prepared prepared = staging.prepare();
                killed(root.resolve("live-" + didCommit), at);
                prepared.close();
                unfinished.drop();
            }
            try (Library library = new Library(at)) {
                if (didCommit) {
                    library.committed.add("the one");
                }
                try (NamespaceIndex index = library.open("notes")) {
                    assertThat(texts(library.search("heron", index)))
                            .containsExactlyInAnyOrder(
                                    didCommit
                                            ? new String[] {"new heron"}
                                            : new String[] {"old heron", "a heron to remove"});
                    assertThat(at.resolve(hash("notes").toHex()).resolve("staged"))
                            .isEmptyDirectory();
                }
            }
        }
    }

    @Test
    void aClosedNamespaceIsCiphertextAndItsKeyIsGone() throws Exception {
        String canary = "xylophone-quetzalcoatl-7741";
        try (Library library = new Library(root)) {
            try (NamespaceIndex index = library.open("notes");
                    NamespaceIndex again = library.open("notes")) {
                library.add(index, canary + ".md", "the word is " + canary);
                Staging staging = library.stage(index);
                staging.add("b.md", hash("b"), chunks("b.md", "staged " + canary), false);
                assertThat(again).isSameAs(index);
                assertNowhere(canary);
                assertThat(library.search(canary, again).hits()).hasSize(1);
                staging.drop();
                assertThat(library.indexes.size()).isEqualTo(1);
            }
            assertThat(library.indexes.size()).isZero();
            assertNowhere(canary);
        }
    }

    private void assertNowhere(String canary) throws IOException {
        int files = 0;
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                assertThat(path.toString()).doesNotContain("xylophone");
                if (Files.isRegularFile(path)) {
                    files++;
                    String bytes = new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
                    for (String part : canary.split("-", -1)) {
                        assertThat(bytes).doesNotContain(part);
                    }
                }
            }
        }
        assertThat(files).isGreaterThan(2);
    }

    @Test
    void anotherKeyGivesOneClearErrorAndLosesNothing() throws Exception {
        try (Library library = new Library(root)) {
            try (NamespaceIndex index = library.open("notes")) {
                library.add(index, "a.md", "the heron");
                assertThatThrownBy(() -> library.indexes.open(hash("notes"), hash("wrong")))
                        .isInstanceOf(IndexFailure.class)
                        .hasMessageContaining("another key");
            }
            assertThatThrownBy(() -> library.indexes.open(hash("notes"), hash("wrong")))
                    .isInstanceOf(IndexFailure.class)
                    .hasMessageContaining("does not open with its key");
            try (NamespaceIndex index = library.open("notes")) {
                assertThat(library.search("heron", index).hits()).hasSize(1);
            }
        }
    }

    @Test
    void eachFileThatIsChangedOrMissingIsNoticed() throws Exception {
        try (Library library = new Library(root)) {
            try (NamespaceIndex index = library.open("notes")) {
                for (int i = 0; i < 3; i++) {
                    library.add(index, i + ".md", "the heron number " + i);
                }
            }
            Path directory = root.resolve(hash("notes").toHex());
            List<Path> files;
            try (Stream<Path> all = Files.list(directory)) {
                files = all.filter(Files::isRegularFile)
                        .filter(file -> !file.getFileName().toString().equals("write.lock"))
                        .toList();
            }
            assertThat(files).hasSizeGreaterThan(2);
            for (Path file : files) {
                byte[] whole = Files.readAllBytes(file);
                byte[] changed = whole.clone();
                changed[changed.length / 2] ^= 1;
                Files.write(file, changed);
                assertThatThrownBy(() -> look(library)).as("%s changed", file).isInstanceOf(IndexFailure.class);
                Files.delete(file);
                if (!file.getFileName().toString().startsWith("segments")) {
                    assertThatThrownBy(() -> look(library))
                            .as("%s missing", file)
                            .isInstanceOf(IndexFailure.class);
                }
                Files.write(file, whole);
            }
            look(library);
        }
    }

    private static void look(Library library) throws IndexFailure {
        try (NamespaceIndex index = library.open("notes")) {
            for (int i = 0; i < 3; i++) {
                library.search("heron number " + i, index);
            }
            Search.sources(index, "", 10);
        }
    }

    @Test
    void theIndexesAreOpenInOneProcessOnly() throws Exception {
        try (Library library = new Library(root)) {
            assertThat(library.indexes.size()).isZero();
            assertThatThrownBy(() -> new Library(root))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("open already");
        }
    }
}
