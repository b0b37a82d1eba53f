package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/workspace"
	"sheetmill/server/config"
)

// inbox is a folder or a part of a bucket that files are dropped into. Several
// watchers may look at one.
type inbox interface {
	// list lists what is there to be milled, without results, failures and notes.
	list(ctx context.Context) ([]arrival, error)
	// content names an arrival's bytes.
	content(ctx context.Context, a arrival) (string, error)
	// open opens it; fault.NotFound when it is no longer what was listed.
	open(ctx context.Context, a arrival) (*source, error)
	// claim keeps other watchers from a key until release; got is false when another has it.
	claim(ctx context.Context, key string) (release func(), got bool, err error)
	// known tells whether a key was remembered as done.
	known(ctx context.Context, key string) (bool, error)
	remember(ctx context.Context, key string, note []byte) error
	// setAside moves an arrival to where failures are, with the reason beside.
	setAside(ctx context.Context, a arrival, reason []byte) error
}

// arrival is a file in an inbox.
type arrival struct {
	name  string // within the inbox, with slashes
	stamp string // changes with the file
	whole bool   // nobody is still writing it: it came in one step
	file  workspace.BucketFile
}

// outlet is where results go.
type outlet interface {
	// put writes a result, whole or not at all, and answers where it is.
	put(ctx context.Context, name string, write func(io.Writer) error) (string, error)
}

type watchOptions struct {
	choices
	server  serverOptions
	output  string
	formats string
	bom     bool
	once    bool
	jobs    int
	every   time.Duration
	settle  time.Duration
}

// watch mills what is dropped into a folder.
func (a *app) watch() *cobra.Command {
	var o watchOptions
	c := &cobra.Command{
		Use:     "watch DIR|s3://BUCKET/PREFIX -o OUT",
		GroupID: groupShared,
		Short:   a.tr("Mill every file that is dropped into a folder or a bucket"),
		Long: a.tr("Mills every new file and writes its clean table to OUT, a folder or s3://bucket/prefix. A file that cannot be\n" +
			"milled is moved to the folder failed, with the reason in a .json beside it. A file is taken when its size and\n" +
			"time have not changed for a while; what is done is remembered, also by other watchers of the same folder."),
		Example: "  sheetmill watch inbox -o clean --format csv,xlsx\n  sheetmill watch s3://drop/lab -o s3://drop/clean --endpoint minio:9000 --once",
		Args:    usage(cobra.ExactArgs(1)),
	}
	a.choiceFlags(c, &o.choices)
	o.server.flags(a, c)
	load := a.settings(c, []string{"endpoint", "access-key", "secret-key"}, config.Bucket)
	flags := c.Flags()
	flags.Lookup("name").Hidden = true // there is no standard input to name
	flags.StringVarP(&o.output, "output", "o", "", a.tr("where the clean tables go: a folder, or s3://bucket/prefix"))
	flags.StringVar(&o.formats, "format", "parquet,csv", a.tr("formats of the output, joined by commas: parquet, csv, xlsx, json"))
	flags.BoolVar(&o.bom, "bom", false, a.tr("start CSV files with a byte order mark, for Excel"))
	flags.BoolVar(&o.once, "once", false, a.tr("mill what is there and end, for cron"))
	flags.IntVar(&o.jobs, "jobs", 1, a.tr("how many files go side by side"))
	flags.DurationVar(&o.every, "every", 2*time.Second, a.tr("how often to look (default: 2s)"))
	flags.DurationVar(&o.settle, "settle", 2*time.Second, a.tr("how long a file must not have changed (default: 2s)"))
	for _, name := range []string{"format", "every", "settle"} {
		flags.Lookup(name).DefValue = map[bool]string{true: "", false: "0s"}[name == "format"]
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		w, closeAll, err := a.newWatch(args[0], &o, load)
		if err != nil {
			return err
		}
		err = a.withPlace(c.Context(), o.server, func(p place) error {
			w.place = p
			var watchErr error
			err := p.during(c.Context(), o.jobs, func(ctx context.Context) { watchErr = w.run(ctx) })
			if c.Context().Err() != nil && !o.once {
				return nil // a stop is how a watch ends
			}
			return errors.Join(err, watchErr)
		})
		if err = errors.Join(err, closeAll()); err != nil {
			return err
		}
		return w.finish()
	}
	return c
}

