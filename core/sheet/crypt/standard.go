package crypt

import (
	"crypto/aes"
	"crypto/sha1" //nolint:gosec // the format's own hash
	"crypto/subtle"
	"encoding/binary"
)

// standardAES is the encryption of Excel 2007 ([MS-OFFCRYPTO] 2.3.4.7): AES in
// blocks, with a key from 50,000 rounds of SHA-1. It answers no cipher for a
// password that does not fit.
func standardAES(p []byte, password string) (segmentCipher, error) {
	h, err := parseStandard(p)
	if err != nil {
		return nil, err
	}
	var size int
	switch h.algorithm {
	case algorithmAES128:
		size = 16
	case algorithmAES192:
		size = 24
	case algorithmAES256:
		size = 32
	default:
		return nil, unknown()
	}
	if len(h.hash) < 32 {
		return nil, damaged()
	}
	sum := sha1.Sum(append(append([]byte(nil), h.salt...), utf16le(password)...)) //nolint:gosec // the format's own hash
	for i := range uint32(50_000) {
		sum = sha1.Sum(append(binary.LittleEndian.AppendUint32(nil, i), sum[:]...)) //nolint:gosec // the format's own hash
	}
	sum = sha1.Sum(binary.LittleEndian.AppendUint32(sum[:], 0)) //nolint:gosec // the format's own hash
	var key []byte
	for _, fill := range []byte{0x36, 0x5c} {
		var buf [64]byte
		for i := range buf {
			buf[i] = fill
		}
		subtle.XORBytes(buf[:], buf[:], sum[:])
		part := sha1.Sum(buf[:]) //nolint:gosec // the format's own hash
		key = append(key, part[:]...)
	}
	block, err := aes.NewCipher(key[:size])
	if err != nil {
		return nil, unknown()
	}
	verifier, hash := append([]byte(nil), h.verifier...), append([]byte(nil), h.hash[:32]...)
	blockwise(block, verifier)
	blockwise(block, hash)
	if want := sha1.Sum(verifier); subtle.ConstantTimeCompare(want[:], hash[:len(want)]) != 1 { //nolint:gosec // the format's own hash
		return nil, nil
	}
	return func(segment []byte, _ uint32) { blockwise(block, segment) }, nil
}
