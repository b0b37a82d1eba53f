// Package assets holds the files that are built into the programs: the sample
// workbook and the translations.
//
//	say.Register(say.Chinese, assets.Translations())
package assets

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
)

// SampleName is the file name that the sample workbook goes by.
const SampleName = "lab_results.xlsx"

//go:embed sample/lab_results.xlsx
var sample string

//go:embed translations/zh/*.json
var chinese embed.FS

// Sample is the workbook of the demo, as synth.Sample writes it.
func Sample() []byte { return []byte(sample) }

// Translations is the Chinese of every sentence that a person reads, by its
// English sentence (see core/say). Each area of the program has a file of its own.
func Translations() map[string]string {
	all := map[string]string{}
	err := fs.WalkDir(chinese, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := chinese.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(raw, &all)
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
		return err
	})
	if err != nil {
		// The files were built in, so only a build whose tests failed gets here.
		panic(err)
	}
	return all
}
