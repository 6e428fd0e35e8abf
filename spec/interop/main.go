// Command interop reads what Ambit wrote with others' implementations of the same formats, and writes logs and notes for Ambit to read.
// It shares no code with Ambit.
//
//	interop check URL VKEYS [OLD-CHECKPOINT]   an export that a web server has at URL; VKEYS is core.vkey
//	interop proof FILE VKEYS ENTRY             a .tlog-proof of the entry whose bytes are in the file ENTRY
//	interop cosign KEYNAME CHECKPOINT          writes a cosigned CHECKPOINT and its verifier keys on standard output
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/transparency-dev/formats/log"
	f_note "github.com/transparency-dev/formats/note"
	f_proof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	commands := map[string]func([]string) error{"check": check, "proof": checkProof, "cosign": cosign}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: interop check|proof|cosign ...")
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
