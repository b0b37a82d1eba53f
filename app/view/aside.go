package view

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// setAside moves what a local workspace consists of into a new folder in it.
// Nothing is removed: the old objects would be swept, were they left to a new database.
func setAside(home string) (string, error) {
	aside := filepath.Join(home, "damaged-"+time.Now().Format("20060102-150405"))
	err := os.MkdirAll(aside, 0o700)
	if err == nil {
		var parts []os.DirEntry
		parts, err = os.ReadDir(home)
		for _, p := range parts {
			if name := p.Name(); name == "objects" || name == namesFile || strings.HasPrefix(name, "catalog.db") {
				err = errors.Join(err, os.Rename(filepath.Join(home, name), filepath.Join(aside, name)))
			}
		}
	}
	if err != nil {
		return "", fault.New(fault.Unreachable, say.T("The damaged workspace cannot be moved.")).
			Hint(say.T("Check that no other program has it open and that the folder can be written.")).At(home).Because(err)
	}
	return aside, nil
}

// namesFile tells, beside the database, what the files in the workspace are called, by the
// hash of their content: for the day on which the database cannot.
const namesFile = "names.json"

// keepNames writes the names of what a local workspace holds where they have changed.
func (s *space) keepNames(home string, list []workspace.Dataset) error {
	names := map[string]string{}
	for _, d := range list {
		names[d.FileHash] = d.FileName
	}
	if maps.Equal(names, s.names) {
		return nil
	}
	content, err := json.Marshal(names)
	if err == nil {
		err = replaceFile(filepath.Join(home, namesFile), content)
	}
	if err == nil {
		s.names = names
	}
	return err
}

// namesIn reads the names that were kept in a folder; nil where there are none.
func namesIn(folder string) (names map[string]string) {
	content, err := os.ReadFile(filepath.Join(folder, namesFile))
	if err == nil {
		err = json.Unmarshal(content, &names)
	}
	if err != nil {
		return nil
	}
	return names
}

// addAgain adds the source files that a workspace which was put aside holds. One whose name
// is not known is named by the beginning of its content's hash.
func (c *Client) addAgain(ctx context.Context, aside string) {
	root := filepath.Join(aside, "objects")
	names := namesIn(aside)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if !d.Type().IsRegular() || filepath.Base(filepath.Dir(path)) != "source" {
			return nil
		}
		size := int64(0)
		if info, err := d.Info(); err == nil {
			size = info.Size()
		}
		name := names[d.Name()]
		if name == "" {
			name = "recovered-" + d.Name()[:min(8, len(d.Name()))]
		}
		c.begin(Local, name, size, false, fileSource(path))
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) && ctx.Err() == nil {
		c.trouble(Ref{}, say.T("Add the files of the damaged workspace again"), err)
	}
}
