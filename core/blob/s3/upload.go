package s3

import (
	"context"
	"encoding/base64"
	"hash/crc32"
	"io"
	"net/http"
	"slices"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"

	"sheetmill/core/fault"
)

// The headers by which S3 is told a checksum of the whole object.
const (
	crcHeader     = "X-Amz-Checksum-Crc32c"
	crcAlgorithm  = "X-Amz-Checksum-Algorithm"
	crcKindHeader = "X-Amz-Checksum-Type"
	crcWhole      = "FULL_OBJECT"
)

func (s *Store) upload(ctx context.Context, key string, c content) error {
	if c.size > s.config.PartSize {
		return s.uploadParts(ctx, key, c)
	}
	return s.call(ctx, key, func(ctx context.Context, w *watch) error {
		o := minio.PutObjectOptions{UserMetadata: map[string]string{sumName: c.sum, crcHeader: c.crc}}
		o.SetMatchETagExcept("*") // the first commit stays
		// The server refuses bytes that do not give this SHA-256.
		_, err := s.client.PutObject(ctx, s.config.Bucket, key, w.section(c.file, 0, c.size), c.size, "", c.sum, withoutHashing(o))
		if err == nil {
			s.counts.up.Add(c.size)
		}
		return err
	})
}

// withoutHashing has a request signed by a checksum that is known, not piece by piece.
func withoutHashing(o minio.PutObjectOptions) minio.PutObjectOptions {
	o.DisableContentSha256 = true
	return o
}

// uploadParts uploads a large object, several parts at once. What a broken
// upload of the same content has sent is not sent again.
func (s *Store) uploadParts(ctx context.Context, key string, c content) error {
	size := max(s.config.PartSize, (c.size+maxParts-1)/maxParts)
	u, sent, err := s.begin(ctx, key, c, size)
	if err != nil {
		return err
	}
	parts := make([]minio.CompletePart, (c.size+size-1)/size)
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(partsAtOnce)
	for i := range parts {
		group.Go(func() error {
			var err error
			parts[i], err = s.uploadPart(groupCtx, u, c, i, sent)
			return err
		})
	}
	err = group.Wait()
	if err == nil {
		err = s.call(ctx, key, func(ctx context.Context, _ *watch) error {
			o := minio.PutObjectOptions{UserMetadata: map[string]string{crcHeader: c.crc, crcKindHeader: crcWhole}}
			o.SetMatchETagExcept("*")
			_, err := s.client.CompleteMultipartUpload(ctx, s.config.Bucket, key, u.ID, parts, o)
			return err
		})
	}
	if err == nil {
		u.ended()
		return nil
	}
	if ctx.Err() != nil {
		err = ctx.Err() // rather than the group's, which ended for it
	}
	s.leave(ctx, u, err)
	return err
}

// uploadPart sends one part, unless it was sent before.
func (s *Store) uploadPart(ctx context.Context, u *broken, c content, i int, sent map[int]minio.ObjectPart) (minio.CompletePart, error) {
	off := int64(i) * u.PartSize
	n := min(u.PartSize, c.size-off)
	sum := crc32.New(castagnoli)
	if _, err := io.CopyBuffer(sum, io.NewSectionReader(c.file, off, n), make([]byte, 256<<10)); err != nil {
		return minio.CompletePart{}, s.trouble(err)
	}
	crc := base64.StdEncoding.EncodeToString(sum.Sum(nil))
	part := sent[i+1]
	if part.Size == n && part.ChecksumCRC32C == crc {
		s.counts.resumed.Add(n)
	} else if err := s.call(ctx, u.Key, func(ctx context.Context, w *watch) error {
		var err error
		part, err = s.client.PutObjectPart(ctx, s.config.Bucket, u.Key, u.ID, i+1, w.section(c.file, off, n), n, minio.PutObjectPartOptions{
			CustomHeader: http.Header{crcHeader: {crc}}, DisableContentSha256: true,
		})
		return err
	}); err != nil {
		return minio.CompletePart{}, err
	} else {
		s.counts.up.Add(n)
	}
	return minio.CompletePart{PartNumber: i + 1, ETag: part.ETag, ChecksumCRC32C: crc}, nil
}

// begin goes on with a broken upload of this content, or starts one.
func (s *Store) begin(ctx context.Context, key string, c content, partSize int64) (*broken, map[int]minio.ObjectPart, error) {
	want := broken{Endpoint: s.config.Endpoint, Bucket: s.config.Bucket, Key: key, SHA256: c.sum, Size: c.size, PartSize: partSize}
	if u := s.claim(want); u != nil {
		sent, err := s.parts(ctx, u)
		if err == nil {
			return u, sent, nil
		}
		if !gone(err) {
			s.leave(ctx, u, err)
			return nil, nil, err
		}
		u.ended() // the server has removed it
	}
	u := &want
	err := s.call(ctx, key, func(ctx context.Context, _ *watch) error {
		var err error
		u.ID, err = s.client.NewMultipartUpload(ctx, s.config.Bucket, key, minio.PutObjectOptions{
			UserMetadata: map[string]string{sumName: c.sum, crcAlgorithm: "CRC32C", crcKindHeader: crcWhole},
		})
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if err := s.note(u); err != nil {
		s.forget(ctx, u)
		return nil, nil, err
	}
	return u, nil, nil
}

// parts lists what an upload has sent, by number.
func (s *Store) parts(ctx context.Context, u *broken) (map[int]minio.ObjectPart, error) {
	sent := map[int]minio.ObjectPart{}
	err := s.call(ctx, u.Key, func(ctx context.Context, w *watch) error {
		for after := 0; ; {
			page, err := s.client.ListObjectParts(ctx, s.config.Bucket, u.Key, u.ID, after, 1000)
			if err != nil {
				return err
			}
			w.moved()
			for _, p := range page.ObjectParts {
				sent[p.PartNumber] = p
			}
			if !page.IsTruncated || page.NextPartNumberMarker <= after {
				return nil
			}
			after = page.NextPartNumberMarker
		}
	})
	return sent, err
}

// hopeless are the answers after which going on with an upload cannot help.
func hopeless(err error) bool {
	return !fault.Is(err, fault.Unreachable) || slices.Contains(
		[]string{minio.PreconditionFailed, minio.NoSuchUpload, minio.BadDigest, minio.InvalidPart, "XAmzContentChecksumMismatch"}, codeOf(err))
}
