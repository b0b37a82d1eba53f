package workspace

import (
	"context"
	"errors"
	"sync"

	"sheetmill/core/blob"
	"sheetmill/core/table"
)

// keptOpen is how many tables stay open after their last reader has gone, so
// that the next page does not read the footer again.
const keptOpen = 8

// openTables shares open tables among readers and closes the longest unused.
type openTables struct {
	most  int // open after their last reader has gone
	mu    sync.Mutex
	byKey map[string]*openTable
	idle  []*openTable // unused ones, longest first
}

type openTable struct {
	*table.Reader
	key     string
	object  blob.Object
	readers int
	gone    bool // removed from the store: close with the last reader
	orders  *orders
}

func newOpenTables(most int) *openTables {
	return &openTables{most: most, byKey: map[string]*openTable{}}
}

// get opens a table or joins one that is open, if the scope allows its key. Call
// put with it afterwards.
func (o *openTables) get(ctx context.Context, store *blob.Scope, key string) (*openTable, error) {
	if err := store.Check(key); err != nil { // it may be open for its owner
		return nil, err
	}
	if t := o.take(key); t != nil {
		return t, nil
	}
	object, err := store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	reader, err := table.NewReader(object)
	if err != nil {
		return nil, errors.Join(err, object.Close())
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	t := &openTable{Reader: reader, key: key, object: object, readers: 1, orders: &orders{turn: make(chan struct{}, 1)}}
	if o.byKey[key] == nil {
		o.byKey[key] = t
	} else { // another opened it meanwhile: this one is for its reader alone
		t.gone = true
	}
	return t, nil
}

func (o *openTables) take(key string) *openTable {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.byKey[key]
	if t == nil {
		return nil
	}
	if t.readers == 0 {
		o.unidle(t)
	}
	t.readers++
	return t
}

func (o *openTables) unidle(t *openTable) {
	for i, other := range o.idle {
		if other == t {
			o.idle = append(o.idle[:i], o.idle[i+1:]...)
			return
		}
	}
}

// put gives a table back.
func (o *openTables) put(t *openTable) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t.readers--
	if t.readers > 0 {
		return
	}
	if t.gone {
		_ = t.object.Close() // opened for reading: nothing to lose
		return
	}
	o.idle = append(o.idle, t)
	if len(o.idle) > o.most {
		oldest := o.idle[0]
		o.idle = o.idle[1:]
		delete(o.byKey, oldest.key)
		_ = oldest.object.Close()
	}
}

// forget drops tables whose objects are removed.
func (o *openTables) forget(keys []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, key := range keys {
		t := o.byKey[key]
		if t == nil {
			continue
		}
		delete(o.byKey, key)
		t.gone = true
		if t.readers == 0 {
			o.unidle(t)
			_ = t.object.Close()
		}
	}
}

func (o *openTables) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var err error
	for _, t := range o.byKey {
		err = errors.Join(err, t.object.Close())
	}
	o.byKey, o.idle = map[string]*openTable{}, nil
	return err
}
