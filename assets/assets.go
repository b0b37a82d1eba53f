// Package assets holds the files that are built into the programs: the sample
// workbook and the translations.
//
//	say.Register(say.Chinese, assets.Translations())
package assets

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// SampleName is the file name that the sample workbook goes by.
const SampleName = "lab_results.xlsx"

//go:embed sample/lab_results.xlsx
var sample string

//go:embed translations/zh.json
var chinese string

// Sample is the workbook of the demo, as synth.Sample writes it.
func Sample() []byte { return []byte(sample) }

// Translations is the Chinese of every sentence that a person reads, by its
// English sentence (see core/say).
func Translations() map[string]string {
	var sentences map[string]string
	if err := json.Unmarshal([]byte(chinese), &sentences); err != nil {
		// The file was built in, so only a build whose tests failed gets here.
		panic(fmt.Sprintf("assets/translations/zh.json: %v", err))
	}
	return sentences
}
