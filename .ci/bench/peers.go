//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// A language is a way to run readers that are not written in Go. Their exact
// versions are pinned in the folder peers.
type language struct {
	name     string
	programs []string // that must be there
	files    []string // of the folder peers
	install  [][]string
	command  []string // before the reader's name and the workbook
	readers  []reader
}

type reader struct{ title, name string }

var languages = []language{
	{
		name: "JavaScript", programs: []string{"node", "npm"},
		files:   []string{"package.json", "package-lock.json", ".npmrc", "peers.cjs"},
		install: [][]string{{"npm", "ci", "--silent"}},
		command: []string{"node", "peers.cjs"},
		readers: []reader{{"SheetJS 0.18.5, raw values", "sheetjs"}, {"exceljs 4.4.0", "exceljs"}},
	},
	{
		name: "Python", programs: []string{"python3"},
		files: []string{"requirements.txt", "peers.py"},
		install: [][]string{
			{"python3", "-m", "venv", "venv"},
			{"venv/bin/pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", "requirements.txt"},
		},
		command: []string{"venv/bin/python", "peers.py"},
		readers: []reader{
			{"openpyxl 3.1.5, read-only (Python)", "openpyxl"},
			{"python-calamine 0.9.1 (Rust)", "calamine"},
			{"polars 2.1.0 with fastexcel 0.21.0 (Rust), typed columns", "polars"},
		},
	},
}

// addPeers installs the other readers below dir and adds them to the group.
// What cannot run here is left out, and the notes say so.
func addPeers(ctx context.Context, g *group, dir, book string) (notes []string, err error) {
	for _, l := range languages {
		home := filepath.Join(dir, l.name)
		if err := l.installInto(ctx, home); errors.Is(err, exec.ErrNotFound) {
			notes = append(notes, fmt.Sprintf("Readers in %s are left out: %v.", l.name, err))
			continue
		} else if err != nil {
			return nil, fmt.Errorf("installing readers in %s: %w", l.name, err)
		}
		for _, r := range l.readers {
			g.add(r.title, func() *exec.Cmd {
				cmd := exec.CommandContext(ctx, l.command[0], append(l.command[1:len(l.command):len(l.command)], r.name, book)...)
				cmd.Dir = home
				return cmd
			})
		}
	}
	return notes, nil
}

// installInto makes a language's readers ready in a folder. exec.ErrNotFound
// when the machine has no such language.
func (l *language) installInto(ctx context.Context, home string) error {
	for _, program := range l.programs {
		if _, err := exec.LookPath(program); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(home, 0o755); err != nil {
		return err
	}
	for _, name := range l.files {
		b, err := os.ReadFile(filepath.Join(".ci", "bench", "peers", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(home, name), b, 0o644); err != nil {
			return err
		}
	}
	for _, command := range l.install {
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Dir = home
		if err := run(ctx, cmd); err != nil {
			return err
		}
	}
	return nil
}
