package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"sheetmill/core/say"
)

func load(t *testing.T, args, environ []string, need ...string) (Config, error) {
	t.Helper()
	set := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	flags := AddFlags(set, say.Text.String, Shared, Serving, Working, Logging)
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	return Load(Sources{Flags: flags, Environ: environ, Need: need})
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "settings")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFlagsWinOverEnvironmentOverFileOverDefault(t *testing.T) {
	secret := write(t, "postgres://srv:geheim@db/mill\n")
	file := write(t, `{"addr": "file:1", "endpoint": "file:2", "region": "file", "jobs": 3, "secure": false, "database-file": "`+secret+`", "retention": "48h"}`)
	c, err := load(t, []string{"--addr", "flag:1"}, []string{"SHEETMILL_CONFIG=" + file, "SHEETMILL_ADDR=env:1", "SHEETMILL_ENDPOINT=env:2", "SHEETMILL_CACHE_LIMIT=2GiB", "HOME=/"}, "database")
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "flag:1" || c.Objects.Endpoint != "env:2" || c.Objects.Region != "file" || c.Jobs != 3 || c.Objects.Secure ||
		c.Database != "postgres://srv:geheim@db/mill" || c.Retention != 48*time.Hour || c.CacheLimit != 2<<30 || c.Objects.Bucket != "sheetmill" {
		t.Errorf("%+v", c)
	}
	from := map[string]string{}
	for _, s := range c.Shown() {
		from[s.Name] = s.From
		if strings.Contains(s.Value, "geheim") {
			t.Errorf("%s shows a secret: %s", s.Name, s.Value)
		}
	}
	if from["addr"] != "--addr" || from["endpoint"] != "SHEETMILL_ENDPOINT" || from["region"] != file+": region" || from["bucket"] != "" {
		t.Errorf("%v", from)
	}
}

func TestEverythingWrongIsNamedAtOnce(t *testing.T) {
	file := write(t, `{"jobs": "many", "adr": "x", "grace": [1], "secret-key": "geheim", "secret-key-file": "/nowhere"}`)
	_, err := load(t, []string{"--config", file, "--memory", "12 elephants", "--secure=perhaps"}, []string{"SHEETMILL_DATABSE=postgres://a:geheim@b/c", "SHEETMILL_LOG_LEVEL=loud", "SHEETMILL_LANG=zh"}, "database")
	var all *WrongError
	if !errors.As(err, &all) {
		t.Fatal(err)
	}
	said := all.Error()
	for _, place := range []string{"jobs", file + ": adr", file + ": grace", file + ": secret-key-file", "--memory", "--secure", "SHEETMILL_DATABSE", "SHEETMILL_LOG_LEVEL", "SHEETMILL_DATABASE"} {
		if !strings.Contains(said, place) {
			t.Errorf("%s is not named in\n%s", place, said)
		}
	}
	if len(all.Faults) != 9 || strings.Contains(said, "geheim") {
		t.Errorf("%d\n%s", len(all.Faults), said)
	}
}

func TestSecretsAreHidden(t *testing.T) {
	c, err := load(t, []string{"--secret-key", "geheim1", "--admin-secret-key=geheim2", "--admin-database", "postgres://r:geheim3@h/d", "--database=host=x password=geheim4", "--public-database", "out:5432"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Shown() {
		if strings.Contains(s.Value, "geheim") || s.Name == "public-database" && s.Value != "out:5432" {
			t.Errorf("%+v", s)
		}
	}
}

func TestAFileThatIsNone(t *testing.T) {
	for _, text := range []string{"addr = 1", `{"addr": "a"} {}`, `[]`} {
		if _, err := load(t, []string{"--config", write(t, text)}, nil); err == nil {
			t.Errorf("%s is taken for settings", text)
		}
	}
	if _, err := load(t, nil, []string{"SHEETMILL_CONFIG=/nowhere"}); err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Errorf("%v", err)
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "4096": 4096, "512MiB": 512 << 20, "4 GiB": 4 << 30} {
		if n, ok := parseBytes(text); n != want || !ok {
			t.Errorf("%s is %d %t", text, n, ok)
		}
	}
	for _, text := range []string{"", "-1", "x", "9999999999TiB", "1.5GiB"} {
		if n, ok := parseBytes(text); ok {
			t.Errorf("%s is %d", text, n)
		}
	}
}
