package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/internal/until"
	"sheetmill/core/say"
)

// Health is what Doctor found.
type Health struct {
	Records int `json:"records"`
	Objects int `json:"objects"` // that records refer to
	Swept
	// Faults are what is wrong: a missing object, a source whose bytes changed,
	// a record without a job.
	Faults []*fault.Error `json:"faults"`
}

// Clean tells whether nothing is wrong and nothing hangs in the air.
func (h Health) Clean() bool {
	return len(h.Faults) == 0 && h.Swept.Objects == 0 && h.Unfinished == 0
}

// DoctorOptions say what Doctor does.
type DoctorOptions struct {
	Fix bool // sweep what nothing refers to
	// Quick skips reading every source to compare its hash.
	Quick bool
}

// Doctor checks that the workspace is whole: every record has a job or a
// table, every object that a record refers to is there, every source still has
// the hash it was added with, and no object is there without a record.
func (w *Workspace) Doctor(ctx context.Context, o DoctorOptions) (Health, error) {
	h, err := w.examine(ctx, o)
	if err != nil {
		return h, err
	}
	h.Swept, err = w.Sweep(ctx, !o.Fix)
	return h, err
}

// examine looks at every record and what it refers to.
func (w *Workspace) examine(ctx context.Context, o DoctorOptions) (Health, error) {
	h := Health{Faults: []*fault.Error{}}
	datasets, err := w.catalog.Datasets(ctx, 0)
	if err != nil {
		return h, err
	}
	seen := map[string]bool{}
	for _, d := range datasets {
		h.Records++
		if err := w.checkDataset(ctx, d, o, seen, &h); err != nil {
			return h, err
		}
	}
	h.Objects = len(seen)
	alone, err := w.catalog.Check(ctx)
	if err != nil {
		return h, err
	}
	for _, id := range alone {
		h.Faults = append(h.Faults, fault.New(fault.Conflict, say.T("The record has neither a table nor a job.")).
			Hint(say.T("Remove it and add its file again.")).At(id))
	}
	return h, nil
}

func (w *Workspace) checkDataset(ctx context.Context, d catalog.Dataset, o DoctorOptions, seen map[string]bool, h *Health) error {
	keys := []string{d.FileKey}
	versions, err := w.catalog.Versions(ctx, d.ID)
	if err != nil {
		if fault.Is(err, fault.NotFound) { // removed while we look
			return nil
		}
		return err
	}
	for _, v := range versions {
		keys = append(keys, v.Keys...)
	}
	coming := len(versions) == 0 && w.isPulled(ctx, d.ID) // its source comes with its table
	for _, key := range keys {
		if seen[key] {
			continue
		}
		seen[key] = true
		if _, err := w.store.Stat(ctx, key); err != nil {
			switch {
			case fault.Is(err, fault.NotAllowed): // written by hand
				h.Faults = append(h.Faults, fault.Of(err).At(d.ID))
			case !fault.Is(err, fault.NotFound):
				return err
			case !coming:
				h.Faults = append(h.Faults, fault.New(fault.NotFound, say.T("An object of the record is missing: {key}.", "key", key)).
					Hint(say.T("Add the file again, or restore the workspace from a backup.")).At(d.ID))
			}
			continue
		}
		if strings.HasSuffix(key, ".parquet") {
			if err := w.withObject(ctx, key, func(*openTable) error { return nil }); err != nil {
				if !fault.Is(err, fault.BadInput) {
					return err
				}
				h.Faults = append(h.Faults, fault.Of(err).At(d.ID))
			}
		}
		if key == d.FileKey && !o.Quick {
			if err := w.checkSource(ctx, d, h); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Workspace) checkSource(ctx context.Context, d catalog.Dataset, h *Health) error {
	object, err := w.store.Open(ctx, d.FileKey)
	if err != nil {
		return err
	}
	defer func() { _ = object.Close() }()
	hash := sha256.New()
	_, err = io.CopyBuffer(hash, until.Reader(ctx, io.NewSectionReader(object, 0, object.Size())), make([]byte, 1<<20))
	if err != nil {
		return err
	}
	if hex.EncodeToString(hash.Sum(nil)) != d.FileHash {
		h.Faults = append(h.Faults, fault.New(fault.Conflict, say.T("The stored source is not what was added: its bytes have changed.")).
			Hint(say.T("Check the disk. Restore the object from a backup, or remove every record of the file and add it again.")).At(d.ID))
	}
	return nil
}
