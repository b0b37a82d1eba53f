package cli

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/sheet"
	"sheetmill/core/workspace"
)

// withDataset opens the workspace and resolves a record ID or its beginning.
func (a *app) withDataset(ctx context.Context, prefix string, use func(ws *workspace.Workspace, id string) error) error {
	return a.withWorkspace(ctx, func(ws *workspace.Workspace) error {
		d, err := ws.Find(ctx, prefix)
		if err != nil {
			return err
		}
		return use(ws, d.ID)
	})
}

// add adds a file and answers at once.
func (a *app) add() *cobra.Command {
	var o choices
	c := &cobra.Command{
		Use:     "add FILE",
		GroupID: groupData,
		Short:   a.tr("Add a file and answer at once; its job waits for a worker such as wait or mill"),
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			options, err := o.options()
			if err != nil {
				return err
			}
			src, err := a.openSource(args[0], o.name)
			if err != nil {
				return err
			}
			defer func() { _ = src.close() }()
			return a.withWorkspace(c.Context(), func(ws *workspace.Workspace) error {
				added, err := ws.Add(c.Context(), src, workspace.AddOptions{FileName: src.name, Size: src.size, Options: options})
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(added)
				}
				a.say("Added as record {id}, job {job}.", "id", added.RecordID, "job", added.JobID)
				a.say("Run sheetmill wait {id} to mill it now.", "id", added.RecordID)
				return nil
			})
		},
	}
	a.choiceFlags(c, &o)
	return c
}

// listed is a record with how it stands.
type listed struct {
	workspace.Dataset
	Status   job.Phase `json:"status"`
	Progress float64   `json:"progress"`
	standing string
}

// ls lists datasets.
func (a *app) ls() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use:     "ls",
		Aliases: []string{"list"},
		GroupID: groupData,
		Short:   a.tr("List the datasets, newest first"),
		Args:    usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withWorkspace(c.Context(), func(ws *workspace.Workspace) error {
				datasets, err := ws.Datasets(c.Context(), limit)
				if err != nil {
					return err
				}
				list := []listed{}
				for _, d := range datasets {
					s, err := ws.Status(c.Context(), d.ID, 0)
					if err != nil {
						return err
					}
					list = append(list, listed{d, s.Status, s.Progress, a.standing(s)})
				}
				if a.json {
					return a.printJSON(list)
				}
				a.printList(list)
				return nil
			})
		},
	}
	c.Flags().IntVar(&limit, "limit", 0, a.tr("how many at most (default: all)"))
	return c
}

func (a *app) printList(list []listed) {
	if len(list) == 0 {
		a.say("No datasets yet. Run sheetmill mill FILE to begin.")
		return
	}
	g := a.newGrid(40, false, false, false, true, true, true)
	g.add(a.tr("record"), a.tr("file"), a.tr("status"), a.tr("rows"), a.tr("columns"), a.tr("size"), a.tr("added"))
	for _, d := range list {
		rows, columns := "", ""
		if d.TotalRows != nil {
			rows = count(*d.TotalRows)
		}
		if d.TotalCols != nil {
			columns = count(*d.TotalCols)
		}
		g.add(d.ID, d.FileName, d.standing, rows, columns, size(d.FileSize), d.CreatedAt.Local().Format(time.DateTime))
	}
	g.print(a.Stdout, "")
}

// standing is how a record stands, in the language of this run.
func (a *app) standing(s job.Status) string {
	switch {
	case s.Status == job.Ready:
		return a.tr("ready")
	case s.Error != nil && s.Error.Code == fault.Cancelled:
		return a.tr("cancelled")
	case s.Error != nil:
		return a.tr("failed")
	case s.Job != nil && s.Job.State == job.Waiting:
		return a.tr("waiting")
	}
	return a.tr("processing")
}

// status tells how a record stands.
func (a *app) status() *cobra.Command {
	var jobID int64
	c := &cobra.Command{
		Use:               "status ID",
		GroupID:           groupData,
		Short:             a.tr("Tell how a dataset stands"),
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			return a.withDataset(c.Context(), args[0], func(ws *workspace.Workspace, id string) error {
				s, err := ws.Status(c.Context(), id, jobID)
				if err != nil {
					return err
				}
				return a.showStatus(s)
			})
		},
	}
	c.Flags().Int64Var(&jobID, "job", 0, a.tr("job to ask about (default: the newest)"))
	return c
}

func (a *app) showStatus(s job.Status) error {
	if a.json {
		return a.printJSON(s)
	}
	standing := a.standing(s)
	if !s.Done() && s.Stage != "" {
		standing += ", " + a.stageName(s)
	}
	a.printf("%s  %s  %.0f%%\n", s.RecordID, standing, s.Progress)
	if s.Error != nil {
		a.printf("%s\n", a.faultText(s.Error))
	}
	return nil
}

