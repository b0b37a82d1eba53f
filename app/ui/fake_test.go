package ui_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"sheetmill/app/ui"
	"sheetmill/app/view"
	"sheetmill/assets"
	"sheetmill/core/fault"
	"sheetmill/core/profile"
	"sheetmill/core/say"
)

// queue is the drawing thread of a test: what is handed over waits until the test drains it.
type queue struct {
	mu   sync.Mutex
	list []func()
}

func (q *queue) run(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, f)
}

func (q *queue) drain() {
	for {
		q.mu.Lock()
		if len(q.list) == 0 {
			q.mu.Unlock()
			return
		}
		f := q.list[0]
		q.list = q.list[1:]
		q.mu.Unlock()
		f()
	}
}

// client is a client without a workspace: it shows what it is given and notes what it is asked.
type client struct {
	mu       sync.Mutex
	events   view.Events
	settings view.Settings
	state    view.State
	shared   view.SharedState
	items    []view.Item
	tables   map[view.Ref]*table
	asked    []string
	reading  view.Reading
	home     string
}

func newClient() *client {
	return &client{
		state: view.State{Condition: view.Opened, Home: "/home/ana/.local/share/sheetmill"}, shared: view.SharedState{Line: view.NoConnection},
		settings: view.Settings{Language: say.English, Theme: view.Light}, home: "/home/ana", tables: map[view.Ref]*table{},
	}
}

func (c *client) notef(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, fmt.Sprintf(format, args...))
}

func (c *client) was(asked string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.asked {
		if strings.HasPrefix(a, asked) {
			return true
		}
	}
	return false
}

func (c *client) Listen(e view.Events) func()  { c.events = e; return func() {} }
func (c *client) Version() string              { return "1.0.0" }
func (c *client) State() view.State            { return c.state }
func (c *client) Settings() view.Settings      { return c.settings }
func (c *client) Lang() say.Lang               { return c.settings.Language }
func (c *client) Items() []view.Item           { return c.items }
func (c *client) Shared() view.SharedState     { return c.shared }
func (c *client) Reopen()                      { c.notef("reopen") }
func (c *client) SetAside()                    { c.notef("aside") }
func (c *client) Reconnect()                   { c.notef("reconnect") }
func (c *client) Cancel(r view.Ref)            { c.notef("cancel %s", r.ID) }
func (c *client) Retry(r view.Ref)             { c.notef("retry %s", r.ID) }
func (c *client) Remove(r view.Ref)            { c.notef("remove %s", r.ID) }
func (c *client) Push(r view.Ref)              { c.notef("push %s", r.ID) }
func (c *client) Pull(r view.Ref)              { c.notef("pull %s", r.ID) }
func (c *client) ForgetConnection(func(error)) { c.notef("forget") }
func (c *client) Traced() bool                 { return false }
func (c *client) Note(string, any)             {}

func (c *client) UndoRule(r view.Ref, rule string) { c.notef("undo %s %s", r.ID, rule) }

func (c *client) Take(r view.Ref, s view.Suggestion) { c.notef("take %s %s", r.ID, s.Title.Key) }

func (c *client) Folders() []view.PickedFolder {
	return []view.PickedFolder{{Name: say.T("Home folder"), Path: c.home}, {Name: say.T("Downloads"), Path: c.home + "/Downloads"}, {Name: say.T("Whole computer"), Path: "/"}}
}

func (c *client) Folder(path string, all bool, done func([]view.FolderEntry, *fault.Error)) {
	c.notef("folder %s %v", path, all)
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	done([]view.FolderEntry{
		{Name: "历年随访数据", Folder: true, Modified: at},
		{Name: "2026年第一季度住院患者实验室检验结果汇总（含补录、更正与外院转入病例）最终修订版.xlsx", Size: 8 << 20, Modified: at},
		{Name: "lab.csv", Size: 8001, Modified: at},
		{Name: "outpatients.csv", Size: 811, Modified: at},
	}, nil)
}

func (c *client) Reading(_ view.Ref, done func(view.Reading, *fault.Error)) { done(c.reading, nil) }

func (c *client) ReadAgain(r view.Ref, o view.ReadOptions) error {
	if o.Range == "x" {
		return fault.New(fault.Usage, say.T("The settings cannot be saved.")).Hint(say.T("Choose a larger limit."))
	}
	c.notef("read %s %+v", r.ID, o)
	return nil
}

