package view

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// FolderEntry is a folder or a file to choose from.
type FolderEntry struct {
	Name     string
	Folder   bool
	Size     int64
	Modified time.Time
}

// PickedFolder is a folder that a person knows by name.
type PickedFolder struct {
	Name say.Text
	Path string
}

// Folders are where files usually are, as far as they are there.
func (c *Client) Folders() []PickedFolder {
	var out []PickedFolder
	for _, f := range []PickedFolder{
		{say.T("Home folder"), xdg.Home},
		{say.T("Desktop"), xdg.UserDirs.Desktop},
		{say.T("Documents"), xdg.UserDirs.Documents},
		{say.T("Downloads"), xdg.UserDirs.Download},
		{say.T("Whole computer"), filepath.VolumeName(xdg.Home) + string(filepath.Separator)},
	} {
		known := slices.ContainsFunc(out, func(o PickedFolder) bool { return o.Path == f.Path })
		if info, err := os.Stat(f.Path); err == nil && info.IsDir() && !known {
			out = append(out, f)
		}
	}
	return out
}

// Folder lists a folder: its folders, then its files, by name. Hidden ones are left out and, unless
// all is set, files that are called nothing like a table.
func (c *Client) Folder(path string, all bool, done func([]FolderEntry, *fault.Error)) {
	c.run(func(context.Context) {
		list, err := os.ReadDir(path)
		if err != nil {
			done(nil, fault.New(fault.BadInput, say.T("The folder cannot be read.")).
				Hint(say.T("Check that it is there and that you may read it.")).At(path).Because(err))
			return
		}
		out := []FolderEntry{}
		for _, d := range list {
			info, err := os.Stat(filepath.Join(path, d.Name())) // what a link leads to
			if err != nil || strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "~$") {
				continue
			}
			if info.IsDir() || info.Mode().IsRegular() && (all || IsTableName(d.Name())) {
				out = append(out, FolderEntry{d.Name(), info.IsDir(), info.Size(), info.ModTime()})
			}
		}
		slices.SortFunc(out, func(a, b FolderEntry) int {
			if a.Folder != b.Folder {
				return map[bool]int{true: -1, false: 1}[a.Folder]
			}
			return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.Name, b.Name))
		})
		done(out, nil)
	})
}

// IsTableName tells whether a file is called as tables are. What is in it decides all the same.
func IsTableName(name string) bool {
	return slices.Contains(tableFiles, strings.ToLower(filepath.Ext(name)))
}
