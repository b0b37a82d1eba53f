package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/rivermigrate"

	"sheetmill/core/catalog/internal/work"
	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/migrations"
)

// applicationID marks a SQLite file as ours: "Shml" in its header.
const applicationID = 0x53686d6c

// schema is how far a file's tables are.
type schema struct {
	mark, tables int64
	ours, rivers int64 // newest migration of each set; 0 for none
}

// migrate brings both sets of tables up to date, under the caller's lock. It
// only reads until it knows that the file is ours, or empty, and not newer.
func (c *Catalog) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations.SQLite, "sqlite")
	if err != nil {
		return err
	}
	// Neither of these touches the database yet.
	ours, err := goose.NewProvider(goose.DialectSQLite3, c.write, files, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	rivers, err := rivermigrate.New(c.driver(), &rivermigrate.Config{Logger: work.RiverLog(c.opts.Logger)})
	if err != nil {
		return err
	}
	sources, versions := ours.ListSources(), rivers.AllVersions()
	want := schema{ours: sources[len(sources)-1].Version, rivers: int64(versions[len(versions)-1].Version)}

	have, err := c.schema(ctx)
	switch {
	case err != nil:
		return err
	case have.tables > 0 && have.mark != applicationID:
		return fault.New(fault.Unreachable, say.T("{path} is a database of another program; nothing was changed in it.", "path", c.path)).
			Hint(say.T("Choose another place for the workspace."))
	case have.ours > want.ours || have.rivers > want.rivers:
		return fault.New(fault.Unreachable, say.T("The workspace {path} was written by a newer Sheetmill than this one.", "path", c.path)).
			Hint(say.T("Update Sheetmill on this machine and try again."))
	case have.ours == want.ours && have.rivers == want.rivers:
		return nil
	}
	if _, err := c.write.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return err
	}
	if have.rivers < want.rivers {
		if _, err := rivers.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
			return err
		}
	}
	if have.ours < want.ours {
		if _, err := ours.Up(ctx); err != nil {
			return err
		}
	}
	return nil
}

// schema reads how far the file is, changing nothing.
func (c *Catalog) schema(ctx context.Context) (schema, error) {
	var s schema
	err := c.read.QueryRowContext(ctx, `SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id`).
		Scan(&s.mark, &s.tables)
	if err != nil || s.tables == 0 {
		return s, err
	}
	names, err := listIn(ctx, c.read, scanOne[string], `SELECT name FROM sqlite_schema WHERE type = 'table'`)
	if err != nil {
		return s, err
	}
	newest := func(table, column string) (n int64, err error) {
		if !slices.Contains(names, table) {
			return 0, nil
		}
		var v sql.NullInt64
		err = c.read.QueryRowContext(ctx, `SELECT max(`+column+`) FROM `+table).Scan(&v)
		return v.Int64, err
	}
	var oursErr, riversErr error
	s.ours, oursErr = newest("goose_db_version", "version_id")
	s.rivers, riversErr = newest("river_migration", "version")
	return s, errors.Join(oursErr, riversErr)
}
