//go:build unix

package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	sharedPackage = "sheetmill/server/sharedtest"
	sharedTitle   = "## Shared workspace"
)

// sharedRows says what the figures of the benchmarks in server/sharedtest are and
// what they ought to be, in the order of the table.
var sharedRows = []struct{ bench, unit, what, goal string }{
	{"EnqueueToStart", "answer-to-start-p50-ms", "enqueue to start on another, idle machine, median, ms", ""},
	{"EnqueueToStart", "answer-to-start-p95-ms", "the same, p95, ms", "<= 10"},
	{"EnqueueToStart", "add-to-start-p95-ms", "the same, and the writing of record and job before it, p95, ms", ""},
	{"PgBoss", "send-to-start-default-p50-ms", "pg-boss 12, send to start at its default poll, median, ms", ""},
	{"PgBoss", "send-to-start-half-second-p50-ms", "pg-boss 12, the same at its shortest poll, 0.5 s, median, ms", ""},
	{"PgBoss", "send-to-start-notify-p50-ms", "pg-boss 12, the same with NOTIFY, which is off unless asked for, median, ms", ""},
	{"PgBoss", "send-to-start-notify-p95-ms", "the same, p95, ms", ""},
	{"Drain", "jobs/s", "20,000 trivial jobs, each an attempt of its own with a fenced end, jobs/s", ">= 5,000"},
	{"PgBoss", "jobs/s", "pg-boss 12, 20,000 trivial jobs fetched and ended 500 at once, jobs/s", ""},
	{"Takeover", "p50-s", "takeover from a worker killed, frozen or cut off, median, s", ""},
	{"Takeover", "p95-s", "the same, p95 of 15, s (pg-boss: 900, as documented)", "<= 15"},
	{"Takeover", "kill-worst-s", "of those killed, the worst, s", "<= 15"},
	{"Takeover", "stop-worst-s", "of those frozen, the worst, s", "<= 15"},
	{"Takeover", "cut-worst-s", "of those cut off, the worst, s", "<= 15"},
	{"TwoWorkers", "one-books/s", "reference workbooks milled by one worker process, a second", ""},
	{"TwoWorkers", "two-books/s", "by two", ""},
	{"TwoWorkers", "ratio", "two workers' throughput to one's", ">= 1.8"},
	{"200Clients", "errors", "200 clients for 60 s: errors", "0"},
	{"200Clients", "status-p50-ms", "status, median, ms", ""},
	{"200Clients", "status-p99-ms", "status, p99, ms", "<= 100"},
	{"200Clients", "upload-p50-ms", "upload of a small file, median, ms", ""},
	{"200Clients", "status/s", "answers to status, a second", ""},
	{"200Clients", "files/s", "files milled meanwhile by one worker, a second", ""},
	{"200Clients", "MiB-at-20s", "memory of server and clients after 20 s, MiB", ""},
	{"200Clients", "MiB-at-60s", "after 60 s, MiB", "the same"},
	{"AddBeyondCopying", "beyond-copying-p50-ms", "`add` of 8 MiB beyond copying the bytes, median, ms", "<= 50"},
	{"AddBeyondCopying", "beyond-copying-p95-ms", "the same, p95, ms", "<= 50"},
}

// sharedSection is the figures of the shared workspace as a section of the page;
// "" when the output of go test -bench has none.
func sharedSection(text string) string {
	figures := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^Benchmark(\w+)-\d+\s+\d+\s+(.*)$`).FindAllStringSubmatch(text, -1) {
		fields := strings.Fields(line[2])
		for i := 0; i+1 < len(fields); i += 2 {
			figures[line[1]+" "+fields[i+1]] = fields[i]
		}
	}
	var b strings.Builder
	for _, row := range sharedRows {
		value, ok := figures[row.bench+" "+row.unit]
		if !ok {
			continue
		}
		if b.Len() == 0 {
			fmt.Fprintf(&b, "%s\n\n    go test -run '^$' -bench . -benchtime 3s -timeout 30m ./server/sharedtest\n\n", sharedTitle)
			fmt.Fprintf(&b, "%s, %s. PostgreSQL with `fsync=on` and MinIO run on the same machine and share its\n"+
				"processors with workers and clients: where two workers are not twice one, or a status is late, it is\n"+
				"a processor that they waited for (load when this was written: %s). Each queue works on\n"+
				"a PostgreSQL of the same settings, in one run.\n\n", machine(), time.Now().UTC().Format("2006-01-02 15:04 UTC"), load())
			fmt.Fprintf(&b, "| what | measured | goal |\n|---|--:|--:|\n")
		}
		if f, err := strconv.ParseFloat(value, 64); err == nil && f >= 1000 {
			value = strconv.FormatFloat(f, 'f', 0, 64)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", row.what, value, row.goal)
	}
	return b.String()
}

// load is the machine's load averages: what else it did meanwhile.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 3 {
		return strings.Join(fields[:3], ", ")
	}
	return "not known"
}

// rewriteShared replaces only that section of the page that is there.
func rewriteShared(page, benchmarks string) error {
	text, err := os.ReadFile(benchmarks)
	if err != nil {
		return err
	}
	section := sharedSection(string(text))
	if section == "" {
		return fmt.Errorf("%s holds no figures of %s", benchmarks, sharedPackage)
	}
	old, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	return os.WriteFile(page, replaceSection(old, sharedTitle, []byte(section)), 0o644)
}
