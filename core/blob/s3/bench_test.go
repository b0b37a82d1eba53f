package s3_test

import (
	"fmt"
	"testing"

	"sheetmill/core/blob/s3"
	"sheetmill/core/testenv"
)

func benchStore(b *testing.B, change func(*s3.Config)) *s3.Store {
	b.Helper()
	m := testenv.MinIO(b)
	c := s3.Config{Endpoint: m.Endpoint, Bucket: m.Bucket, AccessKey: m.AccessKey, SecretKey: m.SecretKey, CacheDir: b.TempDir()}
	change(&c)
	s, err := s3.Open(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

func write(b *testing.B, s *s3.Store, key string, data []byte) {
	b.Helper()
	w, err := s.Create(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		b.Fatal(err)
	}
	if _, err := w.Commit(b.Context(), key); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkOpen opens an object of 1 MB and reads 4 kB of it: from the cache,
// where the server is asked but sends no bytes, and in a range.
func BenchmarkOpen(b *testing.B) {
	for name, limit := range map[string]int64{"cached": 0, "ranged": -1} {
		b.Run(name, func(b *testing.B) {
			s := benchStore(b, func(c *s3.Config) { c.CacheLimit = limit })
			write(b, s, "k", noise(1, 1<<20))
			p := make([]byte, 4096)
			for b.Loop() {
				o, err := s.Open(b.Context(), "k")
				if err != nil {
					b.Fatal(err)
				}
				if _, err := o.ReadAt(p, 500_000); err != nil {
					b.Fatal(err)
				}
				_ = o.Close()
			}
		})
	}
}

// BenchmarkCommit writes objects of one part and of several.
func BenchmarkCommit(b *testing.B) {
	for _, size := range []int{10_000, 3 << 20, 64 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := benchStore(b, func(*s3.Config) {})
			data := noise(2, size)
			b.SetBytes(int64(size))
			n := 0
			for b.Loop() {
				n++
				write(b, s, fmt.Sprintf("k/%d", n), data)
			}
		})
	}
}
