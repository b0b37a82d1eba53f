package board_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"go.uber.org/goleak"

	"sheetmill/assets"
	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/testenv"
	"sheetmill/server/board"
	"sheetmill/server/httpapi"
)

func TestMain(m *testing.M) {
	say.Register(say.Chinese, assets.Translations())
	goleak.VerifyTestMain(m)
}

type args struct {
	FileName string `json:"fileName"`
}

func (args) Kind() string { return "sheet_parse" }

// database is a fresh one with River's tables in the schema, and one job.
func database(t *testing.T) (url string, job int64) {
	t.Helper()
	ctx := t.Context()
	url = testenv.Postgres(t)
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, "CREATE SCHEMA sheetmill"); err != nil {
		t.Fatal(err)
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: "sheetmill"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		t.Fatal(err)
	}
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: "sheetmill"})
	if err != nil {
		t.Fatal(err)
	}
	inserted, err := client.Insert(ctx, args{"secret.xlsx"}, &river.InsertOpts{Queue: "sheets"})
	if err != nil {
		t.Fatal(err)
	}
	return url, inserted.Job.ID
}

func open(t *testing.T, url string) *board.Board {
	t.Helper()
	b, err := board.New(t.Context(), url, "sheetmill", "/jobs", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 2 {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return b
}

// TestBoardShowsAndMovesJobs over its own API.
func TestBoardShowsAndMovesJobs(t *testing.T) {
	url, id := database(t)
	s := httptest.NewServer(open(t, url))
	defer s.Close()
	ask := func(method, path, body string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/jobs"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s %s: %d %s %v", method, path, answer.StatusCode, text, err)
		}
		return string(text)
	}
	if list := ask("GET", "/api/jobs?state=available", ""); !strings.Contains(list, "sheet_parse") {
		t.Errorf("the job is not there: %s", list)
	}
	body, err := json.Marshal(map[string]any{"ids": []string{json.Number(jsonInt(id)).String()}})
	if err != nil {
		t.Fatal(err)
	}
	ask("POST", "/api/jobs/cancel", string(body))
	if list := ask("GET", "/api/jobs?state=cancelled", ""); !strings.Contains(list, "sheet_parse") {
		t.Errorf("the job is not cancelled: %s", list)
	}
	page := ask("GET", "/", "")
	if !strings.Contains(page, `src="/jobs/assets/`) || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
		t.Errorf("the page wants other machines: %s", page)
	}
	http.DefaultClient.CloseIdleConnections()
}

func jsonInt(n int64) string { text, _ := json.Marshal(n); return string(text) } //nolint:errchkjson // a number

// admin lets everybody in as the administrator.
type admin struct{ httpapi.Backend }

func (admin) Authenticate(context.Context, string) (httpapi.Identity, error) {
	return httpapi.Identity{Owner: "root", Admin: true}, nil
}

// TestBoardNeedsNoOtherMachine opens it in a browser behind the API's door,
// under the API's policy of what a page may load.
func TestBoardNeedsNoOtherMachine(t *testing.T) {
	url, _ := database(t)
	api, err := httpapi.New(admin{}, httpapi.Options{Board: open(t, url), SpoolDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer api.Close()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "sheetmill_admin", Value: "token"}) // as after the form
		api.ServeHTTP(w, r)
	}))
	defer s.Close()
	pictures := os.Getenv("SHEETMILL_PICTURES") // a folder, for who wants to look
	for name, width := range map[string]int{"desk": 1280, "phone": 500} {
		o := look{Width: width, Height: 900}
		if pictures != "" {
			o.Picture = filepath.Join(pictures, "board-"+name+".png")
		}
		shown := browse(t, s.URL+"/jobs/jobs?state=available", o)
		if len(shown.Outside) > 0 {
			t.Errorf("asked of other machines: %q", shown.Outside)
		}
		if !strings.Contains(shown.DOM, "sheet_parse") {
			t.Errorf("%s: the page does not show the job:\n%.3000s", name, shown.DOM)
		}
		if strings.Contains(shown.Console, "Content Security Policy") || strings.Contains(shown.Console, "Uncaught") {
			t.Errorf("%s: %s", name, shown.Console)
		}
	}
}

// TestBoardRefuses an address that is none, and a database that is not there.
func TestBoardRefuses(t *testing.T) {
	for url, code := range map[string]fault.Code{
		"postgres://user:secret@host:port/":                         fault.Usage,
		"postgres://user:secret@127.0.0.1:1/none?connect_timeout=2": fault.Unreachable,
	} {
		b, err := board.New(t.Context(), url, "sheetmill", "/jobs", nil)
		if !fault.Is(err, code) {
			t.Errorf("%s: %v", url, err)
		}
		if b != nil || strings.Contains(fault.Of(err).Sentence.String(), "secret") {
			t.Errorf("%v %v", b, err)
		}
	}
}

// TestDocsPageNeedsNoOtherMachine opens the documentation in a browser, at the
// widths of a desk and of a phone, in both languages.
func TestDocsPageNeedsNoOtherMachine(t *testing.T) {
	api, err := httpapi.New(admin{}, httpapi.Options{SpoolDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer api.Close()
	s := httptest.NewServer(api)
	defer s.Close()
	pictures := os.Getenv("SHEETMILL_PICTURES") // a folder, for who wants to look
	for _, c := range []struct {
		name, lang    string
		width, height int
		want          []string
	}{
		{"desk", "en-US", 1280, 1000, []string{"Add a file", "Idempotency-Key", "Watch a dataset until it is ready", "problem+json", "schema-Dataset", "needs a token that may write"}},
		{"phone", "zh-CN", 500, 900, []string{"添加文件", "等待数据集就绪", "需要有写权限的令牌", "超出限制", "运行状况"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := look{Width: c.width, Height: c.height, Lang: c.lang}
			if pictures != "" {
				o.Picture = filepath.Join(pictures, "docs-"+c.name+".png")
			}
			shown := browse(t, s.URL+"/docs", o)
			if len(shown.Outside) > 0 {
				t.Errorf("asked of other machines: %q", shown.Outside)
			}
			for _, want := range c.want {
				if !strings.Contains(shown.DOM, want) {
					t.Errorf("the page does not show %q", want)
				}
			}
			for _, trouble := range []string{"Content Security Policy", "Uncaught", "undefined", "[object"} {
				if strings.Contains(shown.Console, trouble) || strings.Contains(shown.DOM, ">"+trouble) {
					t.Errorf("%s\n%s", trouble, shown.Console)
				}
			}
		})
	}
}
