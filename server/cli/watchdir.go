package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// Where an inbox keeps what failed, and what watchers note.
const (
	failedName = "failed"
	notesName  = ".sheetmill"
)

// dirInbox is a folder. What is done is a file in .sheetmill/done, and a claim
// is a lock on a file in .sheetmill/claims, which ends with the process that has it.
type dirInbox struct{ dir string }

func openDirInbox(dir string) (*dirInbox, error) {
	d := &dirInbox{dir}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = errors.New("not a folder")
	}
	for _, name := range []string{"done", "claims"} {
		if err == nil {
			err = os.MkdirAll(filepath.Join(dir, notesName, name), 0o750)
		}
	}
	if err != nil {
		return nil, fault.New(fault.NotFound, say.T("The folder cannot be watched.")).At(dir).
			Hint(say.T("Check that it is there and that you may write in it.")).Because(err)
	}
	return d, nil
}

func (d *dirInbox) list(context.Context) ([]arrival, error) {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return nil, d.trouble(d.dir, err)
	}
	var list []arrival
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "~$") {
			continue // gone, a folder, a file of another program that is still at work
		}
		list = append(list, arrival{name: e.Name(), stamp: fmt.Sprint(info.Size(), info.ModTime().UnixNano())})
	}
	return list, nil
}

func (d *dirInbox) trouble(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) && path != d.dir {
		return fault.New(fault.NotFound, say.T("There is no such file.")).At(sheet.ShownName(path))
	}
	return fault.New(fault.Unreachable, say.T("The folder cannot be watched.")).At(path).
		Hint(say.T("Check that it is there and that you may write in it.")).Because(err)
}

func (d *dirInbox) content(ctx context.Context, a arrival) (string, error) {
	path := filepath.Join(d.dir, a.name)
	file, err := os.Open(path)
	if err != nil {
		return "", d.trouble(path, err)
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	buffer := make([]byte, 1<<20)
	for {
		n, err := file.Read(buffer)
		_, _ = hash.Write(buffer[:n]) // never fails
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(hash.Sum(nil)), nil
		}
		if err != nil {
			return "", d.trouble(path, err)
		}
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
	}
}

func (d *dirInbox) open(_ context.Context, a arrival) (*source, error) {
	path := filepath.Join(d.dir, a.name)
	file, err := os.Open(path)
	if err != nil {
		return nil, d.trouble(path, err)
	}
	info, err := file.Stat()
	if err == nil && fmt.Sprint(info.Size(), info.ModTime().UnixNano()) != a.stamp {
		err = fs.ErrNotExist // another file by now
	}
	if err != nil {
		_ = file.Close()
		return nil, d.trouble(path, err)
	}
	return &source{Reader: file, name: a.name, size: info.Size(), file: file, regular: true}, nil
}

func (d *dirInbox) claim(_ context.Context, key string) (func(), bool, error) {
	lock := flock.New(filepath.Join(d.dir, notesName, "claims", key))
	got, err := lock.TryLock()
	if err != nil {
		return nil, false, d.trouble(lock.Path(), err)
	}
	if !got {
		return nil, false, nil
	}
	// The file stays: who removed it might take another's lock on it away.
	return func() { _ = lock.Close() }, true, nil
}

func (d *dirInbox) note(key string) string {
	return filepath.Join(d.dir, notesName, "done", key+".json")
}

func (d *dirInbox) known(_ context.Context, key string) (bool, error) {
	_, err := os.Stat(d.note(key))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, d.trouble(d.note(key), err)
	}
	return true, nil
}

func (d *dirInbox) remember(_ context.Context, key string, note []byte) error {
	plan := exportPlan{exportOptions: exportOptions{force: true}}
	return plan.writeFile(d.note(key), func(w io.Writer) error { _, err := w.Write(note); return err })
}

func (d *dirInbox) setAside(_ context.Context, a arrival, reason []byte) error {
	folder := filepath.Join(d.dir, failedName)
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // as open as the inbox
		return d.trouble(folder, err)
	}
	target := filepath.Join(folder, a.name)
	for n := 2; exists(target) || exists(target+".json"); n++ {
		target = filepath.Join(folder, fmt.Sprintf("%s-%d%s", stem(a.name), n, filepath.Ext(a.name)))
	}
	plan := exportPlan{}
	if err := plan.writeFile(target+".json", func(w io.Writer) error { _, err := w.Write(reason); return err }); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(d.dir, a.name), target); err != nil {
		return errors.Join(d.trouble(target, err), os.Remove(target+".json"))
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// dirOutlet writes results into a folder.
type dirOutlet struct{ dir string }

func (d *dirOutlet) put(_ context.Context, name string, write func(io.Writer) error) (string, error) {
	path := filepath.Join(d.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // the user's own output folder
		return "", outputFault(path, err)
	}
	plan := exportPlan{exportOptions: exportOptions{force: true}} // a file that came again, changed
	return path, plan.writeFile(path, write)
}