// wait works on the queue until records are ready.
func (a *app) wait() *cobra.Command {
	var jobs int
	c := &cobra.Command{
		Use:               "wait [ID...]",
		GroupID:           groupData,
		Short:             a.tr("Work on waiting jobs until the named datasets, or all, are ready"),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			return a.withWorkspace(c.Context(), func(ws *workspace.Workspace) error {
				names, err := a.toWaitFor(c.Context(), ws, args)
				if err != nil {
					return err
				}
				return a.waitFor(c.Context(), ws, names, jobs)
			})
		},
	}
	c.Flags().IntVar(&jobs, "jobs", 1, a.tr("how many files go side by side"))
	return c
}

// toWaitFor is the datasets to wait for: the named ones, or all that are being
// processed.
func (a *app) toWaitFor(ctx context.Context, ws *workspace.Workspace, args []string) (list []workspace.Dataset, err error) {
	for _, arg := range args {
		d, err := ws.Find(ctx, arg)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	if len(args) > 0 {
		return list, nil
	}
	all, err := ws.Datasets(ctx, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		s, err := ws.Status(ctx, d.ID, 0)
		if err != nil {
			return nil, err
		}
		remote, err := ws.Remote(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		if !s.Done() || underWay(remote) {
			list = append(list, d)
		}
	}
	return list, nil
}

func (a *app) waitFor(ctx context.Context, ws *workspace.Workspace, list []workspace.Dataset, jobs int) error {
	statuses := make([]job.Status, len(list))
	errs := make([]error, len(list))
	err := a.working(ctx, ws, jobs, func(ctx context.Context) {
		meter := a.newMeter(ctx)
		defer meter.wait()
		var waiting sync.WaitGroup
		defer waiting.Wait()
		for i, d := range list {
			see := meter.track(d.FileName)
			waiting.Go(func() {
				remote, err := ws.Remote(ctx, d.ID)
				if err == nil && underWay(remote) {
					err = a.awaitTransfer(ctx, ws, remote.JobID, see)
					see = func(job.Status) {}
				}
				if errs[i] = err; err == nil {
					statuses[i], errs[i] = a.await(ctx, ws, d.ID, see)
				}
			})
		}
	})
	if err != nil {
		return err
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if a.json {
		if err := a.printJSON(statuses); err != nil {
			return err
		}
	}
	code := 0
	for i, s := range statuses {
		if s.Error != nil {
			a.errorf("sheetmill: %s\n", a.faultText(s.Error.Within(sheet.ShownName(list[i].FileName))))
			code = exitCode(s.Error)
		}
	}
	if code != 0 {
		return &exitError{code}
	}
	return nil
}

// cancel ends a record's job.
func (a *app) cancel() *cobra.Command {
	return a.jobCommand("cancel ID", a.tr("Cancel a dataset's job"), (*workspace.Workspace).Cancel)
}

// retry makes a record's job run again.
func (a *app) retry() *cobra.Command {
	return a.jobCommand("retry ID", a.tr("Let a failed or cancelled job wait for a worker again"), (*workspace.Workspace).Retry)
}

func (a *app) jobCommand(use, short string, act func(*workspace.Workspace, context.Context, string) (job.Info, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, GroupID: groupData, Short: short, Args: usage(cobra.ExactArgs(1)), ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			return a.withDataset(c.Context(), args[0], func(ws *workspace.Workspace, id string) error {
				if _, err := act(ws, c.Context(), id); err != nil {
					return err
				}
				s, err := ws.Status(c.Context(), id, 0)
				if err != nil {
					return err
				}
				return a.showStatus(s)
			})
		},
	}
}

// rm removes datasets.
func (a *app) rm() *cobra.Command {
	return &cobra.Command{
		Use:               "rm ID...",
		GroupID:           groupData,
		Short:             a.tr("Remove datasets, with what only they use"),
		Args:              usage(cobra.MinimumNArgs(1)),
		ValidArgsFunction: a.completeIDs,
		RunE: func(c *cobra.Command, args []string) error {
			return a.withWorkspace(c.Context(), func(ws *workspace.Workspace) error {
				removed := []string{}
				for _, arg := range args {
					d, err := ws.Find(c.Context(), arg)
					if err != nil {
						return err
					}
					if err := ws.Remove(c.Context(), d.ID); err != nil {
						return err
					}
					removed = append(removed, d.ID)
					if !a.json {
						a.say("Removed {id} ({file}).", "id", d.ID, "file", d.FileName)
					}
				}
				if a.json {
					return a.printJSON(map[string][]string{"removed": removed})
				}
				return nil
			})
		},
	}
}
