package s3

import "sync/atomic"

// Stats are counts since the store was opened.
type Stats struct {
	Hits      int64 // objects opened from the cache
	Misses    int64 // objects downloaded, or read in ranges
	Evictions int64 // copies removed from the cache for others
	Damaged   int64 // downloads and copies that did not match their checksum
	BytesDown int64
	BytesUp   int64
	Kept      int64 // commits of what was there already
	Resumed   int64 // bytes of broken uploads that were not sent again
}

type counts struct {
	hits, misses, evictions, damaged, down, up, kept, resumed atomic.Int64
}

func (c *counts) stats() Stats {
	return Stats{
		Hits: c.hits.Load(), Misses: c.misses.Load(), Evictions: c.evictions.Load(), Damaged: c.damaged.Load(),
		BytesDown: c.down.Load(), BytesUp: c.up.Load(), Kept: c.kept.Load(), Resumed: c.resumed.Load(),
	}
}
