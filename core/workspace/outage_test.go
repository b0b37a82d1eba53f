package workspace_test

import (
	"strings"
	"testing"
	"time"

	"sheetmill/core/job"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

// TestJobsOutlastAnOutage takes the bucket away from under waiting jobs, for
// longer than a file's own attempts would last: no job is given up, none costs an attempt.
func TestJobsOutlastAnOutage(t *testing.T) {
	objects := testenv.StartMinIO(t)
	c := commonsIn(t, testenv.Postgres(t), objects.Bucket(t))
	s := c.open(t)
	ana := s.For(c.user(t, "ana").Owner)
	if err := s.Pause(t.Context(), "sheets", true); err != nil {
		t.Fatal(err)
	}
	added, err := ana.Add(t.Context(), strings.NewReader("id,name\n1,a\n2,b\n"), workspace.AddOptions{FileName: "lab.csv"})
	if err != nil {
		t.Fatal(err)
	}
	if err := objects.Kill(); err != nil {
		t.Fatal(err)
	}
	seen := &counts{}
	serving(t, s, workspace.WorkOptions{Jobs: 1, Observer: seen})
	if err := s.Pause(t.Context(), "sheets", false); err != nil {
		t.Fatal(err)
	}
	until(t, "the start of the job", func() bool { started, _ := seen.read(); return started == 1 })
	time.Sleep(3 * time.Second) // the outage itself
	if i, err := ana.Job(t.Context(), added.JobID); err != nil || i.State != job.Running || i.Attempt != 1 {
		t.Errorf("during the outage the job is %+v, %v", i, err)
	}
	if err := objects.Start(); err != nil {
		t.Fatal(err)
	}
	status, err := ana.Wait(t.Context(), added.RecordID, nil)
	if err != nil || status.Status != job.Ready || status.Job.Attempt != 1 {
		t.Errorf("after the outage: %+v, %v", status, err)
	}
}
