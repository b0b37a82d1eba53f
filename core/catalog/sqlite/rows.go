package sqlite

import (
	"context"
	"database/sql"
	"time"
)

// scanner is a row, of one or of many.
type scanner interface{ Scan(dest ...any) error }

// querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func scanOne[T any](row scanner) (T, error) {
	var v T
	err := row.Scan(&v)
	return v, err
}

func listIn[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// list reads from the readers' pool.
func list[T any](ctx context.Context, c *Catalog, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	out, err := listIn(ctx, c.read, scan, query, args...)
	return out, c.trouble(ctx, err)
}

func texts(ctx context.Context, c *Catalog, query string, args ...any) ([]string, error) {
	return list(ctx, c, scanOne[string], query, args...)
}

// readTx reads several things as of one moment.
func (c *Catalog) readTx(ctx context.Context, read func(tx *sql.Tx) error) error {
	tx, err := c.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return c.trouble(ctx, err)
	}
	defer func() { _ = tx.Rollback() }()
	return c.trouble(ctx, read(tx))
}

// Our tables keep times as milliseconds.
func stamp(t time.Time) int64   { return t.UnixMilli() }
func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func stampOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}

// riverTime is how River writes times in SQLite; its comparisons are of text.
func riverTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") }
