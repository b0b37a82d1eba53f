package sqlite

import (
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Damaged tells whether an error came from a file that is damaged or no database.
func Damaged(err error) bool {
	db, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	code := db.Code() & 0xff // the low byte is the kind, the rest its detail
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}
