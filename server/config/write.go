package config

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// Write writes a server's login as a file of settings that its owner alone may
// read. A file that is there is replaced, whole.
func Write(path string, c workspace.Connection) (err error) {
	defer func() {
		if err != nil {
			err = fault.New(fault.Unreachable, say.T("The file of settings cannot be written.")).
				Hint(say.T("Check that its folder is there and that you may write in it.")).At(path).Because(err)
		}
	}()
	object := map[string]any{
		"database": c.Database, "endpoint": c.Objects.Endpoint, "bucket": c.Objects.Bucket,
		"access-key": c.Objects.AccessKey, "secret-key": c.Objects.SecretKey, "secure": c.Objects.Secure,
	}
	if c.Objects.Region != "" {
		object["region"] = c.Objects.Region
	}
	b, err := json.MarshalIndent(object, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".settings-*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // does nothing once renamed
	_, err = file.Write(append(b, '\n'))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
