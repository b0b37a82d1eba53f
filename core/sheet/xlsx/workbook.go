package xlsx

import (
	"archive/zip"
	"fmt"
	"path"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
)

// IsWorkbook tells whether a zip file is an Office Open XML workbook: whether
// its main document is XML whose root is <workbook>. Text documents,
// presentations, .ods and the binary .xlsb are not.
func IsWorkbook(zr *zip.Reader) bool {
	p := &pack{opc.FromZip(zr)}
	for _, f := range p.mainParts() {
		if root, err := p.root(f); err == nil && root == "workbook" {
			return true
		}
	}
	return false
}

// pack is the package a workbook is stored in.
type pack struct{ *opc.Package }

// relation is one line of a .rels part (ECMA-376 part 2, 9.3).
type relation struct{ id, kind, target string }

// relations reads the relations of a part; nil when it has none. Targets are
// resolved to part names; kinds are the last word of the type's URI, which is
// the same in the transitional and the strict standard.
func (p *pack) relations(source string) ([]relation, error) {
	dir, base := path.Split(strings.ReplaceAll(source, `\`, "/"))
	f := p.Find(dir + "_rels/" + base + ".rels")
	if f == nil {
		return nil, nil
	}
	var found []relation
	err := p.each(f, func(s *scanner) error {
		if string(s.name) != "Relationship" {
			return nil
		}
		var r relation
		var kind, mode, target string
		for name, value := range map[string]*string{"Id": &r.id, "Type": &kind, "TargetMode": &mode, "Target": &target} {
			text, err := s.attrText(name)
			if err != nil {
				return err
			}
			*value = text
		}
		if mode == "External" || target == "" {
			return nil
		}
		r.kind = kind[strings.LastIndexByte(kind, '/')+1:]
		target = strings.ReplaceAll(target, `\`, "/")
		if !strings.HasPrefix(target, "/") {
			target = "/" + dir + target
		}
		r.target = strings.TrimPrefix(path.Clean(target), "/")
		if len(found) == maxRelations {
			return fault.New(fault.Limit, say.T("The workbook has more than {limit} relations between its parts.", "limit", maxRelations)).
				Hint(say.T("Open the file in Excel and save it again.")).At(f.Name)
		}
		found = append(found, r)
		return nil
	})
	return found, err
}

// Bounds of the parts that hold no cells.
const (
	maxRelations = 1 << 18
	maxSmallPart = 256 << 20 // bytes
	maxNameBytes = 16 << 20  // of all names of sheets; Excel allows 31 characters each
)

// each calls visit on every start tag of a part that holds no cells, and
// proves the part's end.
func (p *pack) each(f *zip.File, visit func(*scanner) error) error {
	if f.UncompressedSize64 > maxSmallPart {
		return fault.New(fault.Limit, say.T("A part of the workbook that holds no cells inflates to {size} bytes, over the limit of {limit}.", "size", f.UncompressedSize64, "limit", maxSmallPart)).
			Hint(say.T("Copy the data into a new workbook and save it.")).At(f.Name)
	}
	body, err := p.Text(f)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // nothing was written; reading told all
	s := newScanner(body, f.Name, f.UncompressedSize64)
	for {
		t, err := s.next()
		if err != nil {
			return err
		}
		switch t {
		case startTag:
			if err := visit(s); err != nil {
				return err
			}
		case endOfDoc:
			return s.finish()
		}
	}
}

// root is the name of a part's root element.
func (p *pack) root(f *zip.File) (string, error) {
	body, err := p.Text(f)
	if err != nil {
		return "", err
	}
	defer func() { _ = body.Close() }() // nothing was written; reading told all
	s := newScanner(body, f.Name, f.UncompressedSize64)
	if _, err := s.next(); err != nil {
		return "", err
	}
	return string(s.name), nil
}

// mainParts are the parts that may be the workbook, likeliest first: the one
// the package names, those by their content type, the usual name.
func (p *pack) mainParts() []*zip.File {
	var parts []*zip.File
	add := func(name string) {
		if f := p.Find(name); f != nil {
			parts = append(parts, f)
		}
	}
	rels, err := p.relations("")
	if err == nil {
		for _, r := range rels {
			if r.kind == "officeDocument" {
				add(r.target)
			}
		}
	}
	if f := p.Find("[Content_Types].xml"); f != nil {
		// A damaged list of content types hides nothing that is not named elsewhere.
		_ = p.each(f, func(s *scanner) error {
			kind, err := s.attrText("ContentType")
			if err != nil {
				return err
			}
			if kind = strings.ToLower(kind); strings.HasSuffix(kind, ".main+xml") && (strings.Contains(kind, "sheet") || strings.Contains(kind, "excel")) {
				name, err := s.attrText("PartName")
				if err != nil {
					return err
				}
				add(name)
			}
			return nil
		})
	}
	add("xl/workbook.xml")
	return parts
}

// readWorkbook finds the workbook part and what it names.
func (b *book) readWorkbook() error {
	var main *zip.File
	var trouble error
	for _, f := range b.pack.mainParts() {
		root, err := b.pack.root(f)
		if err != nil {
			if trouble == nil {
				trouble = err
			}
			continue
		}
		if root == "workbook" {
			main = f
			break
		}
	}
	if main == nil {
		if trouble != nil {
			return trouble
		}
		return fault.New(fault.BadInput, say.T("The file holds no Excel workbook.")).
			Hint(say.T("Save it as .xlsx and try again."))
	}
	rels, err := b.pack.relations(main.Name)
	if err != nil {
		return err
	}
	links := newLinks(b.pack, main.Name, rels)
	if b.stylesPart, err = links.only("styles", "styles.xml"); err != nil {
		return err
	}
	if b.stringsPart, err = links.only("sharedStrings", "sharedStrings.xml"); err != nil {
		return err
	}
	return b.pack.each(main, func(s *scanner) error {
		switch name := string(s.name); {
		case name == "workbookPr" && s.depth() == 2: // extensions have others deeper
			v, _ := s.attr("date1904")
			b.date1904 = isTrue(v)
		case name == "sheet" && s.depth() == 3:
			return b.addSheet(s, links)
		}
		return nil
	})
}

func (b *book) addSheet(s *scanner, links links) error {
	name, err := s.attrText("name")
	if err != nil {
		return err
	}
	id := s.relID()
	if id == "" && len(links.rels) > 0 {
		return nil // a module of Excel 5 or 95: listed, but nowhere in the file
	}
	part, isSheet := links.sheet(id)
	if !isSheet {
		return nil
	}
	if len(b.sheets) == b.limits.MaxSheets {
		return fault.New(fault.Limit, say.T("The workbook has more sheets than the limit of {limit} (MaxSheets).", "limit", b.limits.MaxSheets)).
			Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(s.place())
	}
	if b.nameBytes += len(name); b.nameBytes > maxNameBytes {
		return fault.New(fault.Limit, say.T("The names of the workbook's sheets take more than {limit} bytes.", "limit", maxNameBytes)).
			Hint(say.T("Copy the data into a new workbook and save it.")).At(s.place())
	}
	state, _ := s.attr("state")
	hidden := string(state) == "hidden" || string(state) == "veryHidden"
	b.sheets = append(b.sheets, sheetPart{sheet.Info{Name: string(unescape([]byte(name))), Hidden: hidden}, part})
	return nil
}

// links are the workbook's relations, with guesses for a package that lost them.
type links struct {
	pack  *pack
	dir   string
	byID  map[string]relation
	rels  []relation
	count *int // sheets seen, to guess their parts by number
}

func newLinks(p *pack, workbook string, rels []relation) links {
	l := links{pack: p, dir: path.Dir(strings.ReplaceAll(workbook, `\`, "/")), byID: make(map[string]relation, len(rels)), rels: rels, count: new(int)}
	for _, r := range rels {
		l.byID[r.id] = r
	}
	return l
}

// only is the part of that kind, by relation or by its usual name; "" when
// the book has none. A part that is named but missing is a fault: without its
// formats every date would be a number.
func (l links) only(kind, usual string) (string, error) {
	missing := ""
	for _, r := range l.rels {
		if r.kind != kind {
			continue
		}
		if l.pack.Find(r.target) != nil {
			return r.target, nil
		}
		missing = r.target
	}
	if name := path.Join(l.dir, usual); l.pack.Find(name) != nil {
		return name, nil
	}
	if missing != "" {
		return "", fault.New(fault.BadInput, say.T("A part that the workbook needs is missing from the file.")).
			Hint(say.T("Open the file in Excel and save it again to repair it.")).At(missing)
	}
	return "", nil
}

// sheet is the part of the sheet with that relation; false for sheets without
// cells (chart, dialog and macro sheets).
func (l links) sheet(id string) (part string, isSheet bool) {
	*l.count++
	r, ok := l.byID[id]
	switch {
	case ok && r.kind != "worksheet" && strings.HasSuffix(strings.ToLower(r.kind), "sheet"):
		return "", false
	case ok:
		return r.target, true
	case len(l.rels) == 0:
		return path.Join(l.dir, fmt.Sprintf("worksheets/sheet%d.xml", *l.count)), true
	}
	return "", true
}
