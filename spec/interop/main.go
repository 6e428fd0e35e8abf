// Command interop reads what Ambit wrote with others' implementations of the same formats, and writes logs and notes for Ambit to read.
// It shares no code with Ambit.
//
//	interop check URL VKEYS [OLD-CHECKPOINT]   an export that a web server has at URL; VKEYS is core.vkey
//	interop proof FILE VKEYS ENTRY             a .tlog-proof of the entry whose bytes are in the file ENTRY
//	interop write tessera|sumdb DIR            writes a log there, which Tessera or x/mod/sumdb/tlog makes, and what proves things about it
//	interop cosign KEYNAME CHECKPOINT          writes a cosigned CHECKPOINT and its verifier keys on standard output
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/transparency-dev/formats/log"
	f_note "github.com/transparency-dev/formats/note"
	f_proof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	commands := map[string]func([]string) error{"check": check, "proof": checkProof, "write": write, "cosign": cosign}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: interop check|proof|write|cosign ...")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

// verifiers are the Ed25519 one, of x/mod/sumdb/note, and all of them, of transparency-dev/formats.
func verifiers(file string) (note.Verifier, []note.Verifier, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	lines := strings.Fields(string(text))
	first, err := note.NewVerifier(lines[0])
	if err != nil {
		return nil, nil, err
	}
	var all []note.Verifier
	for _, line := range lines {
		v, err := f_note.NewVerifier(line)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, v)
	}
	return first, all, nil
}

func check(args []string) error {
	ctx := context.Background()
	first, all, err := verifiers(args[1])
	if err != nil {
		return err
	}
	root, err := url.Parse(strings.TrimSuffix(args[0], "/") + "/")
	if err != nil {
		return err
	}
	fetcher, err := client.NewHTTPFetcher(root, http.DefaultClient)
	if err != nil {
		return err
	}
	raw, err := fetcher.ReadCheckpoint(ctx)
	if err != nil {
		return err
	}
	opened, err := note.Open(raw, note.VerifierList(all...))
	if err != nil {
		return fmt.Errorf("x/mod/sumdb/note: %w", err)
	}
	if len(opened.Sigs) != len(all) {
		return fmt.Errorf("%d of %d keys have signed", len(opened.Sigs), len(all))
	}
	fmt.Printf("x/mod/sumdb/note and transparency-dev/formats: %d signatures verify\n", len(opened.Sigs))
	cp, _, _, err := log.ParseCheckpoint(raw, first.Name(), first)
	if err != nil {
		return err
	}
	if err := fsck.New(first.Name(), first, fetcher, leaves, fsck.Opts{N: 2}).Check(ctx); err != nil {
		return fmt.Errorf("Tessera fsck: %w", err)
	}
	fmt.Printf("Tessera fsck: %d entries and all tiles agree\n", cp.Size)
	if err := proofs(ctx, fetcher, *cp); err != nil {
		return err
	}
	if err := sumdb(ctx, fetcher, opened.Text, *cp); err != nil {
		return fmt.Errorf("x/mod/sumdb/tlog: %w", err)
	}
	if len(args) > 2 {
		return since(ctx, fetcher, first, *cp, args[2])
	}
	return nil
}

func leaves(bundle []byte) ([][]byte, error) {
	eb := api.EntryBundle{}
	if err := eb.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var hashes [][]byte
	for _, entry := range eb.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}

// proofs builds inclusion proofs with Tessera's client and checks them with transparency-dev/merkle.
func proofs(ctx context.Context, f *client.HTTPFetcher, cp log.Checkpoint) error {
	pb, err := client.NewProofBuilder(ctx, cp.Size, f.ReadTile)
	if err != nil {
		return err
	}
	n := 0
	for index := uint64(0); index < cp.Size; index += 1 + cp.Size/50 {
		path, err := pb.InclusionProof(ctx, index)
		if err != nil {
			return err
		}
		bundle, err := client.GetEntryBundle(ctx, f.ReadEntryBundle, index/layout.EntryBundleWidth, cp.Size)
		if err != nil {
			return err
		}
		leaf := rfc6962.DefaultHasher.HashLeaf(bundle.Entries[index%layout.EntryBundleWidth])
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, index, cp.Size, leaf, path, cp.Hash); err != nil {
			return fmt.Errorf("inclusion of %d: %w", index, err)
		}
		n++
	}
	fmt.Printf("Tessera client and transparency-dev/merkle: %d inclusion proofs hold\n", n)
	return nil
}

