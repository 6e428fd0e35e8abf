// Runs the witness of transparency-dev, which is the public witness network's, for one log: C2SP tlog-witness with none of Ambit's code.
//
//	witness KEYNAME LOGKEY    prints its verifier keys, Ed25519 and ML-DSA, and its address, one a line, and serves until its input ends
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	f_note "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/witness/persistence/inmemory"
	"github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: witness KEYNAME LOGKEY")
		os.Exit(2)
	}
	if err := serve(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "witness:", err)
		os.Exit(1)
	}
}

func signers(name string) ([]note.Signer, []string, error) {
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, nil, err
	}
	ed25519, err := f_note.NewSignerForCosignatureV1(skey)
	if err != nil {
		return nil, nil, err
	}
	ed25519Key, err := f_note.VKeyToCosignatureV1(vkey)
	if err != nil {
		return nil, nil, err
	}
	secret, mldsaKey, err := f_note.GenerateMLDSAKey(name)
	if err != nil {
		return nil, nil, err
	}
	mldsa, err := f_note.NewMLDSASigner(secret)
	if err != nil {
		return nil, nil, err
	}
	return []note.Signer{ed25519, mldsa}, []string{ed25519Key, mldsaKey}, nil
}

func serve(name, logKey string) error {
	log, err := f_note.NewVerifier(logKey)
	if err != nil {
		return err
	}
	keys, lines, err := signers(name)
	if err != nil {
		return err
	}
	w, err := witness.New(context.Background(), witness.Opts{
		Persistence: inmemory.New(),
		Signers:     keys,
		VerifierForLog: func(_ context.Context, origin string) (note.Verifier, bool, error) {
			return log, origin == log.Name(), nil
		},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", witness.NewHTTPHandler(w).AddCheckpoint)
	for _, line := range lines {
		fmt.Println(line)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = listener.Close()
		os.Exit(0)
	}()
	return http.Serve(listener, mux)
}
