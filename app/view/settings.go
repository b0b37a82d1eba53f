package view

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// Theme is how the window is coloured.
type Theme string

// The themes.
const (
	SystemTheme Theme = "system"
	Light       Theme = "light"
	Dark        Theme = "dark"
)

// Settings are what a person may choose. Zero values are the defaults.
type Settings struct {
	Home          string `json:"home,omitempty"`          // the local workspace's folder; "": the platform's
	CacheLimit    int64  `json:"cacheLimit,omitempty"`    // bytes of copies of shared objects; 0: 4 GiB
	Workers       int    `json:"workers,omitempty"`       // jobs at once; 0: one per two processors
	Memory        int64  `json:"memory,omitempty"`        // bytes that jobs may take together; 0: no bound
	RetentionDays int    `json:"retentionDays,omitempty"` // 0: records are kept for ever
	// Language is "en", "zh", or "" for the system's.
	Language say.Lang `json:"language,omitempty"`
	Theme    Theme    `json:"theme,omitempty"`
	Zoom     float64  `json:"zoom,omitempty"` // 1 is plain; 0 too
	// Greeted tells that the first-run screen was seen.
	Greeted bool `json:"greeted,omitempty"`
}

// Limits of settings.
const (
	MinMemory  = workspace.JobMemory // what one job may take
	MinCache   = 64 << 20
	MinZoom    = 0.6
	MaxZoom    = 2.5
	maxWorkers = 64
)

// Check refuses settings that cannot work, by name: fault.Usage.
func (s Settings) Check() error {
	switch {
	case s.Home != "" && !filepath.IsAbs(s.Home):
		return fault.New(fault.Usage, say.T("The folder {path} is not a full path.", "path", s.Home)).
			Hint(say.T("Choose the folder from the list, or write its path from the root."))
	case s.CacheLimit != 0 && s.CacheLimit < MinCache:
		return fault.New(fault.Usage, say.T("The cache needs at least 64 MiB.")).Hint(say.T("Choose a larger limit."))
	case s.Memory != 0 && s.Memory < MinMemory:
		return fault.New(fault.Usage, say.T("Jobs need at least 256 MiB of memory.")).Hint(say.T("Choose a larger limit."))
	case s.Workers < 0 || s.Workers > maxWorkers:
		return fault.New(fault.Usage, say.T("Between 1 and {most} jobs can run at once.", "most", maxWorkers)).
			Hint(say.T("Leave it empty to have it chosen by the number of processors."))
	case s.RetentionDays < 0:
		return fault.New(fault.Usage, say.T("Days to keep records must not be negative.")).
			Hint(say.T("Leave it empty to keep them for ever."))
	case s.Zoom != 0 && (s.Zoom < MinZoom || s.Zoom > MaxZoom):
		return fault.New(fault.Usage, say.T("The zoom is out of its range.")).Hint(say.T("Choose between 60 % and 250 %."))
	}
	return nil
}

// DefaultWorkers is how many jobs run at once when nothing is chosen.
func DefaultWorkers() int { return max(1, runtime.GOMAXPROCS(0)/2) }

// readSettings reads the file; one that is not there gives the defaults, and so
// does one that cannot be understood, beside the fault.
func readSettings(path string) (Settings, error) {
	var s Settings
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &s)
	}
	if err == nil {
		err = s.Check()
	}
	if err != nil {
		return Settings{}, fault.New(fault.Unreachable, say.T("The settings could not be read; the defaults are used.")).
			Hint(say.T("Choose them again in the settings.")).At(path).Because(err)
	}
	return s, nil
}

// write replaces the file as a whole.
func (s Settings) write(path string) error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
		err = replaceFile(path, append(content, '\n'))
	}
	if err != nil {
		return fault.New(fault.Unreachable, say.T("The settings cannot be saved.")).
			Hint(say.T("Check that the folder can be written and that its disk has room.")).At(path).Because(err)
	}
	return nil
}

// replaceFile writes a file that its owner alone may read, whole or not at all.
func replaceFile(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // does nothing once renamed
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
