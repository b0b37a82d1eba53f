package workspace

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/internal/until"
	"sheetmill/core/job"
	"sheetmill/core/pipeline"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// AddOptions go with an added file.
type AddOptions struct {
	// FileName is the name to show; folders in it are dropped.
	FileName string
	// Size in bytes where it is known beforehand, so that too large a file is
	// refused before it is copied; 0 when unknown.
	Size int64
	// Idempotency is the client's name for this request; asked again by that name
	// with the same bytes, Add answers what it did the first time. "" for none.
	Idempotency string
	// Priority is 1 for first to 4 for last among the owner's jobs; 0 is 2.
	Priority int
	// Options of reading and cleaning. A Password is used up here: what is stored
	// and milled is the workbook without it.
	pipeline.Options
}

// Added answers Add.
type Added struct {
	RecordID string `json:"recordId"`
	JobID    int64  `json:"jobId"`
	Hash     string `json:"hash"`            // SHA-256 of the source
	Size     int64  `json:"size"`            // bytes
	Again    bool   `json:"again,omitempty"` // the request was answered before; this answer is the same
}

// Add stores a source and enqueues its parse; it answers as soon as the bytes
// are copied. Whatever fails, nothing is left behind: the object is published
// under a claim, record and job are written in one transaction, and an object
// whose transaction failed is removed, now or by the sweeper.
func (w *Workspace) Add(ctx context.Context, src io.Reader, o AddOptions) (Added, error) {
	name := baseName(o.FileName)
	if o.Size > w.config.MaxSource {
		return Added{}, w.tooLarge(name)
	}
	if o.Password != "" {
		plain, closeAll, err := w.unlocked(ctx, src, name, o.Password)
		if err != nil {
			return Added{}, err
		}
		defer func() { _ = closeAll() }() // a temporary file that stays is the system's to remove
		src = plain
	}
	key, added, err := w.storeSource(ctx, src, name)
	if err != nil {
		return Added{}, err
	}
	added.RecordID = newID()
	d := catalog.NewDataset{ID: added.RecordID, FileName: name, FileKey: key, FileSize: added.Size, FileHash: added.Hash,
		ExpiresAt: w.expiry(), Idempotency: o.Idempotency}
	result, err := w.catalog.Add(ctx, d, job.Request{Kind: pipeline.Kind, Queue: pipeline.Queue, Priority: o.Priority, Args: pipeline.Args{
		RecordID: d.ID, FileName: name, FileKey: key, FileHash: added.Hash, Options: o.Options,
	}})
	if err != nil {
		return Added{}, errors.Join(err, w.abandon(ctx, key))
	}
	added.RecordID, added.JobID, added.Again = result.RecordID, result.JobID, result.Again
	return added, nil
}

// expiry is when a record that is made now expires; zero is never.
func (w *Workspace) expiry() time.Time {
	if w.config.Retention <= 0 {
		return time.Time{}
	}
	return time.Now().Add(w.config.Retention)
}

// storeSource copies the bytes into the store and names them by their hash.
func (w *Workspace) storeSource(ctx context.Context, src io.Reader, name string) (string, Added, error) {
	object, err := w.store.Create(ctx)
	if err != nil {
		return "", Added{}, err
	}
	defer func() { _ = object.Abort() }()
	hash := sha256.New()
	limited := &io.LimitedReader{R: until.Reader(ctx, src), N: w.config.MaxSource + 1}
	size, err := io.CopyBuffer(io.MultiWriter(object, hash), limited, make([]byte, 1<<20))
	switch {
	case err != nil:
		return "", Added{}, fault.Of(readFault(err)).At(sheet.ShownName(name))
	case size > w.config.MaxSource:
		return "", Added{}, w.tooLarge(name)
	case size == 0:
		return "", Added{}, fault.New(fault.BadInput, say.T("The file is empty: it has no bytes at all.")).
			Hint(say.T("Export or download it again.")).At(sheet.ShownName(name))
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	key := pipeline.SourceKey(w.catalog.Owner(), sum)
	if err := w.catalog.Claim(ctx, 0, key); err != nil {
		return "", Added{}, err
	}
	if _, err := object.Commit(ctx, key); err != nil {
		return "", Added{}, errors.Join(err, w.abandon(ctx, key))
	}
	return key, Added{Hash: sum, Size: size}, nil
}

func (w *Workspace) tooLarge(name string) error {
	return fault.New(fault.Limit, say.T("The file is larger than the limit of {limit} bytes for one source.", "limit", w.config.MaxSource)).
		Hint(say.T("Split the file, or raise the limit in the settings.")).At(sheet.ShownName(name))
}

// readFault tells a source that cannot be read from a store that cannot be written.
func readFault(err error) error {
	var f *fault.Error
	if errors.As(err, &f) || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.BadInput, say.T("The file cannot be read.")).
		Hint(say.T("Check that it is a file, that you may read it, and that its disk is there.")).Because(err)
}

// abandon takes back the claim on a source that came to no record, and removes
// it unless another record has it.
func (w *Workspace) abandon(ctx context.Context, key string) error {
	ctx = context.WithoutCancel(ctx)
	if err := w.catalog.Release(ctx, key); err != nil {
		return err
	}
	return w.sweep(ctx, []string{key})
}

// sweep removes those of the keys that nothing refers to. A key that somebody
// wrote into a record by hand and that is another's is no business of ours.
func (w *Workspace) sweep(ctx context.Context, keys []string) error {
	own := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return w.store.Check(key) != nil })
	_, err := w.catalog.Sweep(ctx, own, false, w.removeObject(ctx))
	return err
}

func (w *Workspace) removeObject(ctx context.Context) func(key string) error {
	return func(key string) error {
		w.tables.forget([]string{key})
		return w.store.Remove(ctx, key)
	}
}

// Remove deletes a record with its history, and the objects that no other
// record refers to.
func (w *Workspace) Remove(ctx context.Context, id string) error {
	keys, err := w.catalog.Remove(ctx, id)
	if err != nil {
		return err
	}
	return w.sweep(ctx, keys)
}

func baseName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}

// newID makes a record's ID: 13 letters and digits, 64 random bits.
func newID() string {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails, see crypto/rand
	return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:]))
}
