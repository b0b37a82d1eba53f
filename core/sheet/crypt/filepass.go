package crypt

import (
	"crypto/md5"  //nolint:gosec // the format's own hash
	"crypto/rc4"  //nolint:gosec // the format's own cipher
	"crypto/sha1" //nolint:gosec // the format's own hash
	"crypto/subtle"
	"encoding/binary"

	"sheetmill/core/sheet"
)

// FilePass makes the cipher that a FILEPASS record describes ([MS-XLS] 2.4.117;
// biff8 tells its newer form). An empty password stands for none: then only
// what Excel opens without asking is opened. Answers sheet.NeedsPassword and
// sheet.WrongPassword.
func FilePass(record []byte, biff8 bool, password string) (Cipher, error) {
	try := password
	if try == "" {
		try = Implied
	}
	c, err := filePass(record, biff8, try)
	switch {
	case err != nil || c != nil:
		return c, err
	case password == "":
		return nil, sheet.NeedsPassword()
	}
	// A workbook protected against changes has the implied password, whatever is given.
	if c, err = filePass(record, biff8, Implied); err != nil || c != nil {
		return c, err
	}
	return nil, sheet.WrongPassword()
}

// filePass answers no cipher for a password that does not fit.
func filePass(record []byte, biff8 bool, password string) (Cipher, error) {
	if !biff8 {
		return newXOR(record, password)
	}
	if len(record) < 6 {
		return nil, damaged()
	}
	if binary.LittleEndian.Uint16(record) == 0 {
		return newXOR(record[2:], password)
	}
	major, minor := binary.LittleEndian.Uint16(record[2:]), binary.LittleEndian.Uint16(record[4:])
	switch {
	case major == 1 && minor == 1:
		return newRC4(record[6:], password)
	case major >= 2 && major <= 4 && minor == 2:
		return newCryptoAPI(record[6:], password)
	}
	return nil, unknown()
}

// blockSize is how much of the stream one key of RC4 covers.
const blockSize = 1024

// blocks is RC4 with a new key for each block of the stream.
type blocks struct {
	key     func(block uint32) []byte
	current uint32
	valid   bool
	pad     [blockSize]byte // key stream of the current block
}

// Decrypt is as the Cipher has it.
func (b *blocks) Decrypt(data []byte, offset int64) {
	for len(data) > 0 {
		b.load(uint32(offset / blockSize))
		from := int(offset % blockSize)
		n := subtle.XORBytes(data, data, b.pad[from:])
		data, offset = data[n:], offset+int64(n)
	}
}

func (b *blocks) load(block uint32) {
	if b.valid && b.current == block {
		return
	}
	clear(b.pad[:])
	if c, err := rc4.NewCipher(b.key(block)); err == nil { //nolint:gosec // the format's own cipher; keys are 5 to 16 bytes
		c.XORKeyStream(b.pad[:], b.pad[:])
	}
	b.current, b.valid = block, true
}

// fits tells whether verifier and hash, which stand behind each other in block
// 0, decrypt to a value and its hash.
func (b *blocks) fits(verifier []byte, hash func([]byte) []byte) bool {
	plain := append([]byte(nil), verifier...)
	b.Decrypt(plain, 0)
	return subtle.ConstantTimeCompare(hash(plain[:16]), plain[16:]) == 1
}

// newRC4 is the cipher of Excel 97 ([MS-OFFCRYPTO] 2.3.6): 16 bytes of salt, a
// verifier and its MD5.
func newRC4(p []byte, password string) (Cipher, error) {
	if len(p) < 48 {
		return nil, damaged()
	}
	first := md5.Sum(utf16le(password)) //nolint:gosec // the format's own hash
	var many []byte
	for range 16 {
		many = append(append(many, first[:5]...), p[:16]...)
	}
	base := md5.Sum(many) //nolint:gosec // the format's own hash
	b := &blocks{key: func(block uint32) []byte {
		key := md5.Sum(binary.LittleEndian.AppendUint32(base[:5:5], block)) //nolint:gosec // the format's own hash
		return key[:]
	}}
	if !b.fits(p[16:48], func(v []byte) []byte { h := md5.Sum(v); return h[:] }) { //nolint:gosec // the format's own hash
		return nil, nil
	}
	return b, nil
}

// newCryptoAPI is the cipher of Excel 2002 and 2003 ([MS-OFFCRYPTO] 2.3.5).
func newCryptoAPI(p []byte, password string) (Cipher, error) {
	h, err := parseStandard(p)
	if err != nil {
		return nil, err
	}
	if h.algorithm != algorithmRC4 && h.algorithm != 0 {
		return nil, unknown()
	}
	bits := h.keyBits
	if bits == 0 {
		bits = 40
	}
	if bits%8 != 0 || bits < 40 || bits > 128 || len(h.hash) < sha1.Size {
		return nil, unknown()
	}
	base := sha1.Sum(append(append([]byte(nil), h.salt...), utf16le(password)...)) //nolint:gosec // the format's own hash
	b := &blocks{key: func(block uint32) []byte {
		sum := sha1.Sum(binary.LittleEndian.AppendUint32(base[:len(base):len(base)], block)) //nolint:gosec // the format's own hash
		size := int(bits / 8)
		if bits == 40 { // 40 bits come as 128, the rest of them 0
			size = 16
		}
		key := make([]byte, size)
		copy(key, sum[:bits/8])
		return key
	}}
	verifier := append(append([]byte(nil), h.verifier...), h.hash[:sha1.Size]...)
	if !b.fits(verifier, func(v []byte) []byte { s := sha1.Sum(v); return s[:] }) { //nolint:gosec // the format's own hash
		return nil, nil
	}
	return b, nil
}

// The ids of ciphers ([MS-OFFCRYPTO] 2.3.2).
const (
	algorithmRC4    = 0x6801
	algorithmAES128 = 0x660e
	algorithmAES192 = 0x660f
	algorithmAES256 = 0x6610
)

// standard is the header and verifier of [MS-OFFCRYPTO] 2.3.2 and 2.3.3, as
// both .xls and the packages have it.
type standard struct {
	algorithm, keyBits   uint32
	salt, verifier, hash []byte
}

// parseStandard reads from behind the version on.
func parseStandard(p []byte) (standard, error) {
	var h standard
	if len(p) < 8 {
		return h, damaged()
	}
	size := uint64(binary.LittleEndian.Uint32(p[4:])) // behind the flags
	p = p[8:]
	if size < 32 || uint64(len(p)) < size+4+16+16+4+20 {
		return h, damaged()
	}
	h.algorithm, h.keyBits = binary.LittleEndian.Uint32(p[8:]), binary.LittleEndian.Uint32(p[16:])
	p = p[size:]
	if binary.LittleEndian.Uint32(p) != 16 {
		return h, damaged()
	}
	h.salt, h.verifier, h.hash = p[4:20], p[20:36], p[40:]
	return h, nil
}
