// Command tessera measures how many entries a second Tessera makes durable in its POSIX storage, and prints {"rates": [per second, ...]}.
//
//	tessera DIRECTORY WRITERS STRETCHES   a log in DIRECTORY, which must not be there; a rate for each stretch of half a second
//
// A writer adds an entry and waits until Tessera says which index it has: then it is in an entry bundle and in the tree's tiles, all of
// them synced, though not yet under a published checkpoint.
package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

const (
	entryBytes = 300
	warmUp     = 4
	stretch    = 500 * time.Millisecond

	// A batch is written when all writers wait for it. None has to wait for this age of it in order to go on.
	batchAge = 50 * time.Millisecond

	// As often as Ambit's core writes one at most.
	checkpointInterval = time.Second
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: tessera DIRECTORY WRITERS STRETCHES")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "tessera:", err)
		os.Exit(1)
	}
}

func run(directory, writers, stretches string) error {
	w, err := strconv.Atoi(writers)
	if err != nil {
		return err
	}
	s, err := strconv.Atoi(stretches)
	if err != nil {
		return err
	}
	add, err := appender(directory, uint(w))
	if err != nil {
		return err
	}
	measured, err := rates(add, w, s)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string][]int64{"rates": measured})
}

func appender(directory string, batch uint) (tessera.AddFn, error) {
	ctx := context.Background()
	key, _, err := note.GenerateKey(rand.Reader, "ambit/bench")
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(key)
	if err != nil {
		return nil, err
	}
	driver, err := posix.New(ctx, posix.Config{Path: directory})
	if err != nil {
		return nil, err
	}
	options := tessera.NewAppendOptions().WithCheckpointSigner(signer).WithBatching(batch, batchAge).
		WithCheckpointInterval(checkpointInterval)
	log, _, _, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		return nil, err
	}
	return log.Add, nil
}

// rates are those of so many writers together, in each stretch after those that warm up.
func rates(add tessera.AddFn, writers, stretches int) ([]int64, error) {
	var made, done atomic.Int64
	failed := make(chan error, writers)
	write := func() {
		for {
			entry := make([]byte, entryBytes)
			binary.BigEndian.PutUint64(entry, uint64(made.Add(1)))
			if _, err := add(context.Background(), tessera.NewEntry(entry))(); err != nil {
				failed <- err
				return
			}
			done.Add(1)
		}
	}
	for range writers {
		go write()
	}
	var measured []int64
	for i := range warmUp + stretches {
		from, began := done.Load(), time.Now()
		select {
		case err := <-failed:
			return nil, err
		case <-time.After(stretch):
		}
		rate := float64(done.Load()-from) / time.Since(began).Seconds()
		if i >= warmUp {
			measured = append(measured, int64(math.Round(rate)))
		}
	}
	return measured, nil
}
