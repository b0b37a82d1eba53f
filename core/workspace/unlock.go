package workspace

import (
	"context"
	"errors"
	"io"

	"sheetmill/core/fault"
	"sheetmill/core/internal/until"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/detect"
	"sheetmill/core/sheet/spill"
)

// unlocked makes the source of an encrypted workbook that workbook without its
// password; other sources stay as they are. So a password lives as long as the
// call that brings it: no job, object or record ever has it. The source goes
// through a temporary file, still encrypted. Close frees that.
func (w *Workspace) unlocked(ctx context.Context, src io.Reader, name, password string) (_ io.Reader, closeAll func() error, err error) {
	file, err := spill.Read(ctx, until.Reader(ctx, src), func(size int64) error {
		if size > w.config.MaxSource {
			return w.tooLarge(name)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fault.Of(readFault(err)).Within(sheet.ShownName(name))
	}
	plain, err := detect.Unlock(ctx, file, password)
	if err != nil {
		return nil, nil, fault.Of(errors.Join(err, file.Close())).Within(sheet.ShownName(name))
	}
	if plain == nil {
		return io.NewSectionReader(file, 0, file.Size()), file.Close, nil
	}
	return io.NewSectionReader(plain, 0, plain.Size()), func() error { return errors.Join(plain.Close(), file.Close()) }, nil
}
