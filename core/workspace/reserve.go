package workspace

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"time"

	"sheetmill/core/blob"
	"sheetmill/core/fault"
)

// A claim lives about as long as its process is heard of. A push may be away
// for longer, with half of its objects sent: so it also leaves a note among the objects over there,
// which names them, and a sweep leaves alone what a note names. A note that is
// older than this is no more than an object that nobody needs.
const reserveFor = 7 * 24 * time.Hour

// reserveFolder is where an owner's notes are.
const reserveFolder = "push/"

// maxNote bounds a note, which is its owner's word.
const maxNote = 1 << 20

// reserve leaves the note, or renews it.
func (t *transfer) reserve(ctx context.Context, name string) error {
	key := t.to.store.Prefix() + reserveFolder + name
	content, err := json.Marshal(t.keys())
	if err != nil {
		return err
	}
	if err := t.to.store.Remove(ctx, key); err != nil { // an object never changes; the claims stand in meanwhile
		return err
	}
	w, err := t.to.store.Create(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.Abort() }()
	if _, err := w.Write(content); err != nil {
		return err
	}
	_, err = w.Commit(ctx, key)
	return err
}

// unreserve takes the note away. One that stays does no harm but for a while.
func (t *transfer) unreserve(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyPatience)
	defer cancel()
	if err := t.to.store.Remove(ctx, t.to.store.Prefix()+reserveFolder+name); err != nil {
		t.from.config.Logger.WarnContext(ctx, "the note of a push stays for a week", slog.Any("error", err))
	}
}

// unreserved lists the keys of those objects that no note names.
func (w *Workspace) unreserved(ctx context.Context, objects []blob.Info, now time.Time) ([]string, error) {
	named := map[string]bool{}
	for _, o := range objects {
		if !strings.HasPrefix(o.Key, w.store.Prefix()+reserveFolder) || now.Sub(o.Modified) > reserveFor || o.Size > maxNote {
			continue
		}
		keys, err := w.readNote(ctx, o.Key)
		if err != nil {
			return nil, err
		}
		named[o.Key] = true
		for _, key := range keys {
			named[key] = true
		}
	}
	var free []string
	for _, o := range objects {
		if !named[o.Key] {
			free = append(free, o.Key)
		}
	}
	return free, nil
}

// readNote reads a note. What is none, or is gone, names nothing.
func (w *Workspace) readNote(ctx context.Context, key string) (keys []string, err error) {
	object, err := w.store.Open(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = object.Close() }()
	content, err := io.ReadAll(io.NewSectionReader(object, 0, min(object.Size(), maxNote)))
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(content, &keys) != nil {
		return nil, nil
	}
	return keys, nil
}
