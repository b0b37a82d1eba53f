package readtest

import (
	"archive/zip"
	"errors"
	"io"
	"strings"

	"github.com/klauspost/compress/flate"
)

// Bytes writes what is made in memory, by whoever writes and not by whoever reads.
func Bytes(file func() []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(file())
		return err
	}
}

// Repeated writes a text over and over, between two others.
func Repeated(before string, n int, text, after string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, before)
		many := max(1, (64<<10)/max(1, len(text)))
		block := strings.Repeat(text, many)
		for ; err == nil && n >= many; n -= many {
			_, err = io.WriteString(w, block)
		}
		if err == nil {
			_, err = io.WriteString(w, strings.Repeat(text, n)+after)
		}
		return err
	}
}

// Zipped writes a zip file of the parts, and one more that a function writes.
func Zipped(parts map[string]string, name string, write func(io.Writer) error) func(io.Writer) error {
	return func(w io.Writer) error {
		z := zip.NewWriter(w)
		z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 1) })
		for part, text := range parts {
			if part == name {
				continue
			}
			f, err := z.Create(part)
			if err == nil {
				_, err = io.WriteString(f, text)
			}
			if err != nil {
				return err
			}
		}
		f, err := z.Create(name)
		if err == nil {
			err = write(f)
		}
		return errors.Join(err, z.Close())
	}
}
