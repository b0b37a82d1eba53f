package dir

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// trouble turns what the file system refused into a fault with a next step.
func trouble(path string, err error) error {
	var already *fault.Error
	switch {
	case errors.As(err, &already), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case isFull(err):
		return fault.New(fault.Unreachable, say.T("The disk that holds {path} is full.", "path", path)).
			Hint(say.T("Free some space, or move the workspace to a larger disk, and try again.")).Because(err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.New(fault.Unreachable, say.T("Sheetmill may not write to or read {path}.", "path", path)).
			Hint(say.T("Check who owns the folder and that it is not read-only, or choose another one.")).Because(err)
	case isNotDir(err), errors.Is(err, fs.ErrExist):
		return fault.New(fault.Unreachable, say.T("{path} is not a folder that objects can be stored in.", "path", path)).
			Hint(say.T("Choose an empty or a new folder.")).Because(err)
	default:
		return fault.New(fault.Unreachable, say.T("{path} cannot be used just now.", "path", path)).
			Hint(say.T("Check that the disk is connected and working, and try again.")).Because(err)
	}
}

// absent tells that a path leads to nothing, also because one of its folders is a file.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) || isNotDir(err) }

func isNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
