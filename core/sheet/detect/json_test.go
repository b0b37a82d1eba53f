package detect

import (
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
)

func TestJSON(t *testing.T) {
	for text, is := range map[string]bool{
		`{"id": 1, "name": "x"}`:                         true,
		"\xef\xbb\xbf{\n  \"rows\": [1, 2]\n}\n":         true,
		"{\"id\":1}\n{\"id\":2}\n":                       true,
		"[\n  {\"a\\\"b\": 1},\n  {\"a\\\"b\": 2}\n]\n":  true,
		`[["id","name"],[1,"x"]]`:                        true,
		"[id],[name]\n1,x\n":                             false,
		"{id},{name}\n1,x\n":                             false,
		"{\"id\",name\n1,x\n":                            false,
		"[[a]],b\n1,2\n":                                 false,
		"name,payload\nx,\"{\"\"a\"\": 1}\"\ny,\"{}\"\n": false,
	} {
		book, err := Open(t.Context(), strings.NewReader(text), sheet.Options{Name: "a.csv"})
		if refused := fault.Is(err, fault.BadInput); refused != is {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if is {
			if s := fault.Of(err).Sentence.String(); !strings.Contains(s, "JSON") {
				t.Errorf("%q: %s", text, s)
			}
			continue
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}
}
