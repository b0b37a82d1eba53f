package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
	"sheetmill/server/config"
)

// watchPlaces opens inboxes and outlets, and the buckets that they are in.
type watchPlaces struct {
	app     *app
	load    func() (config.Config, error)
	objects *workspace.Objects
	buckets []*workspace.Bucket
}

func (p *watchPlaces) open(from, to string) (in inbox, out outlet, err error) {
	bucket, prefix, isBucket := bucketOf(from)
	outBucket, outPrefix, outIsBucket := bucketOf(to)
	same := bucket == outBucket && prefix == outPrefix
	if !isBucket && !outIsBucket {
		same = sameFolder(from, to)
	}
	if isBucket == outIsBucket && same {
		return nil, nil, fault.New(fault.Usage, say.T("The results must not go where the files come from: they would be milled too.")).
			Hint(say.T("Choose another folder with -o, such as one below."))
	}
	if isBucket {
		b, err := p.bucket(bucket)
		if err != nil {
			return nil, nil, err
		}
		s := &bucketInbox{bucket: b, prefix: prefix}
		if outIsBucket && outBucket == bucket && strings.HasPrefix(outPrefix, prefix) {
			s.results = outPrefix
		}
		in = s
	} else if in, err = openDirInbox(from); err != nil {
		return nil, nil, err
	}
	if outIsBucket {
		b, err := p.bucket(outBucket)
		return in, &bucketOutlet{b, outBucket, outPrefix}, err
	}
	return in, &dirOutlet{to}, nil
}

// bucketOf takes s3://bucket/prefix apart; the prefix ends in a slash unless it is empty.
func bucketOf(place string) (bucket, prefix string, ok bool) {
	rest, ok := strings.CutPrefix(place, "s3://")
	bucket, prefix, _ = strings.Cut(rest, "/")
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return bucket, prefix, ok
}

func sameFolder(a, b string) bool {
	if x, err := os.Stat(a); err == nil {
		if y, err := os.Stat(b); err == nil {
			return os.SameFile(x, y)
		}
	}
	return filepath.Clean(a) == filepath.Clean(b)
}

func (p *watchPlaces) bucket(name string) (*workspace.Bucket, error) {
	if p.objects == nil {
		c, err := p.load()
		if err != nil {
			return nil, err
		}
		p.objects = &c.Objects
	}
	o := *p.objects
	o.Bucket = name
	b, err := workspace.DialBucket(o)
	if err == nil {
		p.buckets = append(p.buckets, b)
	}
	return b, err
}

func (p *watchPlaces) close() (err error) {
	for _, b := range p.buckets {
		err = errors.Join(err, b.Close())
	}
	return err
}

// bucketInbox is a part of a bucket. Its objects come whole. Notes are objects
// below .sheetmill/, and so are claims: made only where none is, renewed while the work goes
// on, and taken over when one was not renewed for long.
type bucketInbox struct {
	bucket  *workspace.Bucket
	prefix  string
	results string // where results go, when that is below
}

func (s *bucketInbox) list(ctx context.Context) ([]arrival, error) {
	var list []arrival
	for f, err := range s.bucket.List(ctx, s.prefix) {
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(f.Key, s.prefix)
		switch {
		case name == "", strings.HasSuffix(name, "/"), strings.HasPrefix(path.Base(name), "."), !filepath.IsLocal(filepath.FromSlash(name)):
		case strings.HasPrefix(name, failedName+"/"), strings.HasPrefix(name, notesName+"/"):
		case s.results != "" && strings.HasPrefix(f.Key, s.results):
		default:
			list = append(list, arrival{name: name, stamp: f.ETag, whole: true, file: f})
		}
	}
	return list, nil
}

func (s *bucketInbox) content(_ context.Context, a arrival) (string, error) { return a.file.ETag, nil }

