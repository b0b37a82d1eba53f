//go:build unix

package sharedtest_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkPgBoss measures pg-boss on such a database as BenchmarkEnqueueToStart
// and BenchmarkDrain have, where node is there.
func BenchmarkPgBoss(b *testing.B) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			b.Skip("There is no node on this machine.")
		}
	}
	dir, from := b.TempDir(), filepath.Join("..", "..", ".ci", "bench", "pgboss")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		b.Fatal(err)
	}
	install := exec.CommandContext(b.Context(), "npm", "ci", "--silent")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		b.Fatalf("npm ci: %v: %s", err, out)
	}
	p := newPlace(b, 0, durable)
	for b.Loop() {
		run := exec.CommandContext(b.Context(), "node", filepath.Join(dir, "pgboss.mjs"), p.database.Database(b))
		var said strings.Builder
		run.Stderr = &said
		out, err := run.Output()
		if err != nil {
			b.Fatalf("pg-boss: %v: %s", err, said.String())
		}
		var figures map[string]json.RawMessage
		if err := json.Unmarshal(out, &figures); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		for name, raw := range figures {
			var number float64
			var at map[string]float64
			switch {
			case json.Unmarshal(raw, &number) == nil:
				b.ReportMetric(number, "jobs/s")
			case json.Unmarshal(raw, &at) == nil:
				for share, ms := range at {
					b.ReportMetric(ms, "send-to-start-"+name+"-"+share+"-ms")
				}
			}
		}
	}
	b.ReportMetric(0, "ns/op")
}
