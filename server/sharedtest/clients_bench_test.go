//go:build unix

package sharedtest_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sheetmill/core/job"
	"sheetmill/core/workspace"
	"sheetmill/server/client"
	"sheetmill/server/httpapi"
)

// desk is a server's workspace as the API sees it.
type desk struct{ *workspace.Server }

func (d desk) Authenticate(ctx context.Context, token string) (httpapi.Identity, error) {
	i, err := d.Server.Authenticate(ctx, token)
	return httpapi.Identity{Owner: i.Owner, Write: i.Write, Admin: i.Admin}, err
}

func (d desk) Workspace(_ context.Context, owner string) (*workspace.Workspace, error) {
	return d.For(owner), nil
}

func (d desk) Note(ctx context.Context, owner, action, subject string) error {
	return d.Server.Note(ctx, owner, action, subject, nil)
}

// serveHTTP serves the API until the test ends and answers its address.
func serveHTTP(b *testing.B, p *place) string {
	b.Helper()
	api, err := httpapi.New(desk{p.Server}, httpapi.Options{SpoolDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, served := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		served <- httpapi.Serve(ctx, api, httpapi.ServeOptions{Addr: "127.0.0.1:0", Ready: func(a net.Addr) { ready <- a }})
	}()
	b.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			b.Error(err)
		}
		if err := api.Close(); err != nil {
			b.Error(err)
		}
	})
	select {
	case a := <-ready:
		return "http://" + a.String()
	case err := <-served:
		b.Fatal(err)
		panic("unreachable")
	}
}

// Benchmark200Clients lets 200 clients of 40 owners upload small files and watch
// them at once for a minute. One worker process does the jobs; clients, server, worker,
// PostgreSQL and MinIO share the machine.
func Benchmark200Clients(b *testing.B) {
	const clients, owners = 200, 40
	for b.Loop() {
		p := newPlace(b, 0, durable)
		var tokens []string
		for n := range owners {
			ws := p.user(b, fmt.Sprint("analyst-", n))
			text, _, err := p.CreateToken(b.Context(), workspace.NewToken{Owner: ws.Owner(), Name: "bench", Rights: workspace.RightsWrite})
			if err != nil {
				b.Fatal(err)
			}
			tokens = append(tokens, text)
		}
		url := serveHTTP(b, p)
		heard := &tally{}
		spawn(b, p.worker(b), heard.hear)
		until(b, "the worker", func() bool { return heard.of("ready") == 1 })

		ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
		var running sync.WaitGroup
		var mu sync.Mutex
		var asked, uploads []time.Duration
		var files, errors atomic.Int64
		fails := func(what string, err error) {
			if ctx.Err() == nil && errors.Add(1) < 5 {
				b.Logf("%s: %v", what, err)
			}
		}
		for n := range clients {
			running.Go(func() {
				c, err := client.New(url, tokens[n%owners], client.Options{})
				if err != nil {
					fails("client", err)
					return
				}
				defer c.Close()
				for round := 0; ctx.Err() == nil; round++ {
					began := time.Now()
					added, err := c.Add(ctx, strings.NewReader(fileNumber(n*1000+round)), "lab.csv", client.AddOptions{})
					if err != nil {
						fails("upload", err)
						continue
					}
					upload := time.Since(began)
					var own []time.Duration
					for ended := false; !ended && ctx.Err() == nil; {
						began := time.Now()
						s, err := c.Status(ctx, added.RecordID, 0)
						if err != nil {
							fails("status", err)
							break
						}
						own = append(own, time.Since(began))
						if ended = s.Status == job.Ready; ended {
							files.Add(1)
							break
						}
						select { // as often as a screen asks that hears nothing of events
						case <-ctx.Done():
						case <-time.After(time.Second):
						}
					}
					mu.Lock()
					asked, uploads = append(asked, own...), append(uploads, upload)
					mu.Unlock()
				}
			})
		}
		var early, late int64
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Second):
			early = resident(b)
		}
		<-ctx.Done()
		late = resident(b)
		running.Wait()
		cancel()
		slices.Sort(asked)
		slices.Sort(uploads)
		at := func(of []time.Duration, share int) float64 {
			return float64(of[(len(of)*share+99)/100-1]) / float64(time.Millisecond)
		}
		b.ReportMetric(float64(errors.Load()), "errors")
		b.ReportMetric(at(asked, 50), "status-p50-ms")
		b.ReportMetric(at(asked, 99), "status-p99-ms")
		b.ReportMetric(at(uploads, 50), "upload-p50-ms")
		b.ReportMetric(float64(len(asked))/60, "status/s")
		b.ReportMetric(float64(files.Load())/60, "files/s")
		b.ReportMetric(float64(early>>20), "MiB-at-20s")
		b.ReportMetric(float64(late>>20), "MiB-at-60s")
	}
	b.ReportMetric(0, "ns/op")
}

// resident is the memory of this process; 0 where it is not told.
func resident(b *testing.B) int64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// BenchmarkAddBeyondCopying adds files of 8 MiB, whose bytes are copied to the bucket
// by the way, and compares with the copying alone.
func BenchmarkAddBeyondCopying(b *testing.B) {
	p := newPlace(b, 0, durable)
	ana := p.user(b, "ana")
	var beyond []time.Duration
	n := byte(0)
	for b.Loop() {
		n++
		file := bytes.Repeat([]byte{'1' + n%8, ',', '2', '\n'}, 2<<20)
		copy(file, fmt.Sprintf("%d,x\n", n))
		began := time.Now()
		p.copies(b, file)
		alone := time.Since(began)
		began = time.Now()
		if _, err := ana.Add(b.Context(), bytes.NewReader(file), workspace.AddOptions{FileName: "lab.csv"}); err != nil {
			b.Fatal(err)
		}
		beyond = append(beyond, time.Since(began)-alone)
	}
	report(b, "beyond-copying", beyond)
	b.ReportMetric(0, "ns/op")
}