// newWatch checks the options and opens where files come from and go to.
func (a *app) newWatch(from string, o *watchOptions, load func() (config.Config, error)) (w *watcher, closeAll func() error, err error) {
	w = &watcher{app: a, o: *o, seen: map[string]seen{}, busy: map[string]bool{}}
	if w.options, err = o.options(); err != nil {
		return nil, nil, err
	}
	switch {
	case o.name != "":
		return nil, nil, badValue("--name", o.name, say.T("A watch names its results after their files, and reads no standard input."))
	case o.Sheet == "all":
		return nil, nil, badValue("--sheet", o.Sheet, say.T("A watch mills one sheet of each file; name it, or leave it out."))
	case o.output == "":
		return nil, nil, fault.New(fault.Usage, say.T("Where the clean tables go is missing.")).Hint(say.T("Name a folder or s3://bucket/prefix with -o."))
	case o.jobs < 1:
		return nil, nil, badValue("--jobs", "0", say.T("At least one file goes at a time."))
	case o.every <= 0 || o.settle < 0:
		return nil, nil, badValue("--every", o.every.String(), say.T("It is a length of time such as 90s, 15m or 720h."))
	}
	for name := range strings.SplitSeq(o.formats, ",") {
		format, err := export.ParseFormat(name)
		if err != nil {
			return nil, nil, err
		}
		w.formats = append(w.formats, format)
	}
	places := &watchPlaces{app: a, load: load}
	if w.inbox, w.outlet, err = places.open(from, o.output); err != nil {
		return nil, nil, errors.Join(err, places.close())
	}
	return w, places.close, nil
}

// watcher is one run of watch.
type watcher struct {
	*app

	o       watchOptions
	options workspace.Options
	formats []export.Format
	place   place
	inbox   inbox
	outlet  outlet

	mu      sync.Mutex
	seen    map[string]seen // by name
	busy    map[string]bool // names that are being milled
	results []*outcome
	failed  int
}

// seen is a file as it was at the last look.
type seen struct {
	stamp string
	since time.Time
	over  bool // nothing is to be done with it as it is
}

// outcome is what became of a file.
type outcome struct {
	File     string     `json:"file"`
	RecordID string     `json:"recordId,omitempty"`
	Outputs  []string   `json:"outputs,omitempty"`
	Error    *errorJSON `json:"error,omitempty"`
	At       time.Time  `json:"at"`
}

// run looks again and again, or once.
func (w *watcher) run(ctx context.Context) error {
	var milling sync.WaitGroup
	defer milling.Wait()
	slots := make(chan struct{}, w.o.jobs)
	fatal := make(chan error, 1)
	for looks := 0; ; looks++ {
		list, err := w.inbox.list(ctx)
		switch {
		case ctx.Err() != nil:
			return w.ended(ctx)
		case err != nil && (w.o.once || !fault.Is(err, fault.Unreachable)):
			return err
		case err != nil:
			w.errorf("sheetmill: %s\n", w.faultText(fault.Of(err)))
		default:
			w.forget(list)
		}
		waiting := false
		for _, a := range list {
			take, later := w.take(a)
			waiting = waiting || later
			if !take {
				continue
			}
			base := w.baseName(a, list)
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return w.ended(ctx)
			}
			milling.Go(func() {
				defer func() { <-slots }()
				if err := w.handle(ctx, a, base); err != nil {
					select {
					case fatal <- err:
					default:
					}
				}
			})
		}
		if w.o.once {
			milling.Wait()
			select {
			case err := <-fatal:
				return err
			default:
			}
			if !waiting || looks > 0 {
				return nil
			}
		}
		pause := w.o.every
		if w.o.once {
			pause = w.o.settle
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case err := <-fatal:
			timer.Stop()
			return err
		case <-ctx.Done():
			timer.Stop()
			return w.ended(ctx)
		}
	}
}

// ended is why a watch was broken off.
func (w *watcher) ended(ctx context.Context) error {
	if w.o.once && errors.Is(context.Cause(ctx), context.Canceled) {
		return fault.New(fault.Cancelled, say.T("Interrupted. What was not done is done the next time."))
	}
	return context.Cause(ctx)
}

// take decides about a file at a look; later says that it is still too fresh.
func (w *watcher) take(a arrival) (take, later bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, known := w.seen[a.name]
	if !known || before.stamp != a.stamp {
		before = seen{stamp: a.stamp, since: time.Now()}
		w.seen[a.name] = before
		known = false
	}
	if before.over || w.busy[a.name] {
		return false, false
	}
	if !a.whole && (!known || time.Since(before.since) < w.o.settle) {
		return false, true
	}
	w.busy[a.name] = true
	return true, false
}

// settled notes that a file is done with as it is, or not.
func (w *watcher) settled(a arrival, over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.busy, a.name)
	if s := w.seen[a.name]; s.stamp == a.stamp {
		s.over = over
		w.seen[a.name] = s
	}
}

