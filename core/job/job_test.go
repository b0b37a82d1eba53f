package job_test

import (
	"context"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCheckName(t *testing.T) {
	for _, good := range []string{"sheet_parse", "a1", "Sheet-Parse", "0day", strings.Repeat("x", 64)} {
		if err := job.CheckName("queue", good); err != nil {
			t.Errorf("%q is refused: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a", "sheet:parse", "sheet.parse", "a b", "解析", "-a", "_a", "a\n", "a/b", "a\x00", strings.Repeat("x", 65)} {
		err := job.CheckName("queue", bad)
		if !fault.Is(err, fault.Usage) {
			t.Errorf("%q: %v", bad, err)
			continue
		}
		if !strings.Contains(err.Error(), "queue") || bad != "" && bad != "a\n" && bad != "a\x00" && !strings.Contains(err.Error(), bad) {
			t.Errorf("%q is not refused by name: %v", bad, err)
		}
	}
}

type worker struct{ kind, queue string }

func (w worker) Kind() string                        { return w.kind }
func (w worker) Queue() string                       { return w.queue }
func (w worker) Work(context.Context, job.Run) error { return nil }

func TestRegistry(t *testing.T) {
	reg, err := job.NewRegistry(worker{"sheet_parse", "sheets"}, worker{"screen", "sheets"})
	if err != nil {
		t.Fatal(err)
	}
	if w, ok := reg.Worker("screen"); !ok || w.Kind() != "screen" {
		t.Errorf("Worker(screen) = %v, %v", w, ok)
	}
	if _, ok := reg.Worker("other"); ok {
		t.Error("a kind that nobody registered is found")
	}
	if n := len(reg.Workers()); n != 2 {
		t.Errorf("%d workers", n)
	}
	for what, workers := range map[string][]job.Worker{
		"sheet:parse": {worker{"sheet:parse", "sheets"}},
		"she.ets":     {worker{"sheet_parse", "she.ets"}},
		"twice_here":  {worker{"twice_here", "sheets"}, worker{"twice_here", "sheets"}},
	} {
		if _, err := job.NewRegistry(workers...); !fault.Is(err, fault.Usage) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestStates(t *testing.T) {
	for s, ended := range map[job.State]bool{job.Waiting: false, job.Running: false, job.Retrying: false,
		job.Completed: true, job.Failed: true, job.Cancelled: true} {
		if s.Ended() != ended {
			t.Errorf("%s.Ended() = %v", s, !ended)
		}
	}
}

func TestStatusOf(t *testing.T) {
	reason := fault.New(fault.BadInput, say.T("This is not a workbook."))
	info := func(s job.State, f *fault.Error) *job.Info {
		return &job.Info{ID: 7, State: s, Fault: f, Progress: job.Progress{Stage: "read", Done: 0.25}}
	}
	for _, tc := range []struct {
		name     string
		ready    bool
		info     *job.Info
		want     job.Phase
		progress float64
		code     fault.Code
	}{
		{name: "rows known, no job", ready: true, want: job.Ready, progress: 100},
		{name: "rows known, job failed", ready: true, info: info(job.Failed, reason), want: job.Ready, progress: 100},
		{name: "rows known, job runs", ready: true, info: info(job.Running, nil), want: job.Ready, progress: 100},
		{name: "completed", info: info(job.Completed, nil), want: job.Ready, progress: 100},
		{name: "waiting", info: &job.Info{ID: 7, State: job.Waiting}, want: job.Processing},
		{name: "running", info: info(job.Running, nil), want: job.Processing, progress: 25},
		{name: "retrying", info: info(job.Retrying, reason), want: job.Processing, progress: 25},
		{name: "failed", info: info(job.Failed, reason), want: job.Broken, progress: 25, code: fault.BadInput},
		{name: "failed, no reason", info: info(job.Failed, nil), want: job.Broken, progress: 25, code: fault.Internal},
		{name: "cancelled", info: info(job.Cancelled, job.ErrCancelled), want: job.Broken, progress: 25, code: fault.Cancelled},
		{name: "nothing known", want: job.Broken, code: fault.NotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := job.StatusOf("r", tc.ready, tc.info)
			if s.RecordID != "r" || s.Status != tc.want || s.Progress != tc.progress {
				t.Errorf("got %+v", s)
			}
			if s.Done() != (tc.want != job.Processing) {
				t.Errorf("Done() = %v", s.Done())
			}
			if tc.code == "" && s.Error != nil || tc.code != "" && (s.Error == nil || s.Error.Code != tc.code) {
				t.Errorf("error %v, want code %q", s.Error, tc.code)
			}
			if s.Status == job.Broken && s.Error.Sentence.IsZero() {
				t.Error("an error without a sentence")
			}
			if (s.JobID != 0) != (tc.info != nil) {
				t.Errorf("job %d", s.JobID)
			}
		})
	}
}