type tiles struct {
	ctx context.Context
	f   *client.HTTPFetcher
}

func (tiles) Height() int                     { return 8 }
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range wanted {
		b, err := t.f.ReadTile(t.ctx, uint64(tile.L), uint64(tile.N), uint8(tile.W%256))
		if err != nil {
			return nil, err
		}
		data = append(data, b[:tile.W*tlog.HashSize])
	}
	return data, nil
}

// sumdb proves entries and growth with the code of Go's checksum database.
func sumdb(ctx context.Context, f *client.HTTPFetcher, text string, cp log.Checkpoint) error {
	tree := tlog.Tree{N: int64(cp.Size), Hash: tlog.Hash(cp.Hash)}
	reader := tlog.TileHashReader(tree, tiles{ctx, f})
	for n := int64(0); n < tree.N; n += 1 + tree.N/50 {
		p, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return err
		}
		bundle, err := client.GetEntryBundle(ctx, f.ReadEntryBundle, uint64(n)/layout.EntryBundleWidth, cp.Size)
		if err != nil {
			return err
		}
		hash := tlog.RecordHash(bundle.Entries[n%layout.EntryBundleWidth])
		if err := tlog.CheckRecord(p, tree.N, tree.Hash, n, hash); err != nil {
			return err
		}
		if old := n + 1; old < tree.N {
			root, err := tlog.TreeHash(old, reader)
			if err != nil {
				return err
			}
			growth, err := tlog.ProveTree(tree.N, old, reader)
			if err != nil {
				return err
			}
			if err := tlog.CheckTree(growth, tree.N, tree.Hash, old, root); err != nil {
				return err
			}
		}
	}
	fmt.Println("x/mod/sumdb/tlog: record and tree proofs hold")
	return nil
}

func since(ctx context.Context, f *client.HTTPFetcher, v note.Verifier, cp log.Checkpoint, file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	old, _, _, err := log.ParseCheckpoint(raw, v.Name(), v)
	if err != nil {
		return err
	}
	pb, err := client.NewProofBuilder(ctx, cp.Size, f.ReadTile)
	if err != nil {
		return err
	}
	growth, err := pb.ConsistencyProof(ctx, old.Size, cp.Size)
	if err != nil {
		return err
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, old.Size, cp.Size, growth, old.Hash, cp.Hash); err != nil {
		return err
	}
	fmt.Printf("transparency-dev/merkle: the log continues the %d entries of the checkpoint that was kept\n", old.Size)
	return nil
}

func checkProof(args []string) error {
	raw, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	first, all, err := verifiers(args[1])
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(args[2])
	if err != nil {
		return err
	}
	p := f_proof.TLogProof{}
	if err := p.Unmarshal(raw); err != nil {
		return err
	}
	if !bytes.Equal(p.ExtraData, entry) {
		return fmt.Errorf("the proof brings another entry")
	}
	cp, _, opened, err := log.ParseCheckpoint(p.Checkpoint, first.Name(), first, all[1:]...)
	if err != nil {
		return err
	}
	var path [][]byte
	for _, hash := range p.Hashes {
		path = append(path, hash[:])
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(entry)
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, p.Index, cp.Size, leaf, path, cp.Hash); err != nil {
		return err
	}
	fmt.Printf("transparency-dev/formats and merkle: entry %d of %d, %d signatures\n", p.Index, cp.Size, len(opened.Sigs))
	return nil
}

// theirEntries are some of each length that a bundle can hold.
func theirEntries(n int) [][]byte {
	entries := [][]byte{{}, bytes.Repeat([]byte("x"), 65535)}
	for i := len(entries); i < n; i++ {
		entries = append(entries, []byte(fmt.Sprintf("entry %d of somebody else's log", i)))
	}
	return entries
}

