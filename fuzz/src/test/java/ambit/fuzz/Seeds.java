package ambit.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import ambit.audit.tlog.ExportTarget;
import ambit.audit.tlog.TlogTargets;
import ambit.wire.Blob;
import ambit.wire.BrokerToCore;
import ambit.wire.Cbor;
import ambit.wire.DriverToCore;
import ambit.wire.End;
import ambit.wire.Syscall;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** What a target begins with when it has no corpus: a few inputs that get far into it. */
final class Seeds {
    private static final String CONFIG = """
            tenant: acme
            principals:
              alice: {may-run: [notes]}
            tools:
              model: {driver: openai, at: "http://127.0.0.1:9100/v1", credential: "env:KEY", time-out: 120 s}
              git: {driver: mcp, run: [/bin/git, 3], sees: {/repo: ./project}, effect-free: [git_log]}
            agents:
              notes:
                run: [/bin/sh, -c, x]
                may-use:
                  model.chat: {where: {model: scripted, "*": any}, at-most: 20, per-run: 5}
                  git.git_log: {where: {"n?": {min: 1, max: 50}, m: {glob: "u*"}}, delegate: only}
                remembers: {own: 1 MiB, user/notes: read-write}
                may-start: {helper: 3}
                limits: {memory: 2 GiB, time: 5 min}
              helper: {run: [sh]}
            """;

    private Seeds() {}

    static List<byte[]> of(String target) {
        return switch (target) {
            case "cbor" -> documents();
            case "json" ->
                texts(
                        "{\"a\":[1,-2.50,3e-7,true,false,null,\"\\u20ac\\ud83d\\ude00\\n\"],\"b\":{}}",
                        " [ 0.1E+2 , \"x\" ] ",
                        "{\"a\":1,\"a\":2}");
            case "arguments" -> arguments();
            case "cose" -> CoseTarget.genuine().stream().map(Blob::toArray).toList();
            case "checkpoint" ->
                CheckpointTarget.genuine().stream().map(Blob::toArray).toList();
            case "frames" ->
                List.of(
                        Blob.fromHex("000000000100").toArray(),
                        Blob.fromHex("050000000200000000000100").toArray());
            case "records" ->
                List.of(
                        Blob.fromHex("050001026161016203646464").toArray(),
                        Blob.fromHex("0000ff0000036161").toArray());
            case "snapshot" ->
                SnapshotTarget.genuine().stream().map(Blob::toArray).toList();
            case "note" -> NoteTarget.genuine();
            case "proof" -> List.of(TlogTargets.proof());
            case "witness" -> List.of(TlogTargets.request());
            case "bundle" -> List.of(TlogTargets.bundle());
            case "export" -> ExportTarget.seeds();
            case "yaml" -> texts(CONFIG, "tenant: acme\n", "a: &b {c: *b}\n", "tenant: [\n");
            case "narrowing" ->
                texts(
                        "{\"git.git_log\":{\"at-most\":1,\"where\":{\"path\":{\"under\":\"/repo\"},\"n?\":[1,true,null],\"*\":\"any\"}}}",
                        "{\"web.fetch\":false,\"budgets\":{\"cents\":100},\"received\":[\"bills.read#iban\"]}");
            case "members" ->
                texts(
                        "{\"a\":[1,-2.50,\"\\ud83d\\ude00\"],\"b\":{\"c\":\"}\"} , \"\\u0064\": null }",
                        "1,\"b\":2",
                        "\"x\"");
            case "chain" -> chains();
            case "socket" -> attacks();
            default -> messages(target);
        };
    }

    private static List<byte[]> documents() {
        byte[] lies = new byte[Cbor.MAX_DEPTH * 5 + Cbor.MAX_ITEMS];
        for (int i = 0; i < Cbor.MAX_DEPTH; i++) {
            lies[5 * i] = (byte) 0x9a;
            lies[5 * i + 3] = (byte) 0xff;
        }
        return Stream.concat(
                        Stream.of(
                                        "00",
                                        "a2016178026179",
                                        "83f6f5f4",
                                        "1b7fffffffffffffff",
                                        "5f4101ff",
                                        "9f00ff",
                                        "bf0001ff")
                                .map(hex -> Blob.fromHex(hex).toArray()),
                        Stream.of(lies))
                .toList();
    }

