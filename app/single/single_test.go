package single_test

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sheetmill/app/single"
	"sheetmill/core/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestASecondStartHandsItsFilesOver(t *testing.T) {
	dir := t.TempDir()
	first, err := single.Claim(context.Background(), dir, []string{"mine.csv"})
	if err != nil || first == nil {
		t.Fatalf("the first start is answered with %v, %v", first, err)
	}
	got := make(chan []string, 1)
	first.Serve(func(files []string) { got <- files })
	second, err := single.Claim(context.Background(), dir, []string{"a.csv", "数据.xlsx"})
	if err != nil || second != nil {
		t.Fatalf("the second start is answered with %v, %v", second, err)
	}
	if files := <-got; !slices.Equal(files, []string{"a.csv", "数据.xlsx"}) {
		t.Errorf("it handed over %q", files)
	}
	info, err := os.Stat(filepath.Join(dir, "instance.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file with the word: %v, %v", info, err)
	}

	// Somebody who cannot read the file has no word, and is not listened to.
	var where struct {
		Listens string `json:"listens"`
		Word    string `json:"word"`
	}
	content, err := os.ReadFile(filepath.Join(dir, "instance.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &where); err != nil {
		t.Fatal(err)
	}
	say := func(what map[string]any) (taken bool) {
		t.Helper()
		conn, err := net.Dial("tcp", where.Listens)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := json.NewEncoder(conn).Encode(what); err != nil {
			t.Fatal(err)
		}
		if err := json.NewDecoder(conn).Decode(&taken); err != nil {
			t.Fatal(err)
		}
		return taken
	}
	if say(map[string]any{"word": "guess", "files": []string{"/etc/passwd"}}) || len(got) != 0 {
		t.Error("a stranger's files were taken")
	}
	once := map[string]any{"word": where.Word, "start": "one", "files": []string{"once.csv"}}
	for range 2 { // it was heard, but thought that it was not
		if !say(once) {
			t.Error("a start that says it again is not answered")
		}
	}
	if files := <-got; !slices.Equal(files, []string{"once.csv"}) || len(got) != 0 {
		t.Errorf("of a start that says it again was taken %q and more", files)
	}

	silent, err := net.Dial("tcp", where.Listens) // Close does not wait for one who says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	// Files that come while the first one is ending are the next one's own.
	first.Stop()
	next := make(chan *single.Instance, 1)
	go func() {
		again, err := single.Claim(context.Background(), dir, []string{"late.csv"})
		if err != nil {
			t.Errorf("while the first is ending: %v", err)
		}
		next <- again
	}()
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	again := <-next
	if again == nil {
		t.Fatal("what came late was handed to a program that ends")
	}
	if len(got) != 0 {
		t.Errorf("it took %q", <-got)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestOneThatDoesNotAnswer(t *testing.T) {
	dir := t.TempDir()
	first, err := single.Claim(context.Background(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := single.Claim(ctx, dir, nil); !fault.Is(err, fault.Unreachable) { // nobody serves
		t.Errorf("it is answered with %v", err)
	}
}
