package workspace

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sheetmill/core/blob"
	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/internal/until"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

// transferQueue is where pushes and pulls wait: one that waits for the network
// holds up no parse.
const transferQueue = "network"

// The stages of a push or a pull.
const (
	StageCopy  = "copy"  // objects that are not there yet, one by one
	StageAgree = "agree" // both sides hold the same bytes, by SHA-256; the last word of a transfer that is done
)

// transfer carries one version of a dataset, with its source, from one
// workspace to another.
type transfer struct {
	from, to *Workspace
	dataset  catalog.Dataset
	version  catalog.Version // as it is known where it comes from
	items    []item
	report   func(job.Progress)

	total, done int64 // bytes
}

// item is one object under its names on both sides.
type item struct {
	key, there string
	size       int64
	held       bool   // there already
	sum        string // SHA-256 of what the sending side holds; "" until it was read
}

// other opens the other side of a transfer, and clears away what a process
// that died over the last one has left there.
func (w *Workspace) other(ctx context.Context, connection string) (*Workspace, error) {
	other, err := w.config.Reach(ctx, connection)
	if err != nil {
		return nil, err
	}
	if _, err := other.store.SweepUnfinished(ctx, false); err != nil && ctx.Err() == nil {
		w.config.Logger.WarnContext(ctx, "what dead transfers left stays for now", slog.Any("error", err))
	}
	return other, nil
}

// newTransfer looks up what is to be carried. Version 0 is the head.
func newTransfer(ctx context.Context, from, to *Workspace, id string, number int, report func(job.Progress)) (*transfer, error) {
	t := &transfer{from: from, to: to, report: report}
	var err error
	if t.dataset, err = from.catalog.Dataset(ctx, id); err != nil {
		return nil, err
	}
	if t.version, err = from.version(ctx, id, number); err != nil {
		return nil, err
	}
	for _, key := range slices.Compact(slices.Sorted(slices.Values(append([]string{t.dataset.FileKey, t.version.CleanKey}, t.version.Keys...)))) {
		there, err := t.rekey(key)
		if err != nil {
			return nil, err
		}
		info, err := from.store.Stat(ctx, key)
		if err != nil {
			return nil, err
		}
		t.items = append(t.items, item{key: key, there: there, size: info.Size})
		t.total += info.Size
	}
	return t, nil
}

// rekey is an object's key where it goes to: contents have the same names for
// every owner.
func (t *transfer) rekey(key string) (string, error) {
	if err := t.from.store.Check(key); err != nil {
		return "", err
	}
	return t.to.store.Prefix() + strings.TrimPrefix(key, t.from.store.Prefix()), nil
}

// keys are those where it goes to.
func (t *transfer) keys() []string {
	keys := make([]string, len(t.items))
	for i, it := range t.items {
		keys[i] = it.there
	}
	return keys
}

// names tells each key's name on the other side.
func (t *transfer) names() map[string]string {
	names := make(map[string]string, len(t.items))
	for _, it := range t.items {
		names[it.key] = it.there
	}
	return names
}

// arrived is the version as it is to be known where it goes to.
func (t *transfer) arrived() (catalog.Version, error) {
	names, v := t.names(), t.version
	v.CleanKey, v.Number = names[v.CleanKey], 0
	v.Keys = make([]string, len(t.version.Keys))
	for i, key := range t.version.Keys {
		v.Keys[i] = names[key]
	}
	var err error
	v.Detail, err = rename(v.Detail, names)
	return v, err
}

// isAt tells whether a record over there holds what is to be carried.
func (t *transfer) isAt(ctx context.Context, id string) (held bool, err error) {
	d, err := t.to.catalog.Dataset(ctx, id)
	if err != nil {
		return false, err
	}
	versions, err := t.to.catalog.Versions(ctx, id)
	clean := t.names()[t.version.CleanKey]
	return d.FileHash == t.dataset.FileHash && slices.ContainsFunc(versions, func(v catalog.Version) bool { return v.CleanKey == clean }), err
}

// rename changes the keys in a version's details, whatever these hold otherwise.
func rename(detail json.RawMessage, names map[string]string) (json.RawMessage, error) {
	if len(detail) == 0 {
		return detail, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(detail))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(renamed(v, names))
}

func renamed(v any, names map[string]string) any {
	switch v := v.(type) {
	case string:
		if there, ok := names[v]; ok {
			return there
		}
	case []any:
		for i := range v {
			v[i] = renamed(v[i], names)
		}
	case map[string]any:
		for k := range v {
			v[k] = renamed(v[k], names)
		}
	}
	return v
}

// look sees what is where it belongs already, and tells whether that is all.
func (t *transfer) look(ctx context.Context) (all bool, err error) {
	all = true
	for i := range t.items {
		it := &t.items[i]
		_, err := t.to.store.Stat(ctx, it.there)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return false, err
		}
		it.held = err == nil
		all = all && it.held
	}
	return all, nil
}

