package testenv

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

func (s *MinIOServer) makeBucket(name string) error {
	status, err := s.ask(http.MethodPut, "/"+name)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("MinIO answers %d", status)
	}
	return err
}

// serves tells that disks and users are loaded, which a list of buckets needs;
// before that the answer is 503 or none.
func (s *MinIOServer) serves() bool {
	status, err := s.ask(http.MethodGet, "/")
	return err == nil && status == http.StatusOK
}

// ask sends the server a signed request without a body (AWS Signature Version 4) and
// answers its status. A client library here would weigh on every test that
// only looks for corpora.
func (s *MinIOServer) ask(method, path string) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, "http://"+s.addr+path, nil)
	if err != nil {
		return 0, err
	}
	now := time.Now().UTC().Format("20060102T150405Z")
	empty := hash(nil)
	r.Header.Set("X-Amz-Date", now)
	r.Header.Set("X-Amz-Content-Sha256", empty)
	const signed = "host;x-amz-content-sha256;x-amz-date"
	request := strings.Join([]string{method, path, "", "host:" + s.addr, "x-amz-content-sha256:" + empty, "x-amz-date:" + now, "", signed, empty}, "\n")
	scope := []string{now[:8], "us-east-1", "s3", "aws4_request"}
	key := []byte("AWS4" + s.secret)
	for _, word := range scope {
		key = keyed(key, word)
	}
	text := strings.Join([]string{"AWS4-HMAC-SHA256", now, strings.Join(scope, "/"), hash([]byte(request))}, "\n")
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x",
		s.user, strings.Join(scope, "/"), signed, keyed(key, text)))
	// A connection kept for later would keep goroutines, which tests look for.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, answer.Body) // the status says it all
	return answer.StatusCode, answer.Body.Close()
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func keyed(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write([]byte(text)) // never fails
	return h.Sum(nil)
}
