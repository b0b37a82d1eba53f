package s3

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"sheetmill/core/fault"
	"sheetmill/core/internal/alive"
)

// broken is a note of an upload in parts that has begun. While its writer works
// it lies in tmp/ under the writer's name; when it broke, in broken/ under its
// key's. Who takes it from there by renaming is the one who goes on.
type broken struct {
	Endpoint string    `json:"endpoint"`
	Bucket   string    `json:"bucket"`
	Key      string    `json:"key"`
	ID       string    `json:"id"`
	SHA256   string    `json:"sha256"`
	Size     int64     `json:"size"`
	PartSize int64     `json:"partSize"`
	Begun    time.Time `json:"begun"`

	path string // of the note
}

// same tells whether the parts of one are parts of the other.
func (b *broken) same(c broken) bool {
	c.ID, c.Begun, c.path = b.ID, b.Begun, b.path
	return *b == c
}

// note writes the note of an upload that begins.
func (s *Store) note(u *broken) error {
	u.Begun, u.path = time.Now().UTC(), s.own(uploadSuffix)
	text, err := json.Marshal(u)
	if err == nil {
		err = os.WriteFile(u.path, text, 0o600)
	}
	if err != nil {
		return s.trouble(err)
	}
	return nil
}

// ended removes the note of an upload that is over.
func (b *broken) ended() { _ = os.Remove(b.path) } // what is left of it a sweep finds

// leave lets go of an upload that failed: another commit may go on with it,
// where that can help.
func (s *Store) leave(ctx context.Context, u *broken, err error) {
	if ctx.Err() == nil && hopeless(err) {
		s.forget(ctx, u)
		return
	}
	s.park(u.path, u.Key)
}

// forget has the server drop the parts of an upload.
func (s *Store) forget(ctx context.Context, u *broken) {
	err := s.call(ctx, u.Key, func(ctx context.Context, _ *watch) error {
		return s.client.AbortMultipartUpload(ctx, s.config.Bucket, u.Key, u.ID)
	})
	if err == nil || gone(err) {
		u.ended()
		return
	}
	s.park(u.path, u.Key) // for a sweep
}

func (s *Store) park(path, key string) {
	_ = os.Rename(path, filepath.Join(s.dir, brokenDir, s.nameOf(key))) // else it is found where it is
}

// claim takes a broken upload of the same content for this process.
func (s *Store) claim(want broken) *broken {
	s.parkDead()
	parked := filepath.Join(s.dir, brokenDir, s.nameOf(want.Key))
	u, err := readNote(parked)
	if err != nil || !u.same(want) {
		return nil
	}
	mine := s.own(uploadSuffix)
	if os.Rename(parked, mine) != nil {
		return nil // somebody else was faster
	}
	u.path = mine
	return u
}

// parkDead frees the uploads of processes that are gone.
func (s *Store) parkDead() {
	tmp := filepath.Join(s.dir, tmpDir)
	entries, _ := os.ReadDir(tmp) // none are found in a folder that cannot be read
	for _, e := range entries {
		process, _, _ := strings.Cut(e.Name(), ".")
		if !strings.HasSuffix(e.Name(), uploadSuffix) || alive.Is(tmp, process) {
			continue
		}
		path := filepath.Join(tmp, e.Name())
		u, err := readNote(path)
		if err != nil {
			_ = os.Remove(path) // cut short; the server drops its parts in time
			continue
		}
		if u.Endpoint == s.config.Endpoint && u.Bucket == s.config.Bucket {
			s.park(path, u.Key)
		}
	}
}

func readNote(path string) (*broken, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	u := &broken{}
	if err := json.Unmarshal(text, u); err != nil {
		return nil, err
	}
	u.path = path
	return u, nil
}

// gone tells that the server knows nothing of an upload.
func gone(err error) bool { return codeOf(err) == minio.NoSuchUpload || fault.Is(err, fault.NotFound) }

// codeOf is what the server called the trouble.
func codeOf(err error) string {
	answer, _ := errors.AsType[minio.ErrorResponse](err)
	return answer.Code
}
