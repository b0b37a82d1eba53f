package assets_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"sheetmill/assets"
	"sheetmill/core/synth"
)

var update = flag.Bool("update", false, "write the sample workbook instead of comparing it")

func TestSampleIsWhatTheGeneratorWrites(t *testing.T) {
	var want bytes.Buffer
	if err := synth.Sample(&want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(filepath.Join("sample", assets.SampleName), want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(assets.Sample(), want.Bytes()) {
		t.Error("the sample workbook is not what the generator writes; run: make assets")
	}
}

// TestTranslationsKeepTheirPlaces finds a {name} that a translation dropped,
// doubled or misspelt, or a sentence without a translation.
func TestTranslationsKeepTheirPlaces(t *testing.T) {
	place := regexp.MustCompile(`\{[^}]*\}`)
	places := func(s string) []string { return slices.Sorted(slices.Values(place.FindAllString(s, -1))) }
	for english, chinese := range assets.Translations() {
		if chinese == "" || !slices.Equal(places(english), places(chinese)) {
			t.Errorf("%q is translated as %q", english, chinese)
		}
	}
}