// run carries what was not there at the look, object by object, and then
// compares all of it. What was carried before, by whomever, is not carried again.
func (t *transfer) run(ctx context.Context) error {
	for i := range t.items {
		it := &t.items[i]
		if !it.held {
			if err := t.carry(ctx, it); err != nil {
				return err
			}
		}
		t.settled(it)
	}
	for i := range t.items {
		if err := t.compare(ctx, &t.items[i]); err != nil {
			return err
		}
	}
	return nil
}

// at says that so many bytes are where they belong. The last hundredth is for
// comparing.
func (t *transfer) at(done int64) {
	t.report(job.Progress{Stage: StageCopy, Done: 0.99 * float64(done) / float64(max(1, t.total)), Bytes: done, Total: t.total})
}

// settled says that an object is where it belongs.
func (t *transfer) settled(it *item) {
	t.done += it.size
	t.at(t.done)
}

// finished is the last word on a transfer.
func (t *transfer) finished() job.Progress {
	return job.Progress{Stage: StageAgree, Done: 1, Bytes: t.total, Total: t.total, Rows: t.version.Rows}
}

// carry copies one object, and hashes it on the way.
func (t *transfer) carry(ctx context.Context, it *item) error {
	var copied atomic.Int64
	traffic := copied.Load
	for _, w := range []*Workspace{t.from, t.to} {
		if w.traffic != nil { // a bucket takes the bytes when they are all there
			traffic = w.traffic
		}
	}
	defer t.showing(it, traffic)()
	object, err := t.from.store.Open(ctx, it.key)
	if err != nil {
		return err
	}
	defer func() { _ = object.Close() }()
	w, err := t.to.store.Create(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.Abort() }()
	hash := sha256.New()
	out := io.MultiWriter(w, hash, writerFunc(func(b []byte) { copied.Add(int64(len(b))) }))
	if _, err := io.CopyBuffer(out, until.Reader(ctx, io.NewSectionReader(object, 0, object.Size())), make([]byte, 1<<20)); err != nil {
		return err
	}
	it.sum = hex.EncodeToString(hash.Sum(nil))
	_, err = w.Commit(ctx, it.there)
	return err
}

type writerFunc func(b []byte)

func (f writerFunc) Write(b []byte) (int, error) { f(b); return len(b), nil }

// showing reports how far an object is by the traffic since now, until the
// function that it answers is called.
func (t *transfer) showing(it *item, traffic func() int64) (stop func()) {
	over := make(chan struct{})
	before := traffic()
	var shower sync.WaitGroup
	shower.Go(func() {
		tick := time.NewTicker(showEvery)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case <-tick.C:
				t.at(t.done + min(it.size, traffic()-before))
			}
		}
	})
	return func() { close(over); shower.Wait() }
}

// showEvery is how often the progress within an object is told.
const showEvery = 250 * time.Millisecond

// compare makes sure that both sides hold the same bytes. The source must also
// be the one that was added.
func (t *transfer) compare(ctx context.Context, it *item) error {
	sum := it.sum
	if sum == "" {
		var err error
		if sum, err = sumOf(ctx, t.from.store, it.key); err != nil {
			return err
		}
	}
	there, err := sumOf(ctx, t.to.store, it.there)
	if fault.Is(err, fault.NotFound) {
		return errGivenUp.Because(err)
	}
	if err != nil {
		return err
	}
	if sum == there && (it.key != t.dataset.FileKey || sum == t.dataset.FileHash) {
		return nil
	}
	return fault.New(fault.Conflict, say.T("The two workspaces do not hold the same bytes of {object}.", "object", it.there)).
		Hint(say.T("Run doctor on both, and remove the damaged record or restore it from a backup; then try again.")).ForGood()
}

// errGivenUp is a transfer whose claims were given up while it was away, and
// perhaps some object with them; or another transfer of the record was first. The
// next attempt sees which.
var errGivenUp = fault.New(fault.Unreachable, say.T("The shared workspace gave up what was being pushed, because it did not hear of it for long.")).
	Hint(say.T("It is tried again by itself."))

// sumOf is the SHA-256 of a stored object, in hex: the store's own word where
// it keeps one, from the bytes otherwise.
func sumOf(ctx context.Context, store blob.Store, key string) (string, error) {
	info, err := store.Stat(ctx, key)
	if err != nil || info.SHA256 != "" {
		return info.SHA256, err
	}
	object, err := store.Open(ctx, key)
	if err != nil {
		return "", err
	}
	defer func() { _ = object.Close() }()
	hash := sha256.New()
	_, err = io.CopyBuffer(hash, until.Reader(ctx, io.NewSectionReader(object, 0, object.Size())), make([]byte, 1<<20))
	return hex.EncodeToString(hash.Sum(nil)), err
}
