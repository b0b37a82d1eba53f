package workspace

import (
	"context"

	"sheetmill/core/catalog/postgres/schema"
)

// Schema tells how far a shared workspace's database is, whether or not this
// program can work with it.
func Schema(ctx context.Context, database string) (SchemaStatus, error) {
	return schema.ReadAt(ctx, database)
}
