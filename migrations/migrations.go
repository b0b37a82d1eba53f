// Package migrations embeds the schema's history, a folder per database. River
// migrates its own tables.
package migrations

import "embed"

// SQLite holds sqlite/*.sql in goose's form.
//
//go:embed sqlite/*.sql
var SQLite embed.FS
