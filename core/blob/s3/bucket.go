package s3

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"sheetmill/core/fault"
)

// Bucket is a bucket that is somebody else's, such as one that files are
// dropped into: its keys are whatever they are, and what is in it is not ours to sweep.
type Bucket struct {
	config Config
	client *minio.Core
	hangUp func()
}

// File is an object of a [Bucket].
type File struct {
	Key      string
	Size     int64
	Modified time.Time
	ETag     string // names the content
}

// OpenBucket makes a client of a bucket; it connects with the first request. Close it.
func OpenBucket(c Config) (*Bucket, error) {
	c = c.withDefaults()
	client, hangUp, err := dial(c)
	if err != nil {
		return nil, err
	}
	return &Bucket{c, client, hangUp}, nil
}

// Close closes idle connections.
func (b *Bucket) Close() error { b.hangUp(); return nil }

func (b *Bucket) call(ctx context.Context, key string, request func(context.Context, *watch) error) error {
	err := watched(ctx, b.config.Patience, request)
	if err == nil || ctx.Err() != nil {
		return err
	}
	if already, ok := errors.AsType[*fault.Error](err); ok {
		return already
	}
	return b.config.troubleOf(key, err)
}

// List lists the objects whose keys begin so, in the keys' order.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		token := ""
		for {
			var page minio.ListBucketV2Result
			err := b.call(ctx, "", func(context.Context, *watch) (err error) {
				page, err = b.client.ListObjectsV2(b.config.Bucket, prefix, "", token, "", 1000)
				return err
			})
			if err != nil {
				yield(File{}, err)
				return
			}
			for _, o := range page.Contents {
				if !yield(File{o.Key, o.Size, o.LastModified, strings.Trim(o.ETag, `"`)}, nil) {
					return
				}
			}
			if !page.IsTruncated {
				return
			}
			token = page.NextContinuationToken
		}
	}
}

// Get reads an object into out; one that is no longer what the listing told is fault.NotFound.
func (b *Bucket) Get(ctx context.Context, f File, out io.Writer) error {
	return b.call(ctx, f.Key, func(ctx context.Context, w *watch) error {
		var o minio.GetObjectOptions
		if err := o.SetMatchETag(f.ETag); err != nil {
			return err
		}
		body, _, _, err := b.client.GetObject(ctx, b.config.Bucket, f.Key, o)
		if changed(err) {
			return minio.ErrorResponse{Code: minio.NoSuchKey}
		}
		if err != nil {
			return err
		}
		defer func() { _ = body.Close() }()
		n, err := io.CopyBuffer(out, w.reader(body), make([]byte, 256<<10))
		if err == nil && n != f.Size {
			err = io.ErrUnexpectedEOF
		}
		return err
	})
}

// PutOptions are conditions of a Put. The zero value writes whatever is there.
type PutOptions struct {
	Absent bool   // only when there is no such object
	ETag   string // only when the object is still this one
}

// Put writes an object. A condition that does not hold answers false and no error.
func (b *Bucket) Put(ctx context.Context, key string, body io.Reader, size int64, o PutOptions) (written bool, etag string, err error) {
	options := minio.PutObjectOptions{}
	if o.Absent {
		options.SetMatchETagExcept("*")
	}
	if o.ETag != "" {
		options.SetMatchETag(o.ETag)
	}
	written = true
	err = b.call(ctx, key, func(ctx context.Context, w *watch) error {
		info, err := b.client.Client.PutObject(ctx, b.config.Bucket, key, w.reader(body), size, options)
		conditional := o.Absent || o.ETag != ""
		if code := codeOf(err); conditional && (code == minio.PreconditionFailed || code == minio.NoSuchKey) {
			written = false
			return nil
		}
		etag = info.ETag
		return err
	})
	return written && err == nil, etag, err
}

// Move gives an object another key.
func (b *Bucket) Move(ctx context.Context, f File, to string) error {
	err := b.call(ctx, f.Key, func(ctx context.Context, w *watch) error {
		w.pause() // the server copies, and says nothing meanwhile
		_, err := b.client.ComposeObject(ctx, minio.CopyDestOptions{Bucket: b.config.Bucket, Object: to},
			minio.CopySrcOptions{Bucket: b.config.Bucket, Object: f.Key, MatchETag: f.ETag})
		return err
	})
	if err != nil {
		return err
	}
	return b.Remove(ctx, f.Key)
}

// Remove removes an object; one that is not there is removed already.
func (b *Bucket) Remove(ctx context.Context, key string) error {
	return b.call(ctx, key, func(ctx context.Context, _ *watch) error {
		return b.client.RemoveObject(ctx, b.config.Bucket, key, minio.RemoveObjectOptions{})
	})
}
