package s3

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"sheetmill/core/blob"
)

// List yields the objects whose key starts with prefix, by ascending key. Of
// what is above Config.Prefix it yields what is below it, for no more is to be seen.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	if strings.HasPrefix(s.config.Prefix, prefix) {
		prefix = s.config.Prefix
	}
	return func(yield func(blob.Info, error) bool) {
		err := checkPrefix(prefix)
		if err == nil {
			err = s.call(ctx, "", func(ctx context.Context, w *watch) error { return s.list(ctx, w, prefix, yield) })
		}
		if err != nil {
			yield(blob.Info{}, err)
		}
	}
}

func (s *Store) list(ctx context.Context, w *watch, prefix string, yield func(blob.Info, error) bool) error {
	for o := range s.client.ListObjectsIter(ctx, s.config.Bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if o.Err != nil {
			return o.Err
		}
		if blob.CheckKey(o.Key) != nil {
			continue // not ours, such as a folder that a console made
		}
		w.pause() // what the caller does with it takes its time
		if !yield(blob.Info{Key: o.Key, Size: o.Size, Modified: o.LastModified.UTC().Truncate(time.Second)}, nil) {
			return nil
		}
		w.moved()
	}
	return ctx.Err() // the listing ends without a word when its context does
}

// checkPrefix refuses what no key can start with.
func checkPrefix(prefix string) error {
	if prefix == "" || blob.CheckKey(prefix+"x") == nil {
		return nil
	}
	return blob.CheckKey(prefix)
}
