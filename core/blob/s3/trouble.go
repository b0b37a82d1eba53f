package s3

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/minio/minio-go/v7"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// errRefusedKey marks the faults of a key that the server does not accept. They
// are fault.Unreachable while work goes on: that a key has run out says nothing about the
// work, and another worker, or this one tomorrow with a new key, can do it. Who
// opens the store with such a key is told so at once, by entering.
var errRefusedKey = errors.New("the access key is not accepted")

// entering makes the fault of a first request one for whom it is told that
// their key is not good.
func entering(err error) error {
	if !errors.Is(err, errRefusedKey) {
		return err
	}
	f := *fault.Of(err)
	f.Code = fault.NotAllowed
	return &f
}

// troubleOf turns what the server answered, or that it did not, into a fault.
func (s *Store) troubleOf(key string, err error) error {
	if already, ok := errors.AsType[*fault.Error](err); ok {
		return already
	}
	if local(err) {
		return s.trouble(err)
	}
	return s.config.troubleOf(key, err)
}

func (c Config) troubleOf(key string, err error) error {
	answer, _ := errors.AsType[minio.ErrorResponse](err)
	if errors.Is(err, io.EOF) {
		err = errors.New(err.Error()) // a connection that ended; nobody is to take it for an object's end
	}
	endpoint, bucket := c.Endpoint, c.Bucket
	switch answer.Code {
	case minio.NoSuchKey, "NoSuchVersion", "MethodNotAllowed": // the last for what only marks a removal
		return fault.New(fault.NotFound, say.T("There is no stored object {key}.", "key", key)).Because(err)
	case minio.NoSuchBucket:
		// Not NotFound: no record is to be taken for lost because of this.
		return fault.New(fault.Unreachable, say.T("There is no bucket {bucket} at {endpoint}.", "bucket", bucket, "endpoint", endpoint)).
			Hint(say.T("Check the name of the bucket, or have an administrator make it.")).Because(err)
	case minio.AccessDenied, minio.AllAccessDisabled:
		if key == "" {
			return fault.New(fault.NotAllowed, say.T("The object store at {endpoint} does not let this user into the bucket {bucket}.", "endpoint", endpoint, "bucket", bucket)).
				Hint(say.T("Ask an administrator for the right to it.")).Because(err)
		}
		return fault.New(fault.NotAllowed, say.T("The object store does not allow this user to do that with {key}.", "key", key)).
			Hint(say.T("Ask an administrator for the right to it.")).Because(err)
	case minio.InvalidAccessKeyID, minio.SignatureDoesNotMatch, "ExpiredToken", "InvalidTokenId", "AccountProblem", "XMinioInvalidIAMCredentials":
		return fault.New(fault.Unreachable, say.T("The object store at {endpoint} does not accept this access key.", "endpoint", endpoint)).
			Hint(say.T("Check the access key and its secret, or ask an administrator for new ones.")).Because(errors.Join(errRefusedKey, err))
	case minio.RequestTimeTooSkewed:
		return fault.New(fault.Unreachable, say.T("The clocks of this computer and of the object store at {endpoint} are too far apart.", "endpoint", endpoint)).
			Hint(say.T("Set both clocks right and try again.")).Because(err)
	case "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded":
		return fault.New(fault.Unreachable, say.T("The object store at {endpoint} is full.", "endpoint", endpoint)).
			Hint(say.T("Have an administrator make room there, and try again.")).Because(err)
	case "XMinioParentIsObject", "XMinioObjectExistsAsDirectory":
		return fault.New(fault.Usage, say.T("The object key {key} is at once an object and the folder of another.", "key", key)).Because(err)
	}
	return fault.New(fault.Unreachable, say.T("The object store at {endpoint} cannot be used just now.", "endpoint", endpoint)).
		Hint(say.T("Check the network and that the server runs, then try again.")).Because(err)
}

// damaged is an object that is not what its checksum says.
func damaged(key string) *fault.Error {
	return fault.New(fault.Unreachable, say.T("The object {key} arrived damaged.", "key", key)).
		Hint(say.T("Try again; if it stays so, have an administrator check the object store's disks."))
}

func spent() error {
	return fault.New(fault.Usage, say.T("This object has already been committed or dropped."))
}

// local tells an error of this computer's disk from one of the server.
func local(err error) bool {
	_, path := errors.AsType[*fs.PathError](err)
	_, link := errors.AsType[*os.LinkError](err)
	_, call := errors.AsType[*os.SyscallError](err)
	_, answer := errors.AsType[minio.ErrorResponse](err)
	return (path || link) && !call && !answer
}

// trouble turns what the local disk refused into a fault with a next step.
func (s *Store) trouble(err error) error {
	path := s.dir
	if path == "" {
		path = os.TempDir()
	}
	_, already := errors.AsType[*fault.Error](err)
	switch {
	case already, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case isFull(err):
		return fault.New(fault.Unreachable, say.T("The disk that holds {path} is full.", "path", path)).
			Hint(say.T("Free some space, or name another folder for copies of objects, and try again.")).Because(err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.New(fault.Unreachable, say.T("Sheetmill may not write to or read {path}.", "path", path)).
			Hint(say.T("Check who owns the folder and that it is not read-only, or choose another one.")).Because(err)
	}
	return fault.New(fault.Unreachable, say.T("{path} cannot be used just now.", "path", path)).
		Hint(say.T("Check that the disk is connected and working, and try again.")).Because(err)
}
