package s3_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"testing"

	"sheetmill/core/blob"
	"sheetmill/core/blob/blobtest"
	"sheetmill/core/blob/s3"
	"sheetmill/core/testenv"
)

func TestMain(m *testing.M) {
	if config := os.Getenv(writerEnv); config != "" {
		writeUntilKilled(config)
	}
	testenv.Main(m)
}

// config is a store in a fresh bucket, with a cache folder of its own.
func config(t *testing.T, b testenv.Bucket) s3.Config {
	t.Helper()
	return s3.Config{Endpoint: b.Endpoint, Bucket: b.Bucket, AccessKey: b.AccessKey, SecretKey: b.SecretKey, CacheDir: t.TempDir(), PartSize: 5 << 20}
}

func open(t *testing.T, c s3.Config) *s3.Store {
	t.Helper()
	s, err := s3.Open(t.Context(), c)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func put(t *testing.T, s *s3.Store, key string, data []byte) {
	t.Helper()
	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	info, err := w.Commit(t.Context(), key)
	if err != nil {
		t.Fatalf("Commit: %v", err)
	}
	if want := sum(data); info.SHA256 != want {
		t.Errorf("the checksum of %s is %s, want %s", key, info.SHA256, want)
	}
}

func read(t *testing.T, s blob.Store, key string) []byte {
	t.Helper()
	o, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	defer func() { _ = o.Close() }()
	data, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return data
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// contract runs the suite on stores that share one bucket and one cache folder.
func contract(t *testing.T, change func(*s3.Config), except ...string) {
	t.Helper()
	configs := map[*testing.T]s3.Config{}
	blobtest.Run(t, func(t *testing.T) blob.Store {
		t.Helper()
		c, ok := configs[t]
		if !ok {
			c = config(t, testenv.MinIO(t))
			change(&c)
			configs[t] = c
		}
		return open(t, c)
	}, except...)
}

func TestContract(t *testing.T) { contract(t, func(*s3.Config) {}) }

// What is read in ranges cannot be held open on the server.
func TestContractWithoutCache(t *testing.T) {
	contract(t, func(c *s3.Config) { c.CacheDir = "" }, "ReadableWhileRemoved")
}

func TestContractWithACacheThatIsTooSmall(t *testing.T) {
	contract(t, func(c *s3.Config) { c.CacheLimit = 100_000 }, "ReadableWhileRemoved")
}
