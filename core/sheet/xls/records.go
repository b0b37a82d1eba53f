package xls

import (
	"encoding/binary"
	"errors"
	"io"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/compound"
	"sheetmill/core/sheet/crypt"
)

// Records by number ([MS-XLS] 2.3). Of those with several numbers, the
// smaller ones are of Excel 2.
const (
	recBlank2       = 0x0001
	recInteger      = 0x0002
	recNumber2      = 0x0003
	recLabel2       = 0x0004
	recBoolErr2     = 0x0005
	recFormula      = 0x0006 // of Excel 2 and from 5 on
	recString2      = 0x0007
	recRow2         = 0x0008
	recBOF2         = 0x0009
	recEOF          = 0x000a
	recFormat2      = 0x001e // of Excel 2 and 3
	recDateMode     = 0x0022
	recFilePass     = 0x002f
	recContinue     = 0x003c
	recCodePage     = 0x0042
	recXF2          = 0x0043
	recIXFE         = 0x0044
	recColInfo      = 0x007d
	recBoundSheet   = 0x0085
	recSheetHeader  = 0x008f // in workspaces of Excel 4
	recMulRK        = 0x00bd
	recRString      = 0x00d6
	recXF           = 0x00e0
	recInterfaceHdr = 0x00e1
	recMergeCells   = 0x00e5
	recSST          = 0x00fc
	recLabelSST     = 0x00fd
	recNumber       = 0x0203
	recLabel        = 0x0204
	recBoolErr      = 0x0205
	recFormula3     = 0x0206
	recString       = 0x0207
	recRow          = 0x0208
	recBOF3         = 0x0209
	recArray        = 0x0221
	recTable        = 0x0236
	recXF3          = 0x0243
	recRK           = 0x027e
	recFormula4     = 0x0406
	recBOF4         = 0x0409
	recFormat       = 0x041e
	recXF4          = 0x0443
	recSharedFmla   = 0x04bc
	recBOF          = 0x0809
)

// windowSize holds the largest record, which is 64 KiB and its head.
const windowSize = 1 << 17

// records reads a stream's records one by one.
type records struct {
	stream sheet.File
	name   string // of the stream, for faults
	cipher crypt.Cipher

	buf        []byte
	pos, end   int
	offset     int64 // of buf[0] in the stream
	held       bool  // the record read last is to be read again
	id         uint16
	data       []byte // its payload, plain, until the next one is read
	at         int64  // where it starts
	exhausted  bool   // the stream has nothing behind buf
	streamSize int64
}

func newRecords(stream sheet.File, name string) *records {
	return &records{stream: stream, name: name, streamSize: stream.Size(), buf: make([]byte, min(windowSize, stream.Size()+1))}
}

// seek continues at an offset of the stream.
func (r *records) seek(offset int64) {
	r.offset, r.pos, r.end, r.held, r.exhausted = offset, 0, 0, false, false
}

// hold gives the record read last again.
func (r *records) hold() { r.held = true }

// next reads a record. It answers io.EOF where the stream ends between two.
func (r *records) next() error {
	if r.held {
		r.held = false
		return nil
	}
	if r.end-r.pos < 4 {
		if err := r.fill(4); err != nil {
			return err
		}
		if r.end == r.pos {
			return io.EOF
		}
	}
	if r.end-r.pos < 4 {
		return r.cutShort()
	}
	size := int(binary.LittleEndian.Uint16(r.buf[r.pos+2:]))
	if r.end-r.pos < 4+size {
		if err := r.fill(4 + size); err != nil {
			return err
		}
		if r.end-r.pos < 4+size {
			return r.cutShort()
		}
	}
	r.id = binary.LittleEndian.Uint16(r.buf[r.pos:])
	r.at = r.offset + int64(r.pos)
	r.data = r.buf[r.pos+4 : r.pos+4+size]
	r.pos += 4 + size
	if r.cipher != nil {
		r.decrypt()
	}
	return nil
}

// decrypt makes the record's payload plain. A few records are never encrypted
// ([MS-XLS] 2.2.10), and of a sheet's entry its place is not.
func (r *records) decrypt() {
	switch r.id {
	case recBOF, recFilePass, recInterfaceHdr, 0x0194, 0x0195, 0x0196, 0x0138: // and those of shared workbooks
	case recBoundSheet:
		var place [4]byte
		n := copy(place[:], r.data)
		r.cipher.Decrypt(r.data, r.at+4)
		copy(r.data, place[:n])
	default:
		r.cipher.Decrypt(r.data, r.at+4)
	}
}

// fill reads on until so many bytes are in the window, or the stream ends.
func (r *records) fill(want int) error {
	if r.pos > 0 {
		copy(r.buf, r.buf[r.pos:r.end])
		r.offset += int64(r.pos)
		r.end -= r.pos
		r.pos = 0
	}
	for r.end < want && !r.exhausted {
		if want > len(r.buf) {
			r.exhausted = true // the window is the whole stream
			return nil
		}
		n, err := r.stream.ReadAt(r.buf[r.end:], r.offset+int64(r.end))
		r.end += n
		if errors.Is(err, io.EOF) {
			r.exhausted = true
			return nil
		}
		if err != nil && r.end < want {
			if e, ok := errors.AsType[*fault.Error](err); ok {
				return e
			}
			return fault.New(fault.Unreachable, say.T("The file cannot be read just now.")).
				Hint(say.T("Check the disk or the network and try again.")).At(r.place()).Because(err)
		}
	}
	return nil
}

// place is where the record being read starts.
func (r *records) place() string { return compound.Place(r.name, r.offset+int64(r.pos)) }

func (r *records) cutShort() error {
	return fault.New(fault.BadInput, say.T("The workbook is cut short.")).
		Hint(say.T("Copy or download the file again, or save it again in Excel.")).
		At(compound.Place(r.name, r.offset+int64(r.end))).Because(io.ErrUnexpectedEOF)
}

// damaged is the fault of the record read last.
func (r *records) damaged() *fault.Error {
	return fault.New(fault.BadInput, say.T("A record of the workbook is damaged.")).
		Hint(say.T("Open the file in Excel and save it again.")).At(compound.Place(r.name, r.at))
}
