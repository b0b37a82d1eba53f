package connection_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"sheetmill/app/connection"
	"sheetmill/core/fault"
	"sheetmill/core/workspace"
)

func ana() workspace.Connection {
	return workspace.Connection{
		Owner: "ana", Database: "postgres://ana:pass%2Fword@db:5432/sheetmill",
		Objects: workspace.Objects{Endpoint: "minio:9000", Bucket: "b", AccessKey: "ana", SecretKey: "very-secret"},
	}
}

// shows tells whether a text gives a secret of ana's away.
func shows(text string) bool {
	return strings.Contains(text, "very-secret") || strings.Contains(text, "pass%2Fword") || strings.Contains(text, "pass/word")
}

// withKeyring has the system's keyring be there or not.
func withKeyring(t *testing.T, there bool) {
	t.Helper()
	keyring.MockInit()
	if !there {
		keyring.MockInitWithError(keyring.ErrUnsupportedPlatform)
		t.Cleanup(keyring.MockInit)
	}
}

func kept(t *testing.T, there bool) *connection.Store {
	t.Helper()
	withKeyring(t, there)
	store := connection.NewStore(filepath.Join(t.TempDir(), "sheetmill"))
	if inFile, err := store.Save(ana()); err != nil || inFile == there {
		t.Fatalf("keyring %v: saved in the file %v, %v", there, inFile, err)
	}
	return store
}

// The fallback is a file of its owner alone, and is said to be one, now and later.
func TestWithoutAKeyringTheSecretsAreInAFileOfOnesOwn(t *testing.T) {
	store := kept(t, false)
	for path, want := range map[string]os.FileMode{store.File(): 0o600, filepath.Dir(store.File()): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want && runtime.GOOS != "windows" {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	if c, inFile, err := store.Load(); err != nil || !inFile || c != ana() {
		t.Errorf("it is read as %v, %v, %v", inFile, c, err)
	}
	// A file that others could read is replaced by one that they cannot.
	if err := os.Chmod(store.File(), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Save(ana()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(store.File()); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("saved again: %v, %v", info, err)
	}
}

func TestAFileThatOthersMayReadIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes.")
	}
	store := kept(t, false)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o666, 0o601} {
		if err := os.Chmod(store.File(), mode); err != nil {
			t.Fatal(err)
		}
		c, _, err := store.Load()
		if f := fault.Of(err); !fault.Is(err, fault.NotAllowed) || f.Place != store.File() || f.Next.IsZero() || c != (workspace.Connection{}) {
			t.Errorf("mode %o is answered with %v, %v", mode, c, err)
		}
	}
}

// What cannot be read is told by a sentence, with the file and the next step, and shows nothing of it.
func TestACorruptFile(t *testing.T) {
	store := kept(t, false)
	whole, err := os.ReadFile(store.File())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"empty": nil, "cut": whole[:len(whole)-20], "noise": {0, 1, 2, 0xff},
		"another thing":    bytes.Replace(whole, []byte(`"owner"`), []byte(`"very-secret"`), 1),
		"without a bucket": bytes.Replace(whole, []byte(`"b"`), []byte(`""`), 1),
	} {
		if err := os.WriteFile(store.File(), content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := store.Load()
		if f := fault.Of(err); !fault.Is(err, fault.Usage) || f.Place != store.File() || f.Next.IsZero() || f.Sentence.IsZero() || shows(fmt.Sprintf("%v %+v", err, f)) {
			t.Errorf("%s is answered with %v", name, err)
		}
	}
	if err := store.Forget(); err != nil {
		t.Error(err)
	}
	if _, _, err := store.Load(); !fault.Is(err, fault.NotFound) {
		t.Errorf("forgotten, it is answered with %v", err)
	}
}

// A keyring that is gone or locked is told, with what to do; the next import mends it.
func TestAKeyringThatIsGone(t *testing.T) {
	store := kept(t, true)
	content, err := os.ReadFile(store.File())
	if err != nil || shows(string(content)) {
		t.Errorf("beside a keyring the file holds %s, %v", content, err)
	}
	if c, inFile, err := store.Load(); err != nil || inFile || c != ana() {
		t.Errorf("it is read as %v, %v, %v", inFile, c, err)
	}
	withKeyring(t, false)
	if _, _, err := store.Load(); !fault.Is(err, fault.NotAllowed) || fault.Of(err).Next.IsZero() {
		t.Errorf("without its keyring it is answered with %v", err)
	}
	if inFile, err := store.Save(ana()); err != nil || !inFile {
		t.Errorf("saved again: %v, %v", inFile, err)
	}
	if c, inFile, err := store.Load(); err != nil || !inFile || c != ana() {
		t.Errorf("then it is read as %v, %v, %v", inFile, c, err)
	}
}

// However a connection is printed or logged, it shows no secret.
func TestSecretsAreNeverLogged(t *testing.T) {
	store := kept(t, false)
	c, _, err := store.Load()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).Info("connected", slog.Any("connection", c), slog.Any("objects", c.Objects), slog.Any("store", store))
	}
	fmt.Fprintf(&log, "%v %+v %#v %s %v %+v", c, c, c, c, c.Objects, store)
	if text := log.String(); shows(text) || !strings.Contains(text, "ana") {
		t.Errorf("it is printed as %s", text)
	}
}