func (c *client) SetSettings(s view.Settings) error {
	if err := s.Check(); err != nil {
		return err
	}
	c.settings = s
	c.events.Settings(s)
	return nil
}

func (c *client) Item(r view.Ref) (view.Item, bool) {
	for _, i := range c.items {
		if i.Ref == r {
			return i, true
		}
	}
	return view.Item{}, false
}

func (c *client) Unfinished() []view.Item {
	var list []view.Item
	for _, i := range c.items {
		if !i.Phase.Ended() {
			list = append(list, i)
		}
	}
	return list
}

func (c *client) OpenTable(r view.Ref, changed func()) ui.Table {
	t := c.tables[r]
	if t == nil {
		t = &table{state: view.TableState{Ref: r, Phase: view.TableOpening}}
	}
	t.changed = changed
	return t
}

func (c *client) AddPaths(_ view.Place, paths ...string) { c.notef("add %s", strings.Join(paths, " ")) }
func (c *client) AddText(_ view.Place, text string) error {
	if !strings.Contains(text, "\t") {
		return fault.New(fault.BadInput, say.T("There is no table on the clipboard.")).Hint(say.T("Select cells in a spreadsheet or on a page, copy them, and paste here."))
	}
	c.notef("paste")
	return nil
}
func (c *client) AddBytes(_ view.Place, name string, b []byte) { c.notef("bytes %s %d", name, len(b)) }
func (c *client) Export(_ view.Ref, o view.ExportOptions, changed func(view.ExportState)) *view.Export {
	c.notef("export %s %s", o.Format, o.Path)
	changed(view.ExportState{Name: "lab", Path: o.Path, Ended: true, Done: 1})
	return &view.Export{}
}
func (c *client) ImportConnection(path string, done func(bool, error)) {
	c.notef("import %s", path)
	done(true, nil)
}
func (c *client) TestConnection(_ string, done func([]view.Check)) {
	done([]view.Check{{Name: "database"}, {Name: "objects", Fault: fault.New(fault.Unreachable, say.T("The object store does not answer.")).Hint(say.T("Check the network."))}})
}

// table is a table that makes up its cells.
type table struct {
	state    view.TableState
	changed  func()
	cell     func(row, column int) view.Cell
	profiles map[int]*view.ColumnProfile
	changes  []view.RuleChange
	findings []view.Finding
	account  view.Account
	about    view.About
	area     view.Area
	closed   bool
	copied   view.Area
}

func (t *table) State() view.TableState { return t.state }
func (t *table) Close()                 { t.closed = true }
func (t *table) Show(a view.Area)       { t.area = a }
func (t *table) Row(shown int) int64    { return int64(shown) }
func (t *table) Cell(row, column int) view.Cell {
	return t.cell(row, column)
}
func (t *table) ShownAt(row int64) (int, bool) { return int(row), row < int64(t.state.Shown) }
func (t *table) Sort(keys ...view.SortKey)     { t.state.Sort = keys; t.state.Serial++ }
func (t *table) Filter(f ...view.Filter) error {
	for _, one := range f {
		if one.Low == "x" {
			return fault.New(fault.Usage, say.T("The settings cannot be saved.")).Hint(say.T("Choose a larger limit."))
		}
	}
	t.state.Filters = f
	t.state.Serial++
	t.state.Shown = t.state.Rows / (1 + len(f))
	return nil
}
func (t *table) Find(text string, from view.Spot, _ bool, done func(view.Spot, bool, *fault.Error)) {
	done(view.Spot{Row: from.Row + 7, Column: 1}, text != "nowhere", nil)
}
func (t *table) Copy(a view.Area, _ bool, done func(string, *fault.Error)) {
	t.copied = a
	done("a\tb\n", nil)
}
func (t *table) Origin(row, column int, done func(view.Origin, *fault.Error)) {
	done(view.Origin{
		Row: int64(row), Column: t.state.Columns[column].Name, Sheet: "检验结果", Address: "F12", Value: "0.01", Changed: true, Before: "＜０.01",
		Rules: []view.RuleText{{Name: "full-width", Title: say.T("Full-width characters"), Doc: say.T("Full-width characters")}},
	}, nil)
}
func (t *table) Profile(column int) *view.ColumnProfile { return t.profiles[column] }
func (t *table) Changes() []view.RuleChange             { return t.changes }
func (t *table) ChangedCells(_ string, _, _ int, done func([]view.ChangedCell, *fault.Error)) {
	done([]view.ChangedCell{{Row: 3, Column: 1, Address: "C8", Before: "２５", After: "25"}, {Row: 9, Column: 2, Address: "D14", Before: "N/A", Missing: true}}, nil)
}
func (t *table) Findings() []view.Finding { return t.findings }
func (t *table) Account() view.Account    { return t.account }
func (t *table) About() view.About        { return t.about }
func (t *table) Versions(done func([]view.Version, *fault.Error)) {
	done([]view.Version{{Number: 1, Rows: 96, CreatedAt: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)}}, nil)
}

