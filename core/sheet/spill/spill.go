// Package spill makes a [sheet.File], which is read at any place, of what comes
// as a stream: in memory while it is small, else in a temporary file.
//
//	f, err := spill.Read(ctx, inflating, limit)
//	if err != nil { return err }
//	defer f.Close() // the temporary file goes with it
package spill

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

const (
	inMemory  = 4 << 20   // how much stays in memory
	mostPiece = 256 << 10 // how much is read at once
)

// File is what was read.
type File struct {
	io.ReaderAt
	size int64
	temp *os.File // nil while all is in memory
}

// Size is the number of bytes.
func (f *File) Size() int64 { return f.size }

// Close removes the temporary file. It may be called twice.
func (f *File) Close() error {
	if f.temp == nil {
		return nil
	}
	temp := f.temp
	f.temp = nil
	return errors.Join(temp.Close(), os.Remove(temp.Name()))
}

// Read reads r to its end. watch, when it is not nil, is told after each piece
// how many bytes came and may end the reading. The errors of r and of watch are
// answered as they are; a temporary file that cannot be written is an
// Unreachable fault.
func Read(ctx context.Context, r io.Reader, watch func(size int64) error) (_ *File, err error) {
	f := &File{}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	var small []byte
	buf := make([]byte, 4<<10) // grows: there may be many small files
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := r.Read(buf)
		f.size += int64(n)
		piece := buf[:n]
		if n == len(buf) && n < mostPiece {
			buf = make([]byte, 4*n)
		}
		if f.temp == nil && f.size > inMemory {
			if f.temp, err = keep(small, err); f.temp == nil {
				return nil, err
			}
			small = nil
		}
		if f.temp == nil {
			small = append(small, piece...)
		} else if _, err := f.temp.Write(piece); err != nil {
			return nil, unwritable(err)
		}
		if n > 0 && watch != nil {
			if err := watch(f.size); err != nil {
				return nil, err
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if f.temp == nil {
		f.ReaderAt = bytes.NewReader(small)
	} else {
		f.ReaderAt = f.temp
	}
	return f, nil
}

// keep makes the temporary file; readErr is what the reader answered with the
// bytes that made it necessary.
func keep(small []byte, readErr error) (*os.File, error) {
	temp, err := os.CreateTemp("", "sheetmill-unpacked-")
	if err != nil {
		return nil, unwritable(err)
	}
	if _, err := temp.Write(small); err != nil {
		return nil, errors.Join(unwritable(err), temp.Close(), os.Remove(temp.Name()))
	}
	return temp, readErr
}

func unwritable(err error) error {
	return fault.New(fault.Unreachable, say.T("No temporary file can be made.")).
		Hint(say.T("Free some space, or name another folder in TMPDIR.")).Because(err)
}