// handle mills one file unless it was or another watcher does. An error ends the watch.
func (w *watcher) handle(ctx context.Context, a arrival, base string) error {
	over := false
	defer func() { w.settled(a, over) }()
	content, err := w.inbox.content(ctx, a)
	if err != nil {
		return w.passing(ctx, a, err)
	}
	sum := sha256.Sum256([]byte(a.name + "\n" + content))
	key := hex.EncodeToString(sum[:16])
	release, got, err := w.inbox.claim(ctx, key)
	if err != nil || !got {
		return w.passing(ctx, a, err)
	}
	defer release()
	if known, err := w.inbox.known(ctx, key); err != nil || known {
		over = known
		return w.passing(ctx, a, err)
	}
	r := &outcome{File: a.name, At: time.Now().UTC()}
	err = w.mill(ctx, a, base, key, r)
	switch {
	case err == nil:
		note, _ := json.Marshal(r) // plain fields always marshal
		if err := w.inbox.remember(ctx, key, note); err != nil {
			return w.passing(ctx, a, err)
		}
		over = true
	case ctx.Err() != nil, fault.Is(err, fault.NotFound), fault.Is(err, fault.Unreachable), fault.Is(err, fault.Cancelled):
		return w.passing(ctx, a, err)
	case fault.Is(err, fault.NotAllowed):
		return err // no other file will do better
	default:
		e := w.errorJSON(fault.Of(err).Within(sheet.ShownName(a.name)))
		r.Error = &e
		reason, _ := json.MarshalIndent(r, "", "  ") // as above
		if err := w.inbox.setAside(ctx, a, append(reason, '\n')); err != nil {
			return w.passing(ctx, a, err)
		}
		over = true
	}
	w.tell(r, err)
	return nil
}

// passing is trouble that may pass: the file is looked at again. With --once it is told, and ends it.
func (w *watcher) passing(ctx context.Context, a arrival, err error) error {
	if err == nil || ctx.Err() != nil || fault.Is(err, fault.NotFound) {
		return nil //nolint:nilerr // the watch ends for its own reason, or the file has gone
	}
	if w.o.once {
		return fault.Of(err).Within(sheet.ShownName(a.name))
	}
	w.errorf("sheetmill: %s\n", w.faultText(fault.Of(err).Within(sheet.ShownName(a.name))))
	return nil
}

// mill mills one file and writes its results.
func (w *watcher) mill(ctx context.Context, a arrival, base, key string, r *outcome) error {
	src, err := w.inbox.open(ctx, a)
	if err != nil {
		return err
	}
	defer func() { _ = src.close() }()
	// The same request after a restart is the same record.
	if r.RecordID, _, err = w.place.add(ctx, src, w.options, w.requestName(key)); err != nil {
		return err
	}
	status, err := w.place.await(ctx, r.RecordID, func(job.Status) {})
	if err != nil {
		return err
	}
	if status.Error != nil {
		// The reason is kept beside the file; put back, the file is a new one.
		return errors.Join(status.Error, w.place.remove(ctx, r.RecordID))
	}
	for _, format := range w.formats {
		path, err := w.outlet.put(ctx, base+"."+string(format), func(out io.Writer) error {
			return w.place.export(ctx, r.RecordID, format, out, export.Options{BOM: w.o.bom})
		})
		if err != nil {
			return err
		}
		r.Outputs = append(r.Outputs, path)
	}
	return nil
}

// requestName names the adding of a file, read and cleaned like this.
func (w *watcher) requestName(key string) string {
	options, _ := json.Marshal(w.options) // plain fields always marshal
	sum := sha256.Sum256(options)
	return "watch-" + key + "-" + hex.EncodeToString(sum[:4])
}

// forget drops what is no longer in the inbox.
func (w *watcher) forget(list []arrival) {
	there := map[string]bool{}
	for _, a := range list {
		there[a.name] = true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	maps.DeleteFunc(w.seen, func(name string, _ seen) bool { return !there[name] && !w.busy[name] })
}

// baseName names a file's results after it; with its ending, where another
// file in the inbox has the same name but for that.
func (w *watcher) baseName(a arrival, all []arrival) string {
	base := stem(a.name)
	for _, other := range all {
		if other.name != a.name && stem(other.name) == base {
			return a.name
		}
	}
	return base
}

func stem(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > strings.LastIndexByte(name, '/')+1 {
		return name[:i]
	}
	return name
}

// tell says what became of a file.
func (w *watcher) tell(r *outcome, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.failed++
		w.errorf("sheetmill: %s\n", w.faultText(fault.Of(err).Within(sheet.ShownName(r.File))))
	}
	switch {
	case w.o.once:
		w.results = append(w.results, r)
	case w.json:
		_ = json.NewEncoder(w.Stdout).Encode(r) // one line a file, as the watch has no end
	}
	if !w.json && err == nil {
		w.say("{file}: {outputs}", "file", sheet.ShownName(r.File), "outputs", strings.Join(r.Outputs, ", "))
	}
}

// finish sums up a watch that was to look once.
func (w *watcher) finish() error {
	if !w.o.once {
		return nil
	}
	if w.json {
		files := w.results
		if files == nil {
			files = []*outcome{}
		}
		if err := w.printJSON(map[string]any{"files": files}); err != nil {
			return err
		}
	}
	if w.failed > 0 {
		return &exitError{exitBadInput}
	}
	return nil
}