// ward is a table of a hospital.
func ward(rows, columns int) *table {
	kinds := []view.Column{
		{Name: "病案号", Type: view.String, Letter: "A", Width: 9, Bars: []float64{1, 1, 1, 1, 1}, Levels: true},
		{Name: "Age", Type: view.Integer, Right: true, Letter: "B", Width: 4, MissingShare: 0.031, Bars: []float64{0.1, 0.25, 0.5, 0.8, 1, 0.9, 0.6, 0.4, 0.2, 0.05}, Changed: 12},
		{Name: "入院日期", Type: view.Date, Letter: "C", Width: 10, Bars: []float64{0.6, 0.7, 1, 0.8, 0.9, 0.7}},
		{Name: "血红蛋白 (g/L)", Type: view.Float, Right: true, Letter: "D", Width: 7, MissingShare: 0.42, Bars: []float64{0.1, 0.4, 1, 0.7, 0.3}, Changed: 3},
		{Name: "Diagnosis as the ward wrote it, with all of its remarks", Type: view.String, Letter: "E", Width: 28, MissingShare: 0.002, Bars: []float64{1, 0.4, 0.3, 0.1}, Levels: true},
		{Name: "Discharged", Type: view.Boolean, Letter: "F", Width: 6, Bars: []float64{1, 0.4}, Levels: true},
		{Name: "采样时间", Type: view.DateTime, Letter: "G", Width: 19, Bars: []float64{0.4, 1, 0.4}},
		{Name: "Time", Type: view.Time, Letter: "H", Width: 8, Bars: []float64{0.4, 1, 0.4}},
		{Name: "", Type: view.Empty, Letter: "I", Width: 4, MissingShare: 1},
	}
	t := &table{profiles: map[int]*view.ColumnProfile{}}
	for i := range columns {
		c := kinds[i%len(kinds)]
		if i >= len(kinds) {
			c.Name = fmt.Sprintf("%s_%d", c.Name, i/len(kinds)+1)
		}
		t.state.Columns = append(t.state.Columns, c)
	}
	t.state.Phase, t.state.Rows, t.state.Shown, t.state.Serial = view.TableReady, rows, rows, 1
	words := []string{"Pneumonia, unspecified organism", "急性心肌梗死", "2型糖尿病伴并发症", "Essential (primary) hypertension; 高血压 3 级（极高危）", "Fracture of femur"}
	t.cell = func(row, column int) view.Cell {
		n := row*31 + column*17
		switch column % len(kinds) {
		case 0:
			return view.Cell{Text: fmt.Sprintf("P%07d", 2026000+row)}
		case 1:
			return view.Cell{Text: fmt.Sprint(n % 97), Missing: n%31 == 0, Changed: n%13 == 0}
		case 2:
			return view.Cell{Text: fmt.Sprintf("2026-%02d-%02d", n%12+1, n%28+1)}
		case 3:
			return view.Cell{Text: fmt.Sprintf("%d.%d", 90+n%80, n%10), Missing: n%5 < 2, Changed: n%23 == 0}
		case 4:
			return view.Cell{Text: words[n%len(words)], Changed: n%19 == 0}
		case 5:
			return view.Cell{Text: []string{"true", "false"}[n%2]}
		case 6:
			return view.Cell{Text: fmt.Sprintf("2026-%02d-%02d %02d:%02d:00", n%12+1, n%28+1, n%24, n%60)}
		case 7:
			return view.Cell{Text: fmt.Sprintf("%02d:%02d:00", n%24, n%60)}
		}
		return view.Cell{Missing: true}
	}
	point := func(n float64) profile.Point { return profile.Point{Text: fmt.Sprint(n), Number: n} }
	ages := &view.ColumnProfile{Name: "Age", Type: view.Integer, Rows: int64(rows), Missing: int64(rows) * 3 / 100, Distinct: 91, MissingBy: []profile.Frequent{{Text: "", Count: 20}, {Text: "N/A", Count: 9}, {Text: "无", Count: 2}}}
	ages.Spread = &profile.Spread{Min: point(0), P5: point(4), P25: point(28), Median: point(51), P75: point(67), P95: point(86), Max: point(104), Mean: profile.Point{Text: "48.27315"}, SD: 21.3}
	for i, n := range []int64{4, 9, 12, 20, 31, 44, 52, 61, 55, 38, 30, 17, 6} {
		ages.Spread.Histogram.Counts = append(ages.Spread.Histogram.Counts, n)
		ages.Spread.Histogram.Edges = append(ages.Spread.Histogram.Edges, point(float64(i*8)))
	}
	ages.Spread.Histogram.Edges = append(ages.Spread.Histogram.Edges, point(104))
	ages.Top = []profile.Frequent{{Text: "54", Count: 19}, {Text: "61", Count: 17}, {Text: "47", Count: 12}}
	ages.Outliers = &profile.Outliers{High: 1, Examples: []profile.Place{{Text: "104", Row: 17, Address: "C21"}}}
	t.profiles[1] = ages
	t.profiles[4] = &view.ColumnProfile{
		Name: t.state.Columns[min(4, columns-1)].Name, Type: view.String, Rows: int64(rows), Distinct: 5, Missing: 2,
		Top:   []profile.Frequent{{Text: words[3], Count: int64(rows) * 4 / 10}, {Text: words[1], Count: int64(rows) * 3 / 10}, {Text: words[0], Count: int64(rows) / 5}},
		Texts: &profile.Texts{MinLength: 6, MaxLength: 44, Shapes: []profile.Frequent{{Text: "字字字字字字", Count: 31}, {Text: "Aaaaaaaa", Count: 20}}},
	}
	t.changes = []view.RuleChange{
		{Rule: "full-width", Title: say.T("Full-width characters"), Doc: say.T("Full-width characters"), Cells: 1822},
		{Rule: "date-ymd-cn", Title: say.T("Chinese dates"), Cells: 18},
	}
	t.findings = []view.Finding{{Column: 1, Code: "outliers", Text: say.T("Choose a larger limit."), Count: 1, Examples: []string{"104"}, Suggests: []view.Suggestion{{Title: say.T("Choose a larger limit.")}}}}
	t.account = view.Account{Source: 2138, Kept: 1840, Changed: 237, Missing: 24, Outside: 37}
	t.about = view.About{Format: "xlsx", Sheet: "检验结果", Range: "B4:Z104"}
	return t
}

