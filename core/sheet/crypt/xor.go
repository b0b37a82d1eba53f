package crypt

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"golang.org/x/text/encoding/charmap"
)

// maxXOR is how long a password of XOR obfuscation may be.
const maxXOR = 15

// padding fills the array behind the password ([MS-OFFCRYPTO] 2.3.7.2).
var padding = [...]byte{0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00}

// xor is XOR obfuscation, method 1 ([MS-OFFCRYPTO] 2.3.7.1 to 2.3.7.3).
type xor [16]byte

// newXOR takes the key and the verifier of a FILEPASS record.
func newXOR(p []byte, password string) (Cipher, error) {
	if len(p) < 4 {
		return nil, damaged()
	}
	key, verifier := binary.LittleEndian.Uint16(p), binary.LittleEndian.Uint16(p[2:])
	plain, err := charmap.Windows1252.NewEncoder().String(password)
	if err != nil {
		plain = password
	}
	chars := []byte(plain[:min(len(plain), maxXOR)])
	if xorVerifier(chars) != verifier || xorKey(chars) != key {
		return nil, nil
	}
	var x xor
	copy(x[copy(x[:], chars):], padding[:])
	for i := range x {
		x[i] = bits.RotateLeft8(x[i]^byte(key>>(8*(i&1))), 2) // by 2 in Excel, by 7 in Word
	}
	return x, nil
}

// Decrypt is as the Cipher has it. Where in the array a record begins depends
// on its end.
func (x xor) Decrypt(data []byte, offset int64) {
	at := int(offset%16) + len(data)
	for i, b := range data {
		data[i] = bits.RotateLeft8(b, 3) ^ x[(at+i)%16]
	}
}

// xorVerifier is the hash by which passwords are compared.
func xorVerifier(password []byte) uint16 {
	if len(password) == 0 {
		return 0
	}
	hash := uint16(len(password)) ^ 0xce4b
	for i, c := range password {
		turn := (i + 1) % 15 // within 15 bits
		hash ^= (uint16(c)<<turn | uint16(c)>>(15-turn)) & 0x7fff
	}
	return hash
}

// xorKey is the key that the array is made of: what the standard has as a
// table of 105 numbers is one shift register, a step for each bit.
func xorKey(password []byte) uint16 {
	step := func(v uint16) uint16 {
		if v = bits.RotateLeft16(v, 1); v&1 != 0 {
			v ^= 0x1020
		}
		return v
	}
	key, base, end := uint16(0), uint16(0x8000), uint16(0xffff)
	for _, c := range slices.Backward(password) {
		c &= 0x7f
		for range 8 {
			if base = step(base); c&1 != 0 {
				key ^= base
			}
			c >>= 1
			end = step(end)
		}
	}
	return key ^ end
}
