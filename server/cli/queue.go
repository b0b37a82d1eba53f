package cli

import (
	"github.com/spf13/cobra"

	"sheetmill/core/workspace"
	"sheetmill/server/config"
)

// queue pauses and resumes the queues of a shared workspace.
func (a *app) queue() *cobra.Command {
	var load func() (config.Config, error)
	turn := func(use, short string, paused bool) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: usage(cobra.MaximumNArgs(1)),
			RunE: func(c *cobra.Command, args []string) error {
				return a.withServer(c, load, func(s *workspace.Server) error {
					name := workspace.ParseQueue
					if len(args) > 0 {
						name = args[0]
					}
					if err := s.Pause(c.Context(), name, paused); err != nil {
						return err
					}
					return a.showQueues(c, s)
				})
			}}
	}
	ls := &cobra.Command{Use: "ls", Short: a.tr("List the queues and what waits in them"), Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withServer(c, load, func(s *workspace.Server) error { return a.showQueues(c, s) })
		}}
	p := a.parent("queue", a.tr("Pause, resume and list the queues of a shared workspace"),
		turn("pause [QUEUE]", a.tr("Let no worker fetch from a queue; what runs goes on"), true),
		turn("resume [QUEUE]", a.tr("Let workers fetch from a queue again"), false), ls)
	load = a.settings(p, needsAll, config.Shared)
	return p
}

func (a *app) showQueues(c *cobra.Command, s *workspace.Server) error {
	queues, err := s.Queues(c.Context())
	if err != nil {
		return err
	}
	stats, err := s.Stats(c.Context())
	if err != nil {
		return err
	}
	if a.json {
		type depth struct {
			Kind   string  `json:"kind"`
			State  string  `json:"state"`
			Jobs   int64   `json:"jobs"`
			Oldest float64 `json:"oldestSeconds"`
		}
		depths := make([]depth, len(stats.Depths))
		for i, d := range stats.Depths {
			depths[i] = depth{d.Kind, string(d.State), d.Jobs, d.Oldest.Seconds()}
		}
		return a.printJSON(map[string]any{"queues": queues, "jobs": depths})
	}
	g := a.newGrid(40)
	g.add(a.tr("queue"), a.tr("paused since"))
	for _, q := range queues {
		g.add(q.Name, when(q.PausedAt))
	}
	g.print(a.Stdout, "")
	if len(stats.Depths) == 0 {
		return nil
	}
	a.printf("\n")
	g = a.newGrid(40, false, false, true, true)
	g.add(a.tr("kind"), a.tr("state"), a.tr("jobs"), a.tr("longest wait"))
	for _, d := range stats.Depths {
		g.add(d.Kind, string(d.State), count(d.Jobs), d.Oldest.Round(1e9).String())
	}
	g.print(a.Stdout, "")
	return nil
}
