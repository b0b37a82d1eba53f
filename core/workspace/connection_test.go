package workspace_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/workspace"
)

var anas = workspace.Connection{
	Owner: "ana", Database: "postgres://ana:s3cret-1@db:5432/sheetmill?sslmode=require&sslpassword=s3cret-2",
	Objects: workspace.Objects{Endpoint: "minio:9000", Bucket: "sheetmill", AccessKey: "ana", SecretKey: "s3cret-3", Secure: true},
}

func TestConnectionFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ana.json")
	if _, err := workspace.ReadConnection(path); !fault.Is(err, fault.NotFound) {
		t.Errorf("a file that is not there: %v", err)
	}
	for range 2 { // also over one that is there
		if err := anas.Write(path); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("it is written as %v, %v", info.Mode(), err)
	}
	if got, err := workspace.ReadConnection(path); err != nil || got != anas {
		t.Errorf("read back: %v, %v", got, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("beside it is %v, %v", entries, err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := workspace.ReadConnection(path); !fault.Is(err, fault.NotAllowed) {
			t.Errorf("with mode %o: %v", mode, err)
		}
	}
	part := anas
	part.Objects.Bucket = ""
	if err := part.Write(path); err != nil {
		t.Fatal(err)
	}
	if _, err := workspace.ReadConnection(path); !fault.Is(err, fault.Usage) || !strings.Contains(err.Error(), "objects.bucket") {
		t.Errorf("without a bucket: %v", err)
	}
	for _, content := range []string{"", "{", `{"owner":"ana","s3cret-9":1}`, "postgres://ana:s3cret-9@db"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := workspace.ReadConnection(path); !fault.Is(err, fault.Usage) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("with %q in it: %v", content, err)
		}
	}
	if err := anas.Write(filepath.Join(path, "x")); !fault.Is(err, fault.Unreachable) {
		t.Errorf("written below a file: %v", err)
	}
}

// TestConnectionHidesItsSecrets shows a connection in every way that there is.
func TestConnectionHidesItsSecrets(t *testing.T) {
	var logged bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&logged, nil), slog.NewTextHandler(&logged, nil)} {
		slog.New(handler).Info("open", "connection", anas, "objects", anas.Objects, "pointer", &anas)
	}
	shown := map[string]string{
		"String": anas.String(), "Objects": anas.Objects.String(), "log": logged.String(),
		"%v": fmt.Sprintf("%v", anas), "%+v": fmt.Sprintf("%+v", anas), "%#v": fmt.Sprintf("%#v", anas), "%s": fmt.Sprintf("as %s.", &anas),
		"in a struct": fmt.Sprintf("%+v %#v", struct{ C workspace.Connection }{anas}, struct{ O workspace.Objects }{anas.Objects}),
	}
	config := workspace.ServerConfig{
		Database: anas.Database, Objects: anas.Objects, Logger: slog.New(slog.DiscardHandler),
		Administrator: workspace.Administrator{Database: anas.Database, AccessKey: "root", SecretKey: "s3cret-4"},
		Public:        workspace.Public{Database: "postgres://ana:s3cret-5@db"},
	}
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("serve", "config", config, "pointer", &config)
	shown["config"] = fmt.Sprintf("%v %+v %#v %v", config, config, &config, struct{ C workspace.ServerConfig }{config}) + logged.String()
	for how, text := range shown {
		if strings.Contains(text, "s3cret") || !strings.Contains(text, "minio:9000") {
			t.Errorf("%s shows %s", how, text)
		}
	}
	for _, address := range []string{"host=db user=ana password=s3cret", "postgres://ana:s3cret@db/%zz", "s3cret"} {
		c := workspace.Connection{Database: address}
		if strings.Contains(c.String(), "s3cret") {
			t.Errorf("%q shows as %s", address, c)
		}
	}
	var back workspace.Connection // a hidden one is for looking at, and so that nobody mistakes it for whole
	if err := json.Unmarshal([]byte(anas.String()), &back); err != nil || back.Objects.SecretKey != "***" || back.Owner != "ana" {
		t.Errorf("%v, %v", back, err)
	}
}
