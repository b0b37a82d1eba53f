package postgres

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Codes of PostgreSQL's errors, from its manual's appendix A.
const (
	uniqueViolation       = "23505"
	insufficientPrivilege = "42501"
	undefinedObject       = "42704" // such as a role that there is not
	invalidParameter      = "22023" // such as a role that there is not, when it is set
	invalidPassword       = "28P01"
	invalidAuthorization  = "28000"
	diskFull              = "53100"
	serializationFailure  = "40001"
	deadlockDetected      = "40P01"
	lockNotAvailable      = "55P03"
	readOnlyTransaction   = "25006"
	idleInTransaction     = "25P03" // whoever froze inside one has lost its connection
	queryCanceled         = "57014"
	undefinedTable        = "42P01"
	invalidSchemaName     = "3F000"
	invalidCatalogName    = "3D000"
	untranslatable        = "22P05"
	notInRepertoire       = "22021"
)

// trouble turns what the database refused into a fault with a next step. What
// is a fault already stays as it is.
func trouble(ctx context.Context, err error) error {
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
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return answered(pg).Because(err)
	}
	if isAway(err) {
		return away().Because(err)
	}
	return err
}

func isAway(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, puddle.ErrClosedPool) || pgconn.SafeToRetry(err)
}

func away() *fault.Error {
	return fault.New(fault.Unreachable, say.T("The shared workspace's database cannot be reached.")).
		Hint(say.T("Check the network and that the database runs; nothing is lost, try again then."))
}

// answered is the fault for an error that the database itself told.
func answered(e *pgconn.PgError) *fault.Error {
	switch e.Code {
	case invalidPassword, invalidAuthorization:
		return fault.New(fault.NotAllowed, say.T("The shared workspace's database does not accept this name and password.")).
			Hint(say.T("Ask for a new connection file: sheetmill user rotate NAME makes one."))
	case insufficientPrivilege, undefinedObject:
		return fault.New(fault.NotAllowed, say.T("The shared workspace's database does not allow this.")).
			Hint(say.T("Ask whoever runs the workspace whether your account is as it should be."))
	case diskFull:
		return fault.New(fault.Unreachable, say.T("The disk of the shared workspace's database is full.")).
			Hint(say.T("Tell whoever runs the workspace; try again when there is space."))
	case serializationFailure, deadlockDetected, lockNotAvailable:
		return fault.New(fault.Unreachable, say.T("The shared workspace's database is busy.")).
			Hint(say.T("Try again in a moment."))
	case readOnlyTransaction:
		return fault.New(fault.Unreachable, say.T("The shared workspace's database can only be read just now.")).
			Hint(say.T("It may be a standby; try again when it has been made the main one."))
	case idleInTransaction:
		return away()
	case queryCanceled:
		return fault.New(fault.Unreachable, say.T("The shared workspace's database took too long to answer.")).
			Hint(say.T("Try again in a moment."))
	case undefinedTable, invalidSchemaName, invalidCatalogName:
		return fault.New(fault.Unreachable, say.T("The database holds no Sheetmill workspace.")).
			Hint(say.T("Check the address, or run sheetmill migrate up there first."))
	case untranslatable, notInRepertoire:
		return fault.New(fault.Usage, say.T("A text holds a character that the database cannot keep.")).
			Hint(say.T("Rename the file without control characters and try again."))
	}
	switch e.Code[:2] {
	case "08", "53", "57": // connection, resources, operator's intervention such as a restart
		return away()
	case "22": // a value out of range, from a request
		return fault.New(fault.Usage, say.T("The database refused a value.")).
			Hint(say.T("Check what was asked for."))
	}
	return fault.New(fault.Internal, say.T("The shared workspace's database answered with an unexpected error.")).
		Hint(say.T("Try again; if it happens again, report it with the details shown here."))
}

func isUnique(err error, constraint string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == uniqueViolation && pg.ConstraintName == constraint
}