// write makes DIR/log, its key DIR/log.vkey, DIR/old, a checkpoint over 300 of its 700 entries, and DIR/entry.tlog-proof of DIR/entry.
func write(args []string) error {
	ctx := context.Background()
	writers := map[string]func(context.Context, string, note.Signer, [][]byte, int) ([]byte, error){"tessera": byTessera, "sumdb": bySumdb}
	dir, entries := args[1], theirEntries(700)
	skey, vkey, err := note.GenerateKey(rand.Reader, "log.example/"+args[0])
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return err
	}
	old, err := writers[args[0]](ctx, filepath.Join(dir, "log"), signer, entries, 300)
	if err != nil {
		return err
	}
	const index = 333
	fetcher := client.FileFetcher{Root: filepath.Join(dir, "log")}
	pb, err := client.NewProofBuilder(ctx, uint64(len(entries)), fetcher.ReadTile)
	if err != nil {
		return err
	}
	path, err := pb.InclusionProof(ctx, index)
	if err != nil {
		return err
	}
	checkpoint, err := fetcher.ReadCheckpoint(ctx)
	if err != nil {
		return err
	}
	p := f_proof.TLogProof{Index: index, Checkpoint: checkpoint}
	for _, hash := range path {
		p.Hashes = append(p.Hashes, [32]byte(hash))
	}
	for name, data := range map[string][]byte{
		"log.vkey": []byte(vkey + "\n"), "old": old, "entry": entries[index], "entry.tlog-proof": p.Marshal(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func byTessera(ctx context.Context, dir string, signer note.Signer, entries [][]byte, first int) ([]byte, error) {
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return nil, err
	}
	opts := tessera.NewAppendOptions().WithCheckpointSigner(signer).WithBatching(256, 100*time.Millisecond).
		WithCheckpointInterval(100 * time.Millisecond)
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, opts)
	if err != nil {
		return nil, err
	}
	await := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 50*time.Millisecond)
	var old []byte
	for _, part := range [][][]byte{entries[:first], entries[first:]} {
		// One after the other, so that they get the numbers that they have here.
		var last tessera.IndexFuture
		for _, entry := range part {
			last = appender.Add(ctx, tessera.NewEntry(entry))
		}
		_, published, err := await.Await(ctx, last)
		if err != nil {
			return nil, err
		}
		if old == nil {
			old = published
		}
	}
	return old, shutdown(ctx)
}

func bySumdb(ctx context.Context, dir string, signer note.Signer, entries [][]byte, first int) ([]byte, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	sign := func(size int) ([]byte, error) {
		root, err := tlog.TreeHash(int64(size), reader)
		if err != nil {
			return nil, err
		}
		return note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, root)}, signer)
	}
	save := func(path string, data []byte) error {
		file := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		return os.WriteFile(file, data, 0o644)
	}
	var bundle, old []byte
	for i, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(i), entry, reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, hashes...)
		bundle = append(binary.BigEndian.AppendUint16(bundle, uint16(len(entry))), entry...)
		if i+1 == first {
			if old, err = sign(first); err != nil {
				return nil, err
			}
		}
		if (i+1)%256 == 0 || i+1 == len(entries) {
			if err := save(layout.EntriesPath(uint64(i/256), uint8((i+1)%256)), bundle); err != nil {
				return nil, err
			}
			bundle = nil
		}
	}
	for _, tile := range tlog.NewTiles(8, 0, int64(len(entries))) {
		data, err := tlog.ReadTileData(tile, reader)
		if err != nil {
			return nil, err
		}
		if err := save(layout.TilePath(uint64(tile.L), uint64(tile.N), uint8(tile.W%256)), data); err != nil {
			return nil, err
		}
	}
	newest, err := sign(len(entries))
	if err != nil {
		return nil, err
	}
	return old, save("checkpoint", newest)
}

// cosign adds signatures of three types by fresh keys.
func cosign(args []string) error {
	raw, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	text, _, _ := bytes.Cut(raw, []byte("\n\n"))
	skey, vkey, err := note.GenerateKey(rand.Reader, args[0])
	if err != nil {
		return err
	}
	plain, err := note.NewSigner(skey)
	if err != nil {
		return err
	}
	cosigner, err := f_note.NewSignerForCosignatureV1(skey)
	if err != nil {
		return err
	}
	cosignerKey, err := f_note.VKeyToCosignatureV1(vkey)
	if err != nil {
		return err
	}
	quantumSecret, quantumKey, err := f_note.GenerateMLDSAKey(args[0])
	if err != nil {
		return err
	}
	quantum, err := f_note.NewMLDSASigner(quantumSecret)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: string(text) + "\n"}, plain, cosigner, quantum)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n%s\n%s\n%s\n", vkey, cosignerKey, quantumKey, base64.StdEncoding.EncodeToString(signed))
	return nil
}
