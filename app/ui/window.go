package ui

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"sheetmill/app/view"
	"sheetmill/assets/icon"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// window is the state of what is on the screen. All of it belongs to the drawing thread but
// the fields at the end.
type window struct {
	app    fyne.App
	win    fyne.Window
	client Client
	quit   func()

	lang  say.Lang
	pal   *palette
	zoom  float32
	theme *look

	ref     view.Ref
	table   Table
	state   view.TableState
	told    string // the state of the table, as the middle shows it
	column  int    // that the side panel tells of
	page    string
	panel   bool // the side panel is shown
	focused bool // the window has the keyboard
	left    float32
	right   float32

	library *library
	grid    *grid
	side    *side
	center  *center
	status  *status
	cards   *cards
	finder  *finder
	panes   *panes
	modals  []*modal // dialogs that are open, the uppermost last
	back    *place   // in a table that was closed with its workspace

	search       string // what was searched last
	addFrom      string // the folder that files were added from last
	exportFolder string // the folder that was exported to last
	closing      bool   // a question about it is on the screen
	onShared     func() // shows how the shared workspace stands, while a dialog does
	onRun        func(func())
	stop         func()
	closed       atomic.Bool
	ending       sync.WaitGroup // tables being closed
	notifying    sync.WaitGroup
	redraw       atomic.Bool // the table looks different, and that is handed over already
	mu           sync.Mutex
	moved        map[view.Ref]view.Item // items to show at the next beat
	beat         *time.Timer
}

// beatTime is the pause between two showings of progress: each draws the window anew.
const beatTime = 250 * time.Millisecond

func newWindow(a fyne.App, c Client, o Options) *window {
	w := &window{
		app: a, client: c, quit: o.Quit, onRun: o.Run, panel: true, focused: true, moved: map[view.Ref]view.Item{},
		left: 290, right: sideWidth, page: pageColumn,
	}
	if w.quit == nil {
		w.quit = a.Quit
	}
	a.SetIcon(fyne.NewStaticResource("sheetmill.png", icon.PNG()))
	w.win = a.NewWindow("Sheetmill")
	w.win.SetMaster()
	w.win.SetPadded(false)
	w.win.Resize(fyne.NewSize(1280, 800))
	w.win.CenterOnScreen()
	w.build()
	w.win.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { w.dropped(uris) })
	w.win.SetCloseIntercept(w.askClose)
	if l := a.Lifecycle(); l != nil {
		l.SetOnEnteredForeground(func() { w.focused = true })
		l.SetOnExitedForeground(func() { w.focused = false })
	}
	a.Settings().AddListener(func(fyne.Settings) { w.run(w.recolour) })
	w.stop = c.Listen(w.events())
	if c.Traced() {
		w.watch()
	}
	return w
}

// Show shows the window.
func (w *window) Show() { w.win.Show() }

// Fyne is the window as Fyne knows it.
func (w *window) Fyne() fyne.Window { return w.win }

// Close ends all that the window started and waits for it; no callback does anything
// after it. It is called once the drawing thread draws no more.
func (w *window) Close() {
	if w.closed.Swap(true) {
		return
	}
	w.stop()
	w.mu.Lock()
	if w.beat != nil && w.beat.Stop() {
		w.ending.Done() // it never ran
	}
	w.mu.Unlock()
	if w.table != nil {
		w.table.Close()
	}
	w.ending.Wait()
	shown := make(chan struct{})
	go func() { w.notifying.Wait(); close(shown) }()
	select {
	case <-shown:
	case <-time.After(time.Second): // a desktop that does not answer keeps no program
	}
}

// run hands a function to the drawing thread. It is the only way there.
func (w *window) run(f func()) {
	if w.closed.Load() {
		return
	}
	w.onRun(func() {
		if !w.closed.Load() {
			f()
		}
	})
}

// events hand over what the client tells.
func (w *window) events() view.Events {
	return view.Events{
		State:    func(view.State) { w.run(w.stateChanged) },
		Library:  func() { w.run(w.libraryChanged) },
		Item:     w.itemMoved,
		Open:     func(r view.Ref) { w.run(func() { w.open(r) }) },
		Ended:    func(i view.Item) { w.run(func() { w.ended(i) }) },
		Trouble:  func(t view.Trouble) { w.run(func() { w.trouble(t) }) },
		Shared:   func(view.SharedState) { w.run(w.sharedChanged) },
		Settings: func(view.Settings) { w.run(w.settled) },
		Raise:    func() { w.run(w.win.RequestFocus) },
	}
}