    private static List<byte[]> texts(String... texts) {
        return Arrays.stream(texts).map(text -> text.getBytes(UTF_8)).toList();
    }

    private static List<byte[]> arguments() {
        return Stream.of(
                        "10.1.2.3",
                        "1:2:3:4:5:6:7:8",
                        "::ffff:1.2.3.4",
                        "1::",
                        "fe80::1:2",
                        "a.example-1.org",
                        "http://a.b",
                        "https://A.b:8443/c/d%20e/?q=1#f",
                        "http://1.2.3.4/x",
                        "http://a/" + "a".repeat(2039),
                        "http://a" + "/a".repeat(1020),
                        "http://" + "a.".repeat(1000) + "a/")
                .map(text -> ("{\"a\":\"" + text + "\",\"~/\":{\"*\":[1,[],{}]}}").getBytes(UTF_8))
                .toList();
    }

    private static List<byte[]> messages(String target) {
        Class<? extends Cbor.Message> type = Types.roots().stream()
                .filter(it -> it.getSimpleName().equals(target))
                .findFirst()
                .orElseThrow();
        Samples samples = new Samples(new SplittableRandom(7));
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            seeds.add(samples.message(type).toBlob().toArray());
        }
        return seeds;
    }

    private static List<byte[]> chains() {
        String[] params = {
            "{\"a\":1}",
            "{\"a\":\"/a/b\"}",
            "{\"a\":[\"a\",\"b\"]}",
            "{\"a\":{\"b\":\"10.0.0.1\"}}",
            "{\"a\":\"https://a.b/c\"}",
            "{}"
        };
        Samples samples = new Samples(new SplittableRandom(8));
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            ChainTarget.Case made = (ChainTarget.Case) samples.message(ChainTarget.Case.class);
            Blob json = Blob.of(params[i % params.length].getBytes(UTF_8));
            seeds.add(new ChainTarget.Case(made.blocks(), json).toBlob().toArray());
        }
        return seeds;
    }

    /** One byte for each thing that {@link SocketTarget} puts in its place. */
    private static Cbor known(int number) {
        return Cbor.of(Blob.of(new byte[] {(byte) number}));
    }

    private static List<byte[]> attacks() {
        Cbor params = Cbor.of(Blob.of("{}".getBytes(UTF_8)));
        Cbor hello = new DriverToCore.Hello(1, Blob.of(new byte[32]), List.of("files")).toCbor();
        List<byte[]> seeds = new ArrayList<>(List.of(
                attack(0, Cbor.array(1, known(3), known(4), known(5))),
                attack(
                        0,
                        Cbor.array(2, known(0), Syscall.TOOL_CALL, known(1), params),
                        new BrokerToCore.Poll().toCbor()),
                attack(0, Cbor.array(2, known(0), Syscall.TOOL_CALL, known(9), params)),
                attack(0, Cbor.array(2, known(0), Syscall.MEMORY_WRITE, Blob.EMPTY, params)),
                attack(0, Cbor.array(3, known(0), known(2), Blob.EMPTY, params)),
                attack(0, Cbor.array(4, known(0), params)),
                attack(0, Cbor.array(8, known(0))),
                attack(0, Cbor.array(5, known(0), End.SUCCESS, 0, Blob.EMPTY), Cbor.array(4, known(0), params)),
                attack(
                        1,
                        new DriverToCore.Hello(0, Blob.of(new byte[32]), List.of("files")).toCbor(),
                        Cbor.array(2, known(7))),
                attack(1, hello, Cbor.array(6, 1, "no")),
                attack(1, hello, new DriverToCore.Ok().toCbor()),
                attack(1, hello),
                new byte[] {2, 0, 0, 0, 1, 0},
                new byte[] {3, 127, 127, 127, 127}));
        Samples samples = new Samples(new SplittableRandom(9));
        for (int i = 0; i < 20; i++) {
            seeds.add(attack(0, samples.message(BrokerToCore.class).toCbor()));
            seeds.add(attack(1, hello, samples.message(DriverToCore.class).toCbor()));
        }
        return seeds;
    }

    private static byte[] attack(int how, Cbor... frames) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.write(how);
        for (Cbor frame : frames) {
            byte[] bytes = Cbor.encode(frame);
            input.write(bytes.length >> 8);
            input.write(bytes.length);
            input.writeBytes(bytes);
        }
        return input.toByteArray();
    }
}
