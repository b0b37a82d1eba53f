package xmlscan_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/fault"
	"sheetmill/core/sheet/xmlscan"
)

// spelled is a part's tags, attributes and texts, one a line, as far as the
// root's end.
func spelled(r io.Reader, size int) (string, error) {
	s := xmlscan.New(r, "part.xml", uint64(size), 0)
	var out strings.Builder
	var text []byte
	flush := func() {
		if len(text) > 0 {
			fmt.Fprintf(&out, "%q\n", text)
			text = text[:0]
		}
	}
	for {
		token, err := s.Next()
		if err != nil {
			return "", err
		}
		if token != xmlscan.TextRun {
			flush()
		}
		switch token {
		case xmlscan.TextRun:
			if text, err = s.AppendText(text); err != nil {
				return "", err
			}
		case xmlscan.StartTag:
			fmt.Fprintf(&out, "<%s", s.Name)
			for i := range s.Attrs() {
				name, raw := s.AttrAt(i)
				value, err := s.Value(raw)
				if err != nil {
					return "", err
				}
				fmt.Fprintf(&out, " %s=%q", local(string(name)), value)
			}
			out.WriteByte('\n')
		case xmlscan.EndTag:
			out.WriteString("/\n")
		case xmlscan.EndOfDoc:
			return out.String(), s.Finish()
		}
	}
}

// local is a name without its prefix, or without the colon that has none.
func local(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// oracle is the same by encoding/xml.
func oracle(part string) (string, error) {
	d := xml.NewDecoder(strings.NewReader(part))
	var out strings.Builder
	var text []byte
	for depth := -1; depth != 0; {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		chars, isText := token.(xml.CharData)
		switch {
		case isText && depth > 0:
			text = append(text, chars...)
			continue
		case isText && strings.TrimSpace(string(chars)) != "":
			return "", errors.New("text in front of the root")
		}
		_, isComment := token.(xml.Comment)
		_, isInstruction := token.(xml.ProcInst)
		if isComment || isInstruction {
			continue
		}
		if len(text) > 0 {
			fmt.Fprintf(&out, "%q\n", text)
			text = text[:0]
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth = max(depth, 0) + 1
			fmt.Fprintf(&out, "<%s", local(t.Name.Local))
			for _, a := range t.Attr {
				fmt.Fprintf(&out, " %s=%q", local(a.Name.Local), a.Value)
			}
			out.WriteByte('\n')
		case xml.EndElement:
			depth--
			out.WriteString("/\n")
		}
	}
	return out.String(), nil
}

var seeds = []string{
	`<a/>`, `<?xml version="1.0"?>` + "\n" + `<a b="1" c = 'x&lt;&#65;"'>t&amp;<b>é</b>&#x4E2D;</a>`,
	`<x:a xmlns:x="u" x:b="c"><x:d/>t</x:a>`, "<a>\r\n \r<b\n/>\r</a >", `<a><![CDATA[<&]]]]><!-- <b> -->u<?p <c>?></a>`, `<!-- x --><a>1<!---->2</a>`,
}

// TestAsEncodingXML: the tokens are those of encoding/xml, however few bytes
// come at once.
func TestAsEncodingXML(t *testing.T) {
	long := strings.Repeat("<row r='1'><c>é &amp; text</c></row>\r\n", 20_000) // several windows
	for _, part := range append(seeds, "<a>"+long+"</a>", "<a>"+strings.Repeat("x&lt;\r", 200_000)+"</a>", `<a b="`+strings.Repeat("y", 600_000)+`"/>`) {
		want, err := oracle(part)
		if err != nil {
			t.Fatal(err)
		}
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(part), "halves": iotest.HalfReader(strings.NewReader(part)), "bytes": iotest.OneByteReader(strings.NewReader(part))} {
			if got, err := spelled(r, len(part)); err != nil || got != want {
				t.Errorf("%.40q in %s: %v %.400s", part, name, err, cmp.Diff(want, got))
			}
		}
	}
}

// TestRefused: what is no XML, or could expand, is refused with its place; what
// is cut short, with the offset of its end.
func TestRefused(t *testing.T) {
	for part, says := range map[string]string{
		`<a></b>`: "end tag", `<a b=1/>`: "tag is malformed", `<a b/>`: "tag is malformed", `< a/>`: "tag is malformed", `<a>&nbsp;</a>`: "reference", `<a>& </a>`: "reference",
		`<a>&#0;</a>`: "reference", `<a>&#xD800;</a>`: "reference", `x<a/>`: "root", `<!DOCTYPE a [<!ENTITY b "c">]><a/>`: "DOCTYPE", `<!ELEMENT a><a/>`: "declaration",
		`<a` + strings.Repeat(` b=""`, 5000) + `/>`: "attributes", strings.Repeat("<a>", 1000): "nested", `<a b="` + strings.Repeat("x", 5<<20) + `"/>`: "longer",
	} {
		_, err := spelled(strings.NewReader(part), len(part))
		if f := fault.Of(err); err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(f.Place, "part.xml, byte ") || f.Next.IsZero() {
			t.Errorf("%.60q: %v", part, err)
		}
	}
	for _, part := range seeds {
		part = strings.TrimRight(part, "\n")
		for n := range len(part) {
			_, err := spelled(strings.NewReader(part[:n]), n)
			if place := fmt.Sprintf("part.xml, byte %d", n); err == nil || fault.Of(err).Place != place {
				t.Errorf("%q cut at %d: %v", part, n, err)
			}
		}
	}
}

func TestInside(t *testing.T) {
	s := xmlscan.New(strings.NewReader(`<x:a><b><x:c/></b><d><e/></d></x:a>`), "p", 0, 0)
	var at []string
	for {
		token, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if token == xmlscan.EndOfDoc {
			break
		}
		if token == xmlscan.StartTag && (s.Inside("a", "b", "c") || s.Inside("a", "d")) {
			at = append(at, string(s.Name))
			if string(s.Name) == "d" {
				if err := s.Skip(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if s.Depth() == 0 && token == xmlscan.StartTag {
			t.Error("inside of nothing")
		}
	}
	if diff := cmp.Diff([]string{"c", "d"}, at); diff != "" {
		t.Error(diff)
	}
}

// FuzzScan: what both read, the scanner reads as encoding/xml does.
func FuzzScan(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, part string) {
		got, err := spelled(strings.NewReader(part), len(part))
		if err != nil {
			if code := fault.CodeOf(err); code != fault.BadInput && code != fault.Limit {
				t.Errorf("not the part's fault: %v", err)
			}
			return
		}
		slow, err := spelled(iotest.OneByteReader(strings.NewReader(part)), len(part))
		if err != nil || slow != got {
			t.Errorf("a byte at a time: %v %s", err, cmp.Diff(got, slow))
		}
		if want, err := oracle(part); err == nil && want != got {
			t.Error(cmp.Diff(want, got))
		}
	})
}