// build makes the whole content, in the language, colours and zoom of the settings. What
// is open stays open. A change of any of the three builds anew: it is rare, and nothing is forgotten.
func (w *window) build() {
	s := w.client.Settings()
	w.lang = w.client.Lang()
	w.zoom = float32(s.Zoom)
	if w.zoom == 0 {
		w.zoom = 1
	}
	if w.theme == nil {
		w.theme = &look{wanted: s.Theme, zoom: w.zoom, icons: map[string]fyne.Resource{}}
		w.app.Settings().SetTheme(w.theme)
	}
	w.theme.wanted, w.theme.zoom = s.Theme, w.zoom
	w.pal = w.theme.palette(w.app.Settings().ThemeVariant())
	speakFyne(w.lang)

	var old *grid
	if w.grid != nil {
		old = w.grid
	}
	w.grid = newGrid(w.pal, w.zoom, w.run)
	w.wireGrid()
	w.status = newStatus(w)
	w.library = newLibrary(w)
	w.finder = newFinder(w)
	w.center = newCenter(w)
	w.side = newSide(w, w.page)
	w.cards = newCards(w)
	if old != nil && w.table != nil {
		w.grid.source = w.table
		w.grid.custom, w.grid.active, w.grid.anchor = old.custom, old.active, old.anchor
		w.grid.top, w.grid.left = old.top/old.zoom*w.grid.zoom, old.left/old.zoom*w.grid.zoom
	}
	if w.table != nil {
		w.state = w.table.State()
		w.grid.show(w.table, w.state)
	}
	w.panes = newPanes(w, w.libraryPanel(), w.center.root, w.side.root)
	w.win.SetMainMenu(w.menu())
	w.win.SetContent(container.NewStack(
		border(nil, w.status.root, nil, nil, w.panes.root),
		w.cards.root,
	))
	w.win.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { w.key(e) })
	w.addShortcuts()
	w.center.refresh()
	w.status.refresh()
}

// recolour builds anew when the system turned light or dark.
func (w *window) recolour() {
	if w.theme.palette(w.app.Settings().ThemeVariant()) != w.pal {
		w.build()
	}
}

// settled builds anew when the settings ask for that.
func (w *window) settled() {
	s := w.client.Settings()
	zoom := float32(s.Zoom)
	if zoom == 0 {
		zoom = 1
	}
	if w.client.Lang() != w.lang || s.Theme != w.theme.wanted || zoom != w.zoom {
		w.build()
	}
}

// libraryPanel is the left side: what adds, and the list.
func (w *window) libraryPanel() fyne.CanvasObject {
	z := w.zoom
	add := w.newTool(theme.ContentAddIcon(), w.tr("Add files"), w.hintOf("add"), func() { w.do("add") }).primary(theme.ContentAddIcon())
	folder := w.newTool(theme.FolderNewIcon(), "", w.hintOf("addFolder"), func() { w.do("addFolder") })
	paste := w.newTool(theme.ContentPasteIcon(), "", w.hintOf("pasteTable"), func() { w.do("pasteTable") })
	head := inset(border(nil, nil, nil, row(2*z, folder, paste), add), 10*z, 8*z, 8*z, 12*z)
	return border(head, nil, nil, nil, w.library.list)
}

// place is where a person is in a table that comes back when its workspace is open again.
type place struct {
	ref       view.Ref
	sort      []view.SortKey
	filters   []view.Filter
	active    view.Spot
	top, left float64
}

// leave closes the table of a workspace that is opened anew, and remembers where it was.
func (w *window) leave() {
	g := w.grid
	w.back = &place{w.ref, w.state.Sort, w.state.Filters, g.active, g.top, g.left}
	ref := w.ref
	w.closeTable()
	w.ref = ref
}

// comeBack opens what leave has closed, once it is there again.
func (w *window) comeBack() {
	if w.back == nil || w.table != nil {
		return
	}
	if i, ok := w.client.Item(w.back.ref); ok && i.CanOpen() {
		back := w.back
		w.open(back.ref)
		w.back = back
	}
}

