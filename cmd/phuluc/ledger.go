package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/phuluc/phuluc/load/ledger"
	"github.com/phuluc/phuluc/load/lock"
	"github.com/phuluc/phuluc/load/refresh"
)

// readLedger calls read with the ledger, and does nothing where there is none yet: only what writes makes one.
func readLedger(ctx context.Context, cfg config, read func(*ledger.Ledger) error) (err error) {
	book, err := ledger.OpenReader(ctx, refresh.LedgerPath(cfg.DataDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	return read(book)
}

// writeLedger calls write with the ledger, and makes it if there is none.
func writeLedger(ctx context.Context, cfg config, write func(*ledger.Ledger) error) (err error) {
	book, err := ledger.Open(ctx, refresh.LedgerPath(cfg.DataDir))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	return write(book)
}

// patience is how long a decision waits for that of somebody else, which takes no longer.
const patience = 10 * time.Second

// exclusively does something while no run is at work.
func exclusively(ctx context.Context, cfg config, command string, do func(*ledger.Ledger) error) (err error) {
	held, err := lock.Acquire(ctx, filepath.Join(cfg.DataDir, "lock"), command, max(time.Duration(cfg.Wait), patience))
	if err != nil {
		return runFailure(cfg, err)
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	return writeLedger(ctx, cfg, do)
}

// recordRollback writes a rollback into the ledger, so that history tells why readers see an older generation.
func recordRollback(ctx context.Context, cfg config, generation int) error {
	return writeLedger(ctx, cfg, func(book *ledger.Ledger) error {
		return book.RecordPublications(ctx, ledger.Publication{Generation: generation, Action: "rollback", At: time.Now()})
	})
}
