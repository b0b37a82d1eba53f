package cli

import (
	"github.com/spf13/cobra"

	"sheetmill/core/workspace"
	"sheetmill/server/config"
)

// migrate makes the tables of a shared workspace, and its bucket.
func (a *app) migrate() *cobra.Command {
	up := &cobra.Command{
		Use:   "up",
		Short: a.tr("Bring the database up to date, and make the bucket where one is named"),
		Args:  usage(cobra.NoArgs),
	}
	status := &cobra.Command{Use: "status", Short: a.tr("Tell how far the database is, and how far this program wants it"), Args: usage(cobra.NoArgs)}
	p := a.parent("migrate", a.tr("Make or update what a shared workspace keeps in its database"), up, status)
	load := a.settings(p, needsDatabase, config.Shared)
	up.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := load()
		if err != nil {
			return err
		}
		if err := workspace.Migrate(c.Context(), settings.DatabaseToMigrate()); err != nil {
			return err
		}
		if settings.Objects.Endpoint != "" {
			if err := workspace.SetUpBucket(c.Context(), settings.ObjectsToSetUp()); err != nil {
				return err
			}
		}
		return a.showSchema(c, settings)
	}
	status.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := load()
		if err != nil {
			return err
		}
		return a.showSchema(c, settings)
	}
	return p
}

func (a *app) showSchema(c *cobra.Command, settings config.Config) error {
	s, err := workspace.Schema(c.Context(), settings.DatabaseToMigrate())
	if err != nil {
		return err
	}
	fits := !s.Older() && !s.Newer()
	if a.json {
		return a.printJSON(map[string]any{
			"version": s.Ours, "wanted": s.OursWanted, "river": s.River, "riverWanted": s.RiverWanted, "fits": fits,
		})
	}
	a.say("Tables of Sheetmill: version {have}, wanted {want}. Tables of River: version {river}, wanted {riverWanted}.",
		"have", s.Ours, "want", s.OursWanted, "river", s.River, "riverWanted", s.RiverWanted)
	switch {
	case s.Newer():
		a.say("The database is newer than this program. Update Sheetmill on this machine.")
	case !fits:
		a.say("The database is older than this program. Run sheetmill migrate up.")
	default:
		a.say("The database is up to date.")
	}
	return nil
}