// settle goes to where a person was in the table that has come back.
func (w *window) settle() {
	b := w.back
	if b == nil || b.ref != w.ref || w.state.Phase != view.TableReady {
		return
	}
	w.back = nil
	w.sortBy(b.sort...)
	w.setFilters(b.filters)
	w.grid.top, w.grid.left, w.grid.active, w.grid.anchor = b.top, b.left, b.active, b.active
	w.grid.show(w.table, w.state)
}

func (w *window) stateChanged() {
	if w.client.State().Condition == view.Opening && w.table != nil && w.ref.Place == view.Local {
		w.leave()
	}
	w.center.refresh()
	w.status.refresh()
}

func (w *window) sharedChanged() {
	w.status.refresh()
	if w.onShared != nil {
		w.onShared()
	}
}

func (w *window) libraryChanged() {
	w.library.fill()
	w.comeBack()
	if _, ok := w.client.Item(w.ref); !ok && w.table != nil {
		w.closeTable()
	}
	w.center.refresh()
	w.status.refresh()
}

// itemMoved gathers items until the next beat. It comes from any goroutine.
func (w *window) itemMoved(i view.Item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed.Load() {
		return
	}
	w.moved[i.Ref] = i
	if len(w.moved) == 1 {
		w.ending.Add(1)
		w.beat = time.AfterFunc(beatTime, func() {
			defer w.ending.Done()
			w.run(w.showMoved)
		})
	}
}

func (w *window) showMoved() {
	w.mu.Lock()
	moved := w.moved
	w.moved = map[view.Ref]view.Item{}
	w.mu.Unlock()
	for r, i := range moved {
		w.library.update(i)
		if r == w.ref {
			w.center.progress(i)
			w.side.fill(false) // what can be done now may be another
		}
	}
	w.status.refresh()
}

// longJob is how long a job must have taken to be worth a notification.
const longJob = 10 * time.Second

// ended notifies of the end of a long job that nobody looks at.
func (w *window) ended(i view.Item) {
	w.showMoved()
	if w.focused || i.Took < longJob || i.Phase == view.Cancelled {
		return
	}
	w.notify(i.Name, w.standing(i))
}

// notify shows a notification of the system. It may have to start what shows them
// first, which the drawing thread does not wait for.
func (w *window) notify(title, text string) {
	w.notifying.Go(func() { w.app.SendNotification(fyne.NewNotification(title, text)) })
}

func (w *window) trouble(t view.Trouble) { w.cards.fault(t.What.In(w.lang), t.Fault) }

// open shows a dataset.
func (w *window) open(r view.Ref) {
	if w.table != nil && w.ref == r {
		w.grid.ask()
		return
	}
	w.dropTable()
	w.ref, w.column, w.told, w.back = r, 0, "", nil
	w.table = w.client.OpenTable(r, w.tableMoved)
	w.library.mark()
	w.tableChanged()
	w.panes.root.Refresh()
	w.grid.ask()
}

// dropTable closes the open table without a picture of it. Closing waits for what
// reads it, which the drawing thread must not.
func (w *window) dropTable() {
	if w.table == nil {
		return
	}
	old := w.table
	w.table, w.state = nil, view.TableState{}
	w.ending.Go(old.Close)
}

func (w *window) closeTable() {
	w.dropTable()
	w.ref = view.Ref{}
	w.grid.show(nil, view.TableState{})
	w.library.mark()
	w.center.refresh()
	w.side.fill(true)
	w.panes.root.Refresh()
	w.status.refresh()
}

// tableMoved comes from any goroutine; however often, one change waits to be shown.
func (w *window) tableMoved() {
	if w.redraw.Swap(true) {
		return
	}
	w.run(func() {
		w.redraw.Store(false)
		w.tableChanged()
	})
}

func (w *window) tableChanged() {
	if w.table == nil {
		return
	}
	w.state = w.table.State()
	w.grid.show(w.table, w.state)
	w.settle()
	w.side.fill(false)
	s := w.state
	s.Columns = nil // the serial tells of changes in them
	if told := fmt.Sprint(s, w.table.About()); told != w.told {
		w.told = told
		w.center.refresh()
	}
	w.status.words()
}

// try shows a fault, where there is one, as a card.
func (w *window) try(what string, err error) {
	if err != nil {
		w.cards.fault(what, fault.Of(err))
	}
}
