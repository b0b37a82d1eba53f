package workspace

import (
	"context"
	"strings"
	"sync"
	"time"

	"sheetmill/core/blob/s3"
	"sheetmill/core/catalog/postgres"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// readyPatience is how long what is asked whether it is there may take to answer.
const readyPatience = 2 * time.Second

// Ready is nil when work can be done, and a fault that names what is away
// otherwise. It answers soon, whatever is away.
func (s *Server) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	var database, objects error
	var asking sync.WaitGroup
	asking.Go(func() { database = s.db.Ping(ctx) })
	asking.Go(func() { objects = s.store.Ping(ctx) })
	asking.Wait()
	hint := say.T("Check the network and that it runs; nothing is lost, work goes on when it is back.")
	switch {
	case database != nil && objects != nil:
		return fault.New(fault.Unreachable, say.T("Neither PostgreSQL nor MinIO can be reached.")).Hint(hint).Because(database)
	case database != nil:
		return fault.New(fault.Unreachable, say.T("PostgreSQL cannot be reached.")).Hint(hint).Because(database)
	case objects != nil:
		return fault.New(fault.Unreachable, say.T("MinIO cannot be reached.")).Hint(hint).Because(objects)
	}
	return nil
}

// Pause stops the fetching of parse jobs by every server and desktop until it is
// taken back; what runs goes on.
func (s *Server) Pause(ctx context.Context, queue string, paused bool) error {
	return s.db.Pause(ctx, queue, paused)
}

// Queues lists the queues that there are, and since when they are paused.
func (s *Server) Queues(ctx context.Context) ([]Queue, error) { return s.db.Queues(ctx) }

type (
	// Queue is how a queue stands.
	Queue = postgres.Queue
	// Depth counts the jobs of one kind in one state.
	Depth = postgres.Depth
)

// Stats are figures for metrics. Counts are of this process, since it started.
type Stats struct {
	Depths []Depth // jobs that have not ended, of the whole workspace
	Hits   Hits
	Cache  CacheStats
}

// Hits count how often work was found done, by the names of contents.
type Hits struct {
	Parses int64 // attempts at a parse
	Whole  int64 // that found all of it done
	Raw    int64 // that found the raw table and went on from there
}

// Stats reads the figures of the moment.
func (s *Server) Stats(ctx context.Context) (Stats, error) {
	stats := Stats{Hits: s.Hits(), Cache: s.store.Stats()}
	var err error
	stats.Depths, err = s.db.Depths(ctx)
	return stats, err
}

// Hits tells the counts of this process, without asking the database.
func (s *Server) Hits() Hits {
	return Hits{Parses: s.hits.Parses.Load(), Whole: s.hits.Whole.Load(), Raw: s.hits.Raw.Load()}
}

// Doctor checks that an owner's part of the workspace is whole, or everyone's for "". For
// everyone it also looks for objects of owners that there are not.
func (s *Server) Doctor(ctx context.Context, owner string, o DoctorOptions) (Health, error) {
	owners, err := s.db.Owners(ctx)
	if err != nil {
		return Health{}, err
	}
	all := Health{Faults: []*fault.Error{}}
	known := map[string]bool{}
	for _, name := range owners {
		known[name] = true
		if owner != "" && name != owner {
			continue
		}
		h, err := s.For(name).examine(ctx, o)
		if err != nil {
			return all, err
		}
		if h.Swept, err = s.For(name).sweepOwn(ctx, !o.Fix, time.Now()); err != nil {
			return all, err
		}
		addHealth(&all, h, name)
	}
	if owner != "" {
		if !known[owner] {
			return all, fault.New(fault.NotFound, say.T("There is no user {name}.", "name", owner)).Hint(say.T("List them with sheetmill user ls."))
		}
		return all, nil
	}
	if all.Unfinished, err = s.store.SweepUnfinished(ctx, !o.Fix); err != nil {
		return all, err
	}
	return all, s.strays(ctx, known, &all)
}

// addHealth adds an owner's health to everyone's.
func addHealth(h *Health, one Health, owner string) {
	h.Records += one.Records
	h.Objects += one.Objects
	h.Expired += one.Expired
	h.Swept.Objects += one.Swept.Objects
	for _, f := range one.Faults {
		h.Faults = append(h.Faults, f.At(owner))
	}
}

// strays looks for objects that are no owner's.
func (s *Server) strays(ctx context.Context, known map[string]bool, h *Health) error {
	counts := map[string]int{}
	var order []string
	for info, err := range s.store.List(ctx, "") {
		if err != nil {
			return err
		}
		owner := ""
		if rest, ok := strings.CutPrefix(info.Key, "owner/"); ok {
			owner, _, _ = strings.Cut(rest, "/")
		}
		if known[owner] {
			continue
		}
		if counts[owner]++; counts[owner] == 1 {
			order = append(order, owner)
		}
	}
	for _, owner := range order {
		h.Faults = append(h.Faults, fault.New(fault.Conflict, say.T("The bucket holds {n} objects of nobody.", "n", counts[owner])).
			Hint(say.T("Remove them if the user was removed; restore the database if it should know them.")).At("owner/"+owner+"/"))
	}
	return nil
}

// CacheStats are figures of the cache of objects.
type CacheStats = s3.Stats