var registered sync.Once

// start makes a window of a size.
func start(t testing.TB, c *client, width, height float32) (*ui.Window, *queue) {
	t.Helper()
	registered.Do(func() { say.Register(say.Chinese, assets.Translations()) })
	app := test.NewApp()
	t.Cleanup(func() { test.NewApp() })
	q := &queue{}
	w := ui.New(app, c, ui.Options{Run: q.run, Quit: func() { c.notef("quit") }})
	w.Fyne().Resize(fyne.NewSize(width, height))
	w.Show()
	q.drain()
	t.Cleanup(w.Close)
	return w, q
}

// some are datasets in every state.
func some() []view.Item {
	ref := func(id string) view.Ref { return view.Ref{Place: view.Local, ID: id} }
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	return []view.Item{
		{Ref: ref("run"), Name: "2026年第一季度住院患者检验结果汇总（含补录与更正）最终版.xlsx", Size: 8 << 20, Added: at, Phase: view.Running, Stage: say.T("Cleaning"), Done: 0.63, Left: 12 * time.Second, Rows: 120345},
		{Ref: ref("wait"), Name: "outpatients.csv", Size: 9000, Added: at, Phase: view.Waiting, Left: -1},
		{Ref: ref("lab"), Name: "lab_results.xlsx", Size: 90000, Added: at, Phase: view.Ready, Rows: 1000000, Columns: 150},
		{Ref: ref("bad"), Name: "notes.docx", Size: 90000, Added: at, Phase: view.Broken, Fault: fault.New(fault.BadInput, say.T("The file cannot be read.")).Hint(say.T("Check that it is a file, that you may read it, and that its disk is there.")).At("notes.docx")},
		{Ref: ref("push"), Name: "vitals.tsv", Size: 90000, Added: at, Phase: view.Ready, Rows: 812, Columns: 9, Transfer: view.Pushing, TransferDone: 0.4},
		{Ref: ref("old"), Name: "registry_2024.csv", Size: 90000, Added: at, Phase: view.Ready, Rows: 3339, Columns: 151},
	}
}
