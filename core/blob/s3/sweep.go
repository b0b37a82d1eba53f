package s3

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/internal/alive"
)

// SweepUnfinished removes the unfinished files of processes of this computer
// that are gone, and the broken uploads that nobody went on with for
// Config.UnfinishedAge: of this cache folder, and of all computers where the server lists them. (MinIO does so for
// the user of a whole bucket, and drops them itself after a day.)
func (s *Store) SweepUnfinished(ctx context.Context, dryRun bool) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.sweepFiles(ctx, dryRun)
	if err != nil {
		return n, err
	}
	m, err := s.sweepUploads(ctx, dryRun)
	if !dryRun {
		alive.Sweep(filepath.Join(s.dir, tmpDir))
	}
	return n + m, err
}

// sweepFiles removes what writers and downloads of dead processes left in tmp/.
func (s *Store) sweepFiles(ctx context.Context, dryRun bool) (int, error) {
	tmp := filepath.Join(s.dir, tmpDir)
	entries, err := os.ReadDir(tmp)
	if err != nil {
		return 0, s.trouble(err)
	}
	n := 0
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		process, _, _ := strings.Cut(e.Name(), ".")
		switch {
		case strings.HasSuffix(e.Name(), fetchSuffix):
			// A lock that a killed process left; held or not, its name may go when it is old.
			if st, err := e.Info(); !dryRun && err == nil && s.old(st.ModTime()) {
				_ = os.Remove(filepath.Join(tmp, e.Name()))
			}
			continue
		case !strings.HasSuffix(e.Name(), tmpSuffix), alive.Is(tmp, process):
			continue
		}
		if !dryRun {
			if err := os.Remove(filepath.Join(tmp, e.Name())); errors.Is(err, fs.ErrNotExist) {
				continue // another sweeper was first
			} else if err != nil {
				return n, s.trouble(err)
			}
		}
		n++
	}
	return n, nil
}

// sweepUploads drops the broken uploads that are too old.
func (s *Store) sweepUploads(ctx context.Context, dryRun bool) (int, error) {
	if !dryRun {
		s.parkDead()
	}
	stale := map[string]*broken{} // by ID
	entries, err := os.ReadDir(filepath.Join(s.dir, brokenDir))
	if err != nil {
		return 0, s.trouble(err)
	}
	for _, e := range entries {
		u, err := readNote(filepath.Join(s.dir, brokenDir, e.Name()))
		if err == nil && s.old(u.Begun) && u.Endpoint == s.config.Endpoint && u.Bucket == s.config.Bucket {
			stale[u.ID] = u
		}
	}
	if err := s.listUploads(ctx, stale); err != nil {
		return 0, err
	}
	n := 0
	for _, u := range stale {
		if !dryRun {
			if err := s.dropUpload(ctx, u); err != nil {
				return n, err
			}
		}
		n++
	}
	return n, nil
}

func (s *Store) dropUpload(ctx context.Context, u *broken) error {
	err := s.call(ctx, u.Key, func(ctx context.Context, _ *watch) error {
		return s.client.AbortMultipartUpload(ctx, s.config.Bucket, u.Key, u.ID)
	})
	if err != nil && !gone(err) {
		return err
	}
	if u.path != "" {
		u.ended()
	}
	return nil
}

// listUploads adds the old uploads that the server tells of.
func (s *Store) listUploads(ctx context.Context, stale map[string]*broken) error {
	err := s.call(ctx, "", func(ctx context.Context, w *watch) error {
		key, id := "", ""
		for {
			page, err := s.client.ListMultipartUploads(ctx, s.config.Bucket, s.config.Prefix, key, id, "", 1000)
			if err != nil {
				return err
			}
			w.moved()
			for _, u := range page.Uploads {
				if s.old(u.Initiated) && stale[u.UploadID] == nil {
					stale[u.UploadID] = &broken{Key: u.Key, ID: u.UploadID}
				}
			}
			if !page.IsTruncated || page.NextKeyMarker == key && page.NextUploadIDMarker == id {
				return nil
			}
			key, id = page.NextKeyMarker, page.NextUploadIDMarker
		}
	})
	if fault.Is(err, fault.NotAllowed) {
		return nil // some users may not ask; what they left here is known from its notes
	}
	return err
}

func (s *Store) old(t time.Time) bool { return time.Since(t) >= s.config.UnfinishedAge }
