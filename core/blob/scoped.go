package blob

import (
	"context"
	"errors"
	"iter"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Scope is a store of which only the keys below one prefix can be reached, such
// as one owner's. A key that somebody wrote into a job or a record is that somebody's
// word; through a scope it can name nothing that is not theirs:
//
//	ana := blob.Scoped(store, "owner/ana/")
//	ana.Open(ctx, "owner/bob/clean/x.parquet") // fault.NotAllowed
type Scope struct {
	store  Store
	prefix string
}

var _ Store = (*Scope)(nil)

// Scoped opens the part of a store below a prefix, which ends with a "/".
// Keys stay whole: the prefix is checked, not added.
func Scoped(store Store, prefix string) *Scope { return &Scope{store: store, prefix: prefix} }

// Prefix is what every key of the scope starts with.
func (s *Scope) Prefix() string { return s.prefix }

// Check refuses a key outside the scope: fault.NotAllowed.
func (s *Scope) Check(key string) error {
	if strings.HasPrefix(key, s.prefix) {
		return nil
	}
	return fault.New(fault.NotAllowed, say.T("The object {key} belongs to another owner.", "key", strings.ToValidUTF8(key, "?"))).
		Hint(say.T("Use records and files of your own only."))
}

// Create starts an object, whose key is checked at its commit.
func (s *Scope) Create(ctx context.Context) (Writer, error) {
	w, err := s.store.Create(ctx)
	if err != nil {
		return nil, err
	}
	return scopedWriter{w, s}, nil
}

// Open opens an object of the scope.
func (s *Scope) Open(ctx context.Context, key string) (Object, error) {
	if err := s.Check(key); err != nil {
		return nil, err
	}
	return s.store.Open(ctx, key)
}

// Stat tells size and time of an object of the scope.
func (s *Scope) Stat(ctx context.Context, key string) (Info, error) {
	if err := s.Check(key); err != nil {
		return Info{}, err
	}
	return s.store.Stat(ctx, key)
}

// Remove removes an object of the scope.
func (s *Scope) Remove(ctx context.Context, key string) error {
	if err := s.Check(key); err != nil {
		return err
	}
	return s.store.Remove(ctx, key)
}

// List yields the objects of the scope whose key starts with prefix.
func (s *Scope) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	if strings.HasPrefix(s.prefix, prefix) {
		prefix = s.prefix // what there is for us of all that starts so
	}
	if err := s.Check(prefix); err != nil {
		return func(yield func(Info, error) bool) { yield(Info{}, err) }
	}
	return s.store.List(ctx, prefix)
}

// SweepUnfinished removes what dead writers left, whoever they wrote for: it
// has no key yet.
func (s *Scope) SweepUnfinished(ctx context.Context, dryRun bool) (int, error) {
	return s.store.SweepUnfinished(ctx, dryRun)
}

type scopedWriter struct {
	Writer

	scope *Scope
}

func (w scopedWriter) Commit(ctx context.Context, key string) (Info, error) {
	if err := w.scope.Check(key); err != nil {
		return Info{}, errors.Join(err, w.Abort())
	}
	return w.Writer.Commit(ctx, key)
}
