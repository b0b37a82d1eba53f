package s3

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/minio/minio-go/v7"

	"sheetmill/core/fault"
)

// TestTrouble goes through what a server answers that no test server can be
// brought to.
func TestTrouble(t *testing.T) {
	c := Config{Endpoint: "minio:9000", Bucket: "b"}
	for answer, want := range map[string]struct {
		code fault.Code
		says string
	}{
		"NoSuchKey":                      {fault.NotFound, "There is no stored object a/k."},
		"NoSuchBucket":                   {fault.Unreachable, "There is no bucket b at minio:9000."},
		"AccessDenied":                   {fault.NotAllowed, "a/k"},
		"InvalidAccessKeyId":             {fault.Unreachable, "access key"},
		"SignatureDoesNotMatch":          {fault.Unreachable, "access key"},
		"ExpiredToken":                   {fault.Unreachable, "access key"},
		"RequestTimeTooSkewed":           {fault.Unreachable, "clocks"},
		"XMinioStorageFull":              {fault.Unreachable, "full"},
		"XMinioAdminBucketQuotaExceeded": {fault.Unreachable, "full"},
		"XMinioParentIsObject":           {fault.Usage, "a/k"},
		"SlowDown":                       {fault.Unreachable, "cannot be used just now"},
		"InternalError":                  {fault.Unreachable, "cannot be used just now"},
		"XMinioServerNotInitialized":     {fault.Unreachable, "cannot be used just now"},
		"503 Service Unavailable":        {fault.Unreachable, "cannot be used just now"},
		"SomethingNobodyKnows":           {fault.Unreachable, "cannot be used just now"},
	} {
		err := c.troubleOf("a/k", minio.ErrorResponse{Code: answer})
		if !fault.Is(err, want.code) || !strings.Contains(err.Error(), want.says) {
			t.Errorf("%s: %v (code %s)", answer, err, fault.CodeOf(err))
		}
		if want.code == fault.Unreachable && (fault.Of(err).Next.IsZero() || fault.Permanent(err)) {
			t.Errorf("%s ends the job, or has no next step: %v", answer, err)
		}
	}
	for _, err := range []error{io.ErrUnexpectedEOF, &url.Error{Op: "Put", URL: "http://minio", Err: io.EOF}, syscall.ECONNREFUSED, errStalled} {
		got := c.troubleOf("a/k", err)
		if !fault.Is(got, fault.Unreachable) || errors.Is(got, io.EOF) {
			t.Errorf("%v became %v", err, got)
		}
	}
	refused := c.troubleOf("", minio.ErrorResponse{Code: "InvalidAccessKeyId"})
	if got := entering(fmt.Errorf("open: %w", refused)); !fault.Is(got, fault.NotAllowed) {
		t.Errorf("who comes in with a wrong key is told %v", got)
	}
	if fault.CodeOf(refused) != fault.Unreachable {
		t.Error("the fault itself was changed")
	}
	away := c.troubleOf("", syscall.ECONNREFUSED)
	if got := entering(away); !fault.Is(got, fault.Unreachable) {
		t.Errorf("who comes to a closed door is told %v", got)
	}
}
