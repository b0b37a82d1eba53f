package ui

import (
	"fyne.io/fyne/v2"

	"sheetmill/app/view"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Client is what the window needs of view.Client; Of makes one of it. Its
// methods answer at once.
type Client interface {
	Listen(e view.Events) (stop func())
	Version() string
	State() view.State
	Settings() view.Settings
	SetSettings(s view.Settings) error
	Lang() say.Lang
	Items() []view.Item
	Item(r view.Ref) (view.Item, bool)
	Unfinished() []view.Item
	OpenTable(r view.Ref, changed func()) Table
	Folders() []view.PickedFolder
	Folder(path string, all bool, done func([]view.FolderEntry, *fault.Error))
	AddPaths(to view.Place, paths ...string)
	AddText(to view.Place, text string) error
	AddBytes(to view.Place, name string, content []byte)
	Cancel(r view.Ref)
	Retry(r view.Ref)
	Remove(r view.Ref)
	Reading(r view.Ref, done func(view.Reading, *fault.Error))
	ReadAgain(r view.Ref, o view.ReadOptions) error
	Take(r view.Ref, s view.Suggestion)
	UndoRule(r view.Ref, rule string)
	Push(r view.Ref)
	Pull(r view.Ref)
	Export(r view.Ref, o view.ExportOptions, changed func(view.ExportState)) *view.Export
	Reopen()
	SetAside()
	Shared() view.SharedState
	Reconnect()
	ImportConnection(path string, done func(kept bool, err error))
	ForgetConnection(done func(error))
	TestConnection(path string, done func([]view.Check))
	Traced() bool
	Note(event string, what any)
}

// Table is what the grid and the side panel need of view.Table.
type Table interface {
	State() view.TableState
	Close()
	Show(a view.Area)
	Cell(row, column int) view.Cell
	Row(shown int) int64
	ShownAt(row int64) (shown int, ok bool)
	Sort(keys ...view.SortKey)
	Filter(filters ...view.Filter) error
	Find(text string, from view.Spot, back bool, done func(at view.Spot, found bool, f *fault.Error))
	Copy(a view.Area, header bool, done func(text string, f *fault.Error))
	Origin(row, column int, done func(view.Origin, *fault.Error))
	Profile(column int) *view.ColumnProfile
	Changes() []view.RuleChange
	ChangedCells(rule string, offset, limit int, done func([]view.ChangedCell, *fault.Error))
	Findings() []view.Finding
	Account() view.Account
	About() view.About
	Versions(done func([]view.Version, *fault.Error))
}

// Of is a view.Client as the window takes it.
func Of(c *view.Client) Client { return actual{c} }

type actual struct{ *view.Client }

// OpenTable opens the table of a real client.
func (r actual) OpenTable(ref view.Ref, changed func()) Table {
	return r.Client.OpenTable(ref, changed)
}

// Options go with a window.
type Options struct {
	// Run runs a function on the drawing thread and returns at once; the program
	// gives fyne.Do, a test a queue that it drains.
	Run func(func())
	// Quit ends the program; nil is app.Quit.
	Quit func()
}

// Window is the program's window.
type Window struct {
	*window
}

// New makes the window. It is not shown yet.
func New(a fyne.App, c Client, o Options) *Window { return &Window{newWindow(a, c, o)} }
