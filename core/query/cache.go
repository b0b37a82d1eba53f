package query

import (
	"container/list"
	"sync"

	"sheetmill/core/table"
)

// CacheBytes is a cache that holds what a screen shows and what is around it, in
// a table of 150 columns too.
const CacheBytes = 24 << 20

// cache keeps the blocks that were used last.
type cache struct {
	mu     sync.Mutex
	most   int64
	bytes  int64
	blocks map[blockKey]*list.Element
	used   *list.List // of *block, last used first
}

// blockKey names a block: a column, and a run of rows numbered through all groups.
type blockKey struct{ column, run int32 }

type block struct {
	key    blockKey
	vector *table.Vector
	bytes  int64
}

func newCache(most int64) *cache {
	return &cache{most: most, blocks: map[blockKey]*list.Element{}, used: list.New()}
}

// get answers a block that is there; nil otherwise. Nobody changes it.
func (c *cache) get(key blockKey) *table.Vector {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.blocks[key]
	if e == nil {
		return nil
	}
	c.used.MoveToFront(e)
	return e.Value.(*block).vector //nolint:forcetypeassert // the list holds nothing else
}

func (c *cache) put(key blockKey, v *table.Vector) {
	b := &block{key: key, vector: v, bytes: sizeOf(v)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.blocks[key] != nil {
		return
	}
	c.blocks[key] = c.used.PushFront(b)
	c.bytes += b.bytes
	for c.bytes > c.most && c.used.Len() > 1 {
		oldest := c.used.Remove(c.used.Back()).(*block) //nolint:forcetypeassert // the list holds nothing else
		delete(c.blocks, oldest.key)
		c.bytes -= oldest.bytes
	}
}

func sizeOf(v *table.Vector) int64 {
	const header = 256 // the vector itself, its entry and its place in the map
	return int64(header + cap(v.Valid) + 8*cap(v.Ints) + 8*cap(v.Floats) + cap(v.Bools) + 4*cap(v.Ends) + cap(v.Bytes))
}