// open brings the object here, so that it can be sent on and read again.
func (s *bucketInbox) open(ctx context.Context, a arrival) (*source, error) {
	temp, err := os.CreateTemp("", "sheetmill-watch-")
	if err != nil {
		return nil, noTemporary(err)
	}
	_ = os.Remove(temp.Name()) // where that works the file goes with its last user
	if err := s.bucket.Get(ctx, a.file, temp); err != nil {
		_ = temp.Close()
		return nil, err
	}
	if _, err := temp.Seek(0, io.SeekStart); err != nil {
		_ = temp.Close()
		return nil, noTemporary(err)
	}
	return &source{Reader: temp, name: path.Base(a.name), size: a.file.Size, file: temp, regular: true}, nil
}

func noTemporary(err error) error {
	return fault.New(fault.Unreachable, say.T("No temporary file can be made.")).
		Hint(say.T("Free some space, or name another folder in TMPDIR.")).Because(err)
}

// A claim is renewed often, and worth nothing when it was not for long.
const (
	renewClaim = 30 * time.Second
	staleClaim = 3 * time.Minute
)

func (s *bucketInbox) note(kind, key string) string {
	return s.prefix + notesName + "/" + kind + "/" + key + ".json"
}

func (s *bucketInbox) claim(ctx context.Context, key string) (func(), bool, error) {
	name := s.note("claims", key)
	host, _ := os.Hostname()
	text := []byte(host + "\n")
	got, etag, err := s.bucket.Put(ctx, name, bytes.NewReader(text), int64(len(text)), workspace.PutOptions{Absent: true})
	if err == nil && !got {
		for f, listErr := range s.bucket.List(ctx, name) {
			if listErr != nil {
				return nil, false, listErr
			}
			if time.Since(f.Modified) > staleClaim {
				body := append(bytes.Clone(text), time.Now().String()...)
				got, etag, err = s.bucket.Put(ctx, name, bytes.NewReader(body), int64(len(body)), workspace.PutOptions{ETag: f.ETag})
			}
		}
	}
	if err != nil || !got {
		return nil, false, err
	}
	over := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() {
		tick := time.NewTicker(renewClaim)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case now := <-tick.C:
				body := append(bytes.Clone(text), now.String()...)
				if still, next, err := s.bucket.Put(ctx, name, bytes.NewReader(body), int64(len(body)), workspace.PutOptions{ETag: etag}); err == nil && still {
					etag = next
				}
			}
		}
	})
	return func() {
		close(over)
		renewing.Wait()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := s.bucket.Remove(ctx, name); err != nil {
			slog.DebugContext(ctx, "a claim stays until it is stale", slog.Any("error", err))
		}
	}, true, nil
}

func (s *bucketInbox) known(ctx context.Context, key string) (bool, error) {
	for _, err := range s.bucket.List(ctx, s.note("done", key)) {
		return err == nil, err
	}
	return false, nil
}

func (s *bucketInbox) remember(ctx context.Context, key string, note []byte) error {
	_, _, err := s.bucket.Put(ctx, s.note("done", key), bytes.NewReader(note), int64(len(note)), workspace.PutOptions{})
	return err
}

func (s *bucketInbox) setAside(ctx context.Context, a arrival, reason []byte) error {
	target := s.prefix + failedName + "/" + a.name
	if _, _, err := s.bucket.Put(ctx, target+".json", bytes.NewReader(reason), int64(len(reason)), workspace.PutOptions{}); err != nil {
		return err
	}
	return s.bucket.Move(ctx, a.file, target)
}

// bucketOutlet writes results under a prefix.
type bucketOutlet struct {
	bucket *workspace.Bucket
	name   string
	prefix string
}

func (s *bucketOutlet) put(ctx context.Context, name string, write func(io.Writer) error) (string, error) {
	temp, err := os.CreateTemp("", "sheetmill-watch-")
	if err != nil {
		return "", noTemporary(err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	defer func() { _ = temp.Close() }()
	if err := write(temp); err != nil {
		return "", err
	}
	size, err := temp.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = temp.Seek(0, io.SeekStart)
	}
	if err != nil {
		return "", noTemporary(err)
	}
	key := s.prefix + name
	_, _, err = s.bucket.Put(ctx, key, temp, size, workspace.PutOptions{})
	return "s3://" + s.name + "/" + key, err
}
