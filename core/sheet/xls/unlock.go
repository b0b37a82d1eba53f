package xls

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/crypt"
	"sheetmill/core/sheet/spill"
)

// recNothing is a number that no record has: what replaces the description of
// an encryption, so that records stay where the list of sheets says.
const recNothing = 0x0030

// Unlock is the records of an encrypted workbook, decrypted and without a
// container, which Open reads with no password; nil when it is not encrypted.
// See also sheet.NeedsPassword and sheet.WrongPassword.
func Unlock(ctx context.Context, f sheet.File, password string) (*spill.File, error) {
	stream, name, err := workbookOf(f)
	if err != nil {
		return nil, err
	}
	p := &plainer{rec: newRecords(stream, name), password: password}
	locked, err := p.locked()
	if err != nil || !locked {
		return nil, err
	}
	p.rec.seek(0)
	return spill.Read(ctx, p, nil)
}

// plainer reads a stream's records, decrypted.
type plainer struct {
	rec      *records
	password string
	biff8    bool
	head     [4]byte
	left     [2][]byte // of the record at hand: its head, and its payload
	ended    bool
}

// locked tells whether the workbook's own records, which come first, describe
// an encryption. What is wrong with them is told when they are read.
func (p *plainer) locked() (bool, error) {
	for {
		if err := p.rec.next(); errors.Is(err, io.EOF) || fault.Is(err, fault.BadInput) {
			return false, nil
		} else if err != nil {
			return false, err
		}
		switch p.rec.id {
		case recFilePass:
			return true, nil
		case recEOF:
			return false, nil
		}
	}
}

// Read is as io.Reader has it.
func (p *plainer) Read(b []byte) (int, error) {
	for len(p.left[0])+len(p.left[1]) == 0 {
		if p.ended {
			return 0, io.EOF
		}
		if err := p.record(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.left[0])
	p.left[0] = p.left[0][n:]
	m := copy(b[n:], p.left[1])
	p.left[1] = p.left[1][m:]
	return n + m, nil
}

// record takes the next record.
func (p *plainer) record() error {
	r := p.rec
	err := r.next()
	switch {
	case errors.Is(err, io.EOF):
		p.ended = true
		return nil
	case fault.Is(err, fault.BadInput): // what fills the last sector up, or a cut that the reader tells
		p.ended = true
		p.left = [2][]byte{nil, r.buf[r.pos:r.end]}
		return nil
	case err != nil:
		return err
	}
	id := r.id
	switch id {
	case recBOF:
		version, _, _ := bof(r)
		p.biff8 = version == 8
	case recFilePass:
		if r.cipher, err = crypt.FilePass(r.data, p.biff8, p.password); err != nil {
			return err
		}
		id = recNothing
	}
	binary.LittleEndian.PutUint16(p.head[:], id)
	binary.LittleEndian.PutUint16(p.head[2:], uint16(len(r.data)))
	p.left = [2][]byte{p.head[:], r.data}
	return nil
}
