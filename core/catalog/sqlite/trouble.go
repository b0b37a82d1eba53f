package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

var errIsFolder = errors.New("is a folder")

// trouble turns what the database or the file system refused into a fault
// with a next step. What is a fault already stays as it is.
func (c *Catalog) trouble(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, already := errors.AsType[*fault.Error](err); already {
		return err
	}
	if ctx.Err() != nil {
		// The cause is what the caller wants to know, such as job.ErrCancelled.
		return context.Cause(ctx)
	}
	if db, ok := errors.AsType[*sqlite.Error](err); ok {
		return c.databaseTrouble(db.Code()).Because(err)
	}
	var path *fs.PathError
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return c.databaseTrouble(sqlite3.SQLITE_FULL).Because(err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return c.databaseTrouble(sqlite3.SQLITE_PERM).Because(err)
	case errors.As(err, &path):
		return c.databaseTrouble(sqlite3.SQLITE_CANTOPEN).Because(err)
	}
	return err
}

func (c *Catalog) databaseTrouble(code int) *fault.Error {
	switch code & 0xff { // the low byte is the kind, the rest its detail
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.New(fault.Unreachable, say.T("The workspace {path} is busy.", "path", c.path)).
			Hint(say.T("Another program holds it for long; try again in a moment."))
	case sqlite3.SQLITE_FULL:
		return fault.New(fault.Unreachable, say.T("The disk that holds {path} is full.", "path", c.path)).
			Hint(say.T("Free some space, or move the workspace to a larger disk, and try again."))
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return fault.New(fault.Unreachable, say.T("Sheetmill may not write to {path}.", "path", c.path)).
			Hint(say.T("Check who owns the file and its folder and that neither is read-only, or choose another workspace."))
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fault.New(fault.Unreachable, say.T("{path} is damaged or is not a Sheetmill workspace; nothing was changed in it.", "path", c.path)).
			Hint(say.T("Restore the file from a copy, or move it away and start with a new workspace."))
	case sqlite3.SQLITE_CANTOPEN:
		return fault.New(fault.Unreachable, say.T("The workspace {path} cannot be opened.", "path", c.path)).
			Hint(say.T("Check that the path names a file in a folder you may write to."))
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS:
		return fault.New(fault.Unreachable, say.T("{path} cannot be read or written just now.", "path", c.path)).
			Hint(say.T("Check that the disk is connected and working, and try again."))
	}
	return fault.New(fault.Internal, say.T("The workspace {path} answered with an unexpected error.", "path", c.path)).
		Hint(say.T("Try again; if it happens again, report it with the details shown here."))
}
