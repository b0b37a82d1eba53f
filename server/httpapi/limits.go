package httpapi

import (
	"math"
	"sync"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Limits are what a client may ask for, by name. Zero fields are the defaults;
// they hold for this process, not for all servers together.
type Limits struct {
	MaxUpload         int64         // bytes of one file; 16 GiB
	RequestsPerSecond float64       // of one owner, in the long run; 100
	Burst             int           // of one owner, at once; 200
	Uploads           int           // of one owner, under way at once; 8
	Exports           int           // written at once, for all owners; 4
	Streams           int           // event streams of one owner, open at once; 64
	HeaderTimeout     time.Duration // for a request's header to come; 10 s
	IdleTimeout       time.Duration // of a connection without a request; 2 min
	StallTimeout      time.Duration // without a byte, either way; 30 s
	MinUploadRate     int64         // bytes a second that a body must come at after its first StallTimeout; 1 KiB
	MaxHeaderBytes    int           // of a request; 32 KiB
	MaxBody           int64         // bytes of a JSON body; 1 MiB
	MaxPageBytes      int           // of a page of rows or changes, about; 8 MiB
	SpoolBytes        int64         // of exports kept for the next range; 8 GiB
}

func (l Limits) orDefault() Limits {
	setDefault(&l.MaxUpload, 16<<30)
	setDefault(&l.RequestsPerSecond, 100)
	setDefault(&l.Burst, 200)
	setDefault(&l.Uploads, 8)
	setDefault(&l.Exports, 4)
	setDefault(&l.Streams, 64)
	setDefault(&l.HeaderTimeout, 10*time.Second)
	setDefault(&l.IdleTimeout, 2*time.Minute)
	setDefault(&l.StallTimeout, 30*time.Second)
	setDefault(&l.MinUploadRate, 1<<10)
	setDefault(&l.MaxHeaderBytes, 32<<10)
	setDefault(&l.MaxBody, 1<<20)
	setDefault(&l.MaxPageBytes, 8<<20)
	setDefault(&l.SpoolBytes, 8<<30)
	return l
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// owners counts what each owner has under way.
type owners struct {
	limits Limits
	now    func() time.Time

	mu sync.Mutex
	by map[string]*usage
}

// usage is one owner's: a bucket of requests that refills with time, and counts.
type usage struct {
	tokens           float64
	filled           time.Time
	uploads, streams int
}

// keptOwners is how many owners are remembered before idle ones are forgotten.
const keptOwners = 4096

func newOwners(l Limits) *owners {
	return &owners{limits: l, now: time.Now, by: map[string]*usage{}}
}

// of finds an owner's usage and refills its bucket. The caller holds the lock.
func (o *owners) of(owner string) *usage {
	now := o.now()
	u := o.by[owner]
	if u == nil {
		if len(o.by) >= keptOwners {
			o.forget(now)
		}
		u = &usage{tokens: float64(o.limits.Burst), filled: now}
		o.by[owner] = u
	}
	u.tokens = min(float64(o.limits.Burst), u.tokens+now.Sub(u.filled).Seconds()*o.limits.RequestsPerSecond)
	u.filled = now
	return u
}

// forget drops owners whose bucket is full again and who have nothing under way.
func (o *owners) forget(now time.Time) {
	full := time.Duration(float64(o.limits.Burst) / o.limits.RequestsPerSecond * float64(time.Second))
	for name, u := range o.by {
		if u.uploads == 0 && u.streams == 0 && now.Sub(u.filled) > full {
			delete(o.by, name)
		}
	}
}

// request takes one request out of an owner's bucket.
func (o *owners) request(owner string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	u := o.of(owner)
	if u.tokens >= 1 {
		u.tokens--
		return nil
	}
	wait := time.Duration((1 - u.tokens) / o.limits.RequestsPerSecond * float64(time.Second))
	return tooMany(wait, say.T("These are more requests than the limit of {limit} a second for one owner.", "limit", o.limits.RequestsPerSecond))
}

// upload counts an upload until its end is called.
func (o *owners) upload(owner string) (end func(), err error) {
	return o.begin(owner, func(u *usage) *int { return &u.uploads }, o.limits.Uploads,
		say.T("There are more uploads under way than the limit of {limit} at once for one owner.", "limit", o.limits.Uploads))
}

// stream counts an event stream until its end is called.
func (o *owners) stream(owner string) (end func(), err error) {
	return o.begin(owner, func(u *usage) *int { return &u.streams }, o.limits.Streams,
		say.T("There are more event streams open than the limit of {limit} at once for one owner.", "limit", o.limits.Streams))
}

func (o *owners) begin(owner string, of func(*usage) *int, most int, refusal say.Text) (func(), error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	count := of(o.of(owner))
	if *count >= most {
		return nil, tooMany(time.Second, refusal)
	}
	*count++
	return sync.OnceFunc(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		*count--
	}), nil
}

func tooMany(wait time.Duration, sentence say.Text) error {
	seconds := int(math.Ceil(max(wait.Seconds(), 1)))
	return answerWith(statusTooMany, fault.New(fault.Limit, sentence).
		Hint(say.T("Wait {seconds} s and try again.", "seconds", seconds))).retryAfter(seconds)
}
