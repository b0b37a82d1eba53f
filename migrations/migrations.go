// Package migrations embeds the schema's history, a folder per database. River
// migrates its own tables.
package migrations

import "embed"

// SQLite holds sqlite/*.sql in goose's form.
//
//go:embed sqlite/*.sql
var SQLite embed.FS

// Postgres holds postgres/*.sql in goose's form. River's tables must be there
// before, in the schema sheetmill.
//
//go:embed postgres/*.sql
var Postgres embed.FS
