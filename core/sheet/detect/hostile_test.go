package detect

import (
	"compress/gzip"
	"errors"
	"io"
	"testing"

	"sheetmill/core/sheet/readtest"
)

// TestHostile: what is packed and would exhaust the machine is refused by name.
func TestHostile(t *testing.T) {
	pack := func(write func(io.Writer) error) func(io.Writer) error {
		return func(w io.Writer) error {
			z := gzip.NewWriter(w)
			return errors.Join(write(z), z.Close())
		}
	}
	const gib = 1 << 30
	readtest.RunHostile(t, Open, []readtest.Hostile{
		{Name: "gzip bomb", Says: "bomb", Write: pack(readtest.Repeated("", gib/8, "a,b,c,d\n", ""))},
		{Name: "gzip bomb in gzip", Says: "bomb", Write: pack(pack(readtest.Repeated("", gib/8, "a,b,c,d\n", "")))},
		{Name: "zip bomb", Says: "bomb", Write: readtest.Zipped(nil, "a.csv", readtest.Repeated("", gib/8, "a,b,c,d\n", ""))},
		{Name: "packed over and over", Says: "packed in another", Write: pack(pack(pack(pack(pack(readtest.Repeated("", 1, "a,b\n", ""))))))},
	})
}
