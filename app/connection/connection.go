// Package connection keeps the connection to a shared workspace on an analyst's
// machine: its secrets in the keyring of the operating system, the rest in a
// file. Where there is no keyring, as on a machine without a desktop session, the
// secrets are in that file too, which its owner alone may read; and it says so.
//
//	store := connection.NewStore(dir)
//	inFile, err := store.Save(c)
//	c, inFile, err := store.Load() // fault.NotFound when nothing was saved
package connection

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/zalando/go-keyring"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// Store keeps one connection in a folder.
type Store struct{ dir string }

// NewStore keeps the connection in this folder, which is made when it is needed.
func NewStore(dir string) *Store { return &Store{dir} }

// File is where what is no secret is kept, and the secrets too where there is no keyring.
func (s *Store) File() string { return filepath.Join(s.dir, "connection.json") }

// service is what the entries of the keyring are filed under.
const service = "sheetmill"

// inKeyring stands for a secret in the file; no password is made of it, as it has a NUL.
const inKeyring = "\x00keyring"

// secrets are what goes into the keyring, as one entry.
type secrets struct {
	Password  string `json:"password"`
	SecretKey string `json:"secretKey"`
}

// account names the keyring's entry: there may be several homes of one person on a machine.
func (s *Store) account() string {
	path, err := filepath.Abs(s.File())
	if err != nil {
		return s.File()
	}
	return path
}

// Save keeps the connection. inFile tells that there is no keyring, so that the
// secrets are in File.
func (s *Store) Save(c workspace.Connection) (inFile bool, err error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return false, fault.New(fault.Unreachable, say.T("The connection cannot be saved.")).
			Hint(say.T("Check that the folder can be written and that its disk has room.")).At(s.dir).Because(err)
	}
	u, err := url.Parse(c.Database)
	if err != nil {
		return false, fault.New(fault.Usage, say.T("The connection file is not well-formed.")).
			Hint(say.T("Ask for a new connection file: sheetmill user rotate NAME makes one."))
	}
	password, _ := u.User.Password()
	entry, err := json.Marshal(secrets{password, c.Objects.SecretKey}) //nolint:gosec // it goes into the keyring and nowhere else
	if err != nil {
		return false, err
	}
	if keyring.Set(service, s.account(), string(entry)) == nil {
		stored, err := keyring.Get(service, s.account()) // some accept what they do not keep
		inFile = err != nil || stored != string(entry)
	} else {
		inFile = true
	}
	if !inFile {
		u.User = url.UserPassword(u.User.Username(), inKeyring)
		c.Database, c.Objects.SecretKey = u.String(), inKeyring
	}
	return inFile, c.Write(s.File())
}

// Load reads the connection. fault.NotFound when none was saved; fault.NotAllowed
// when the keyring does not give its secrets or others may read the file.
func (s *Store) Load() (c workspace.Connection, inFile bool, err error) {
	c, err = workspace.ReadConnection(s.File())
	if err != nil {
		return workspace.Connection{}, false, err
	}
	if c.Objects.SecretKey != inKeyring {
		return c, true, nil
	}
	text, err := keyring.Get(service, s.account())
	var entry secrets
	if err == nil {
		err = json.Unmarshal([]byte(text), &entry)
	}
	if err != nil {
		return workspace.Connection{}, false, fault.New(fault.NotAllowed, say.T("The keyring does not give the secrets of the shared workspace.")).
			Hint(say.T("Unlock the keyring, or import the connection file again.")).Because(err)
	}
	u, err := url.Parse(c.Database)
	if err != nil {
		return workspace.Connection{}, false, err
	}
	u.User = url.UserPassword(u.User.Username(), entry.Password)
	c.Database, c.Objects.SecretKey = u.String(), entry.SecretKey
	return c, false, nil
}

// Forget removes the connection and its secrets. One that is not there is no error.
func (s *Store) Forget() error {
	err := os.Remove(s.File())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Unreachable, say.T("The connection cannot be removed.")).
			Hint(say.T("Check that the folder can be written and that its disk has room.")).At(s.File()).Because(err)
	}
	_ = keyring.Delete(service, s.account()) // there may be none, or no keyring
	return nil
}
