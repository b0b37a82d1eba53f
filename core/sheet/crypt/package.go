package crypt

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"io"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/compound"
)

// The streams of a compound file that holds an encrypted package.
const (
	InfoStream    = "EncryptionInfo"
	PackageStream = "EncryptedPackage"
)

// IsPackage tells whether a compound file holds an encrypted package.
func IsPackage(c *compound.File) bool {
	info, err := c.Stream(InfoStream)
	return err == nil && info != nil
}

// maxInfo bounds the description of an encryption; Office writes 1 to 2 KiB.
const maxInfo = 1 << 20

// Package is the zip that a compound file encrypts ([MS-OFFCRYPTO] 2.3.4),
// decrypted as it is read. An empty password stands for none, as in FilePass.
func Package(c *compound.File, password string) (sheet.File, error) {
	info, err := c.Stream(InfoStream)
	if err != nil {
		return nil, err
	}
	data, err := c.Stream(PackageStream)
	if err != nil {
		return nil, err
	}
	if info == nil || data == nil {
		return nil, damaged()
	}
	for _, s := range []*compound.Stream{info, data} {
		if s.Ended() {
			return nil, compound.CutShort(compound.Place(s.Name(), s.Size()))
		}
	}
	if info.Size() < 8 || info.Size() > maxInfo || data.Size() < 8 {
		return nil, damaged()
	}
	described := make([]byte, info.Size())
	if _, err := info.ReadAt(described, 0); err != nil && err != io.EOF {
		return nil, err
	}
	try := password
	if try == "" {
		try = Implied
	}
	f, err := openPackage(described, data, try)
	switch {
	case err != nil || f != nil:
		return f, err
	case password == "":
		return nil, sheet.NeedsPassword()
	}
	return nil, sheet.WrongPassword()
}

// openPackage answers no file for a password that does not fit.
func openPackage(info []byte, data sheet.File, password string) (sheet.File, error) {
	var head [8]byte
	if _, err := data.ReadAt(head[:], 0); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint64(head[:])
	if size > uint64(data.Size()) {
		return nil, damaged()
	}
	major, minor := binary.LittleEndian.Uint16(info), binary.LittleEndian.Uint16(info[2:])
	var segments segmentCipher
	var err error
	switch {
	case major == 4 && minor == 4:
		segments, err = agile(info[8:], password)
	case major >= 2 && major <= 4 && minor == 2:
		segments, err = standardAES(info[4:], password)
	default:
		err = unknown()
	}
	if err != nil || segments == nil {
		return nil, err
	}
	return &packageFile{data: data, size: int64(size), segments: segments}, nil
}

// segmentSize is what is encrypted in one go ([MS-OFFCRYPTO] 2.3.4.15).
const segmentSize = 4096

// segmentCipher decrypts a segment in place.
type segmentCipher func(segment []byte, index uint32)

// packageFile is a package, decrypted segment by segment.
type packageFile struct {
	data     sheet.File
	size     int64
	segments segmentCipher
}

// Size is the length of the package.
func (p *packageFile) Size() int64 { return p.size }

// ReadAt is as io.ReaderAt has it; it may be called from several goroutines.
func (p *packageFile) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 || off >= p.size {
		return 0, io.EOF
	}
	var segment [segmentSize]byte
	done := 0
	for done < len(b) && off < p.size {
		index := off / segmentSize
		n, err := p.data.ReadAt(segment[:], 8+index*segmentSize)
		n -= n % aes.BlockSize
		have := min(int64(n), p.size-index*segmentSize) - off%segmentSize
		if have <= 0 {
			if err == nil || err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return done, err
		}
		p.segments(segment[:n], uint32(index))
		m := copy(b[done:], segment[off%segmentSize:off%segmentSize+have])
		done, off = done+m, off+int64(m)
	}
	if done < len(b) {
		return done, io.EOF
	}
	return done, nil
}

// chained decrypts CBC in place; data that is no whole blocks stays as it is.
func chained(block cipher.Block, iv, data []byte) {
	if len(data)%block.BlockSize() == 0 && len(iv) == block.BlockSize() {
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(data, data)
	}
}

// blockwise decrypts each block on its own, in place.
func blockwise(block cipher.Block, data []byte) {
	for ; len(data) >= block.BlockSize(); data = data[block.BlockSize():] {
		block.Decrypt(data, data)
	}
}
