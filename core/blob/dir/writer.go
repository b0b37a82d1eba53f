package dir

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"

	"sheetmill/core/blob"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// writer is an object on its way: a file below tmp/ that nobody else opens.
type writer struct {
	store *Store
	file  *os.File // nil once committed or aborted
	name  string
	size  int64
}

func (w *writer) Size() int64 { return w.size }

func (w *writer) Write(p []byte) (int, error) {
	if w.file == nil {
		return 0, spent()
	}
	n, err := w.file.Write(p)
	w.size += int64(n)
	if err != nil {
		err = w.store.trouble(w.name, err)
	}
	return n, err
}

func (w *writer) Abort() error {
	if w.file == nil {
		return nil
	}
	closeErr := w.file.Close()
	w.file = nil
	if err := errors.Join(closeErr, w.store.root.Remove(w.name)); err != nil {
		return w.store.trouble(w.name, err)
	}
	return nil
}

func (w *writer) Commit(ctx context.Context, key string) (blob.Info, error) {
	if w.file == nil {
		return blob.Info{}, spent()
	}
	info, err := w.commit(ctx, key)
	// Published or not, the name below tmp/ has done its work.
	if abortErr := w.Abort(); err == nil {
		err = abortErr
	}
	return info, err
}

func (w *writer) commit(ctx context.Context, key string) (blob.Info, error) {
	s := w.store
	name, err := s.find(ctx, key)
	if err != nil {
		return blob.Info{}, err
	}
	if err := w.file.Sync(); err != nil {
		return blob.Info{}, s.trouble(w.name, err)
	}
	if err := w.file.Chmod(0o440); err != nil {
		return blob.Info{}, s.trouble(w.name, err)
	}
	if err := s.mkdirs(path.Dir(name)); err != nil {
		return blob.Info{}, err
	}
	if err := s.publish(w.name, name); err != nil {
		return blob.Info{}, err
	}
	if err := s.syncDir(path.Dir(name)); err != nil {
		return blob.Info{}, err
	}
	st, err := s.root.Stat(name)
	if err != nil {
		return blob.Info{}, s.trouble(name, err)
	}
	if !st.Mode().IsRegular() {
		return blob.Info{}, clash(key)
	}
	return info(key, st), nil
}

// publish gives the file its key, unless an object has it already.
func (s *Store) publish(from, to string) error {
	err := s.root.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	// Some file systems (FAT, some network shares) know no second names. There
	// a rename publishes; should two come at once, both carry the same bytes.
	if _, statErr := s.root.Stat(to); statErr == nil {
		return nil
	}
	// The copy left open on Windows forbids nothing: the root opens shared.
	if renameErr := s.root.Rename(from, to); renameErr != nil {
		return s.trouble(to, errors.Join(err, renameErr))
	}
	return nil
}

// mkdirs makes the folders of a key and syncs the parent of each new one, so
// that a published object cannot lose its folder with the power.
func (s *Store) mkdirs(dir string) error {
	switch st, err := s.root.Stat(dir); {
	case err == nil && st.IsDir():
		return nil
	case err == nil || isNotDir(err):
		return clash(dir)
	}
	if err := s.mkdirs(path.Dir(dir)); err != nil {
		return err
	}
	if err := s.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return s.trouble(dir, err)
	}
	return s.syncDir(path.Dir(dir))
}

func spent() error {
	return fault.New(fault.Usage, say.T("This object has already been committed or dropped."))
}

func clash(key string) error {
	return fault.New(fault.Usage, say.T("The object key {key} is at once an object and the folder of another.", "key", key))
}
