package view

import (
	"sync"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Events are what a client tells of. Each may be nil. They come from one
// goroutine, one after the other.
type Events struct {
	// State: the local workspace was opened, or could not be; read Client.State.
	State func(State)
	// Library: items came or went; read Client.Items.
	Library func()
	// Item: one item looks different. At most eight times a second for each.
	Item func(Item)
	// Open: the dataset should be shown now, because it was just added and has something to show.
	Open func(Ref)
	// Ended: an item's job ended in this session, well or not. For notifications.
	Ended func(Item)
	// Trouble: something that was asked for failed, or something needs attention.
	Trouble func(Trouble)
	// Shared: the shared workspace is to be shown differently.
	Shared func(SharedState)
	// Settings: they were changed.
	Settings func(Settings)
	// Raise: another start of the program handed its files over; show the window.
	Raise func()
}

// Trouble is what a message box needs: what was being done, and the fault with
// its sentence, hint and place. Details is for "copy details".
type Trouble struct {
	Ref   Ref // zero when it concerns no dataset
	What  say.Text
	Fault *fault.Error
}

// Details is all that is known, as text to copy into a report.
func (t Trouble) Details(lang say.Lang) string { return details(t.What, t.Fault, lang) }

// Details of a fault, as text to copy into a report: sentence, hint, code, place and cause.
func Details(f *fault.Error, lang say.Lang) string { return details(say.Text{}, f, lang) }

func details(what say.Text, f *fault.Error, lang say.Lang) string {
	var out []byte
	line := func(s string) {
		if s != "" {
			out = append(append(out, s...), '\n')
		}
	}
	line(what.In(lang))
	if f != nil {
		line(f.Sentence.In(lang))
		line(f.Next.In(lang))
		line(string(f.Code))
		line(f.Error())
	}
	return string(out)
}

// tellEvery is the shortest time between two tellings of progress: 8 a second.
const tellEvery = 125 * time.Millisecond

// hub gathers what is to be told and tells it from one goroutine.
type hub struct {
	mu        sync.Mutex
	listeners map[int]Events
	next      int
	once      []func(Events) // in order, each told once
	items     map[Ref]bool   // look different
	library   bool
	early     []func(Events) // told while only the trace listened; nil once somebody does
	heard     bool           // somebody listens
	wake      chan struct{}
}

func newHub() *hub {
	return &hub{listeners: map[int]Events{}, items: map[Ref]bool{}, wake: make(chan struct{}, 1)}
}

func (h *hub) listen(e Events) (stop func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.next++
	id := h.next
	h.listeners[id] = e
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, id)
	}
}

// mostEarly bounds what is kept for the first listener.
const mostEarly = 100

// catchUp tells the first listener what was told to nobody.
func (h *hub) catchUp() {
	h.mu.Lock()
	if !h.heard {
		h.heard = true
		h.once, h.early = append(h.early, h.once...), nil
	}
	h.mu.Unlock()
	h.poke()
}

func (h *hub) poke() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// item says that an item looks different.
func (h *hub) item(r Ref) {
	h.mu.Lock()
	h.items[r] = true
	h.mu.Unlock()
	h.poke()
}

// list says that items came or went.
func (h *hub) list() {
	h.mu.Lock()
	h.library = true
	h.mu.Unlock()
	h.poke()
}

// tell tells something once, in order with others.
func (h *hub) tell(f func(Events)) {
	h.mu.Lock()
	h.once = append(h.once, f)
	h.mu.Unlock()
	h.poke()
}

// run tells until done is closed, and then once more.
func (h *hub) run(done <-chan struct{}, find func(Ref) (Item, bool)) {
	rest := time.NewTimer(0)
	defer rest.Stop()
	for {
		select {
		case <-h.wake:
		case <-done:
			h.flush(find)
			return
		}
		h.flush(find)
		rest.Reset(tellEvery)
		select {
		case <-rest.C:
		case <-done:
			h.flush(find)
			return
		}
	}
}

func (h *hub) flush(find func(Ref) (Item, bool)) {
	h.mu.Lock()
	listeners := make([]Events, 0, len(h.listeners))
	for id := 1; id <= h.next; id++ {
		if e, ok := h.listeners[id]; ok {
			listeners = append(listeners, e)
		}
	}
	once, items, library := h.once, h.items, h.library
	h.once, h.items, h.library = nil, map[Ref]bool{}, false
	if !h.heard && len(h.early) < mostEarly {
		h.early = append(h.early, once...)
	}
	h.mu.Unlock()
	for _, e := range listeners {
		if library && e.Library != nil {
			e.Library()
		}
		if e.Item != nil {
			for r := range items {
				if i, ok := find(r); ok {
					e.Item(i)
				}
			}
		}
		for _, f := range once {
			f(e)
		}
	}
}
