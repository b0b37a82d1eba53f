package dir

import (
	"context"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"sheetmill/core/blob"
)

// List yields the objects whose key starts with prefix, by ascending key.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		if err := checkPrefix(prefix); err != nil {
			yield(blob.Info{}, err)
			return
		}
		folder, start := "", prefix
		if i := strings.LastIndexByte(prefix, '/'); i >= 0 {
			folder, start = prefix[:i], prefix[i+1:]
		}
		s.walk(ctx, folder, start, yield)
	}
}

// walk yields what is below a folder of keys and starts with start. It answers
// false when the caller has had enough or an error was told.
func (s *Store) walk(ctx context.Context, folder, start string, yield func(blob.Info, error) bool) bool {
	if err := ctx.Err(); err != nil {
		yield(blob.Info{}, err)
		return false
	}
	entries, err := fs.ReadDir(s.root.FS(), path.Join(objectsDir, folder))
	if err != nil {
		if absent(err) {
			return true // nothing under that prefix, or removed meanwhile
		}
		yield(blob.Info{}, s.trouble(path.Join(objectsDir, folder), err))
		return false
	}
	// A folder sorts as its keys do, with the "/" that follows its name.
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(sortName(a), sortName(b)) })
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), start) {
			continue
		}
		key := path.Join(folder, e.Name())
		if e.IsDir() {
			if !s.walk(ctx, key, "", yield) {
				return false
			}
			continue
		}
		st, err := e.Info()
		switch {
		case err != nil && absent(err):
			continue // removed meanwhile
		case err != nil:
			yield(blob.Info{}, s.trouble(path.Join(objectsDir, key), err))
			return false
		case !st.Mode().IsRegular() || blob.CheckKey(key) != nil:
			continue // not ours, such as a file manager's notes
		}
		if !yield(info(key, st), nil) {
			return false
		}
	}
	return true
}

// checkPrefix refuses what no key can start with.
func checkPrefix(prefix string) error {
	if prefix == "" || blob.CheckKey(prefix+"x") == nil {
		return nil
	}
	return blob.CheckKey(prefix)
}

func sortName(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return e.Name()
}
