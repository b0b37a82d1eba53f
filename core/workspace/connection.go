package workspace

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Connection is what a desktop needs to reach a shared workspace as one
// analyst. As a file it is JSON that its owner alone may read:
//
//	{"owner": "ana", "database": "postgres://ana:...@db:5432/sheetmill",
//	 "objects": {"endpoint": "minio:9000", "bucket": "sheetmill", "accessKey": "ana", "secretKey": "...", "secure": true}}
//
// Printed or logged it shows no secret.
type Connection struct {
	Owner    string  `json:"owner"`
	Database string  `json:"database"` // postgres://name:password@host:port/database
	Objects  Objects `json:"objects"`
}

// Objects is where a shared workspace's objects are, and the keys to them.
type Objects struct {
	Endpoint  string `json:"endpoint"` // host:port
	Bucket    string `json:"bucket"`
	AccessKey string `json:"accessKey"`
	SecretKey string `json:"secretKey"`
	Secure    bool   `json:"secure"` // TLS
	Region    string `json:"region,omitempty"`
	// CA holds certificates, in PEM, of authorities to trust beside the system's.
	CA string `json:"ca,omitempty"`
}

// check refuses a connection that leads nowhere.
func (c Connection) check() error {
	for _, field := range []struct{ name, value string }{
		{"owner", c.Owner}, {"database", c.Database}, {"objects.endpoint", c.Objects.Endpoint}, {"objects.bucket", c.Objects.Bucket},
		{"objects.accessKey", c.Objects.AccessKey}, {"objects.secretKey", c.Objects.SecretKey},
	} {
		if field.value == "" {
			return fault.New(fault.Usage, say.T("The connection does not tell its {field}.", "field", field.name)).
				Hint(say.T("Ask for a new connection file: sheetmill user rotate NAME makes one."))
		}
	}
	return nil
}

// ReadConnection reads a connection file. One that others may read too is
// refused: fault.NotAllowed.
func ReadConnection(path string) (Connection, error) {
	var c Connection
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, fault.New(fault.NotFound, say.T("There is no connection file for a shared workspace.")).
			Hint(say.T("Ask whoever runs the shared workspace for one; sheetmill user add NAME makes it.")).At(path)
	}
	if err != nil {
		return c, unreadable(path, err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return c, unreadable(path, err)
	}
	if info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		return c, fault.New(fault.NotAllowed, say.T("Others may read this connection file, which holds secrets.")).
			Hint(say.T("Run chmod 600 on it; if others may have read it, ask for a new one.")).At(path)
	}
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		// The reason may quote what it stumbled over.
		return Connection{}, fault.New(fault.Usage, say.T("The connection file is not well-formed.")).
			Hint(say.T("Ask for a new connection file: sheetmill user rotate NAME makes one.")).At(path)
	}
	if err := c.check(); err != nil {
		return Connection{}, fault.Of(err).At(path)
	}
	return c, nil
}

func unreadable(path string, err error) error {
	return fault.New(fault.NotAllowed, say.T("The connection file cannot be read.")).
		Hint(say.T("Check its permissions.")).At(path).Because(err)
}

// Write writes a connection file that its owner alone may read. A file that
// is there is replaced, whole.
func (c Connection) Write(path string) error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	err = func() error {
		file, err := os.CreateTemp(filepath.Dir(path), ".connection-*") // with mode 0600
		if err != nil {
			return err
		}
		defer func() { _ = os.Remove(file.Name()) }() // does nothing once renamed
		_, err = file.Write(append(b, '\n'))
		if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
			return err
		}
		return os.Rename(file.Name(), path)
	}()
	if err != nil {
		return fault.New(fault.Unreachable, say.T("The connection file cannot be written.")).
			Hint(say.T("Check that its folder is there and that you may write in it.")).At(path).Because(err)
	}
	return nil
}
