package xls_test

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/readtest"
	"sheetmill/core/sheet/xls"
)

// encrypted is a stream whose records are encrypted as the writer of the test
// says, but for those that never are.
func encrypted(apply func(data []byte, offset int)) func([]byte) []byte {
	return func(stream []byte) []byte {
		active := false
		for at := 0; at < len(stream); {
			id, size := binary.LittleEndian.Uint16(stream[at:]), int(binary.LittleEndian.Uint16(stream[at+2:]))
			body := stream[at+4 : at+4+size]
			if active && id != 0x0809 {
				kept := slices.Clone(body[:min(4, len(body))])
				apply(body, at+4)
				if id == 0x0085 {
					copy(body, kept)
				}
			}
			active = active || id == 0x002f
			at += 4 + size
		}
		return stream
	}
}

func rc4Blocks(key func(block uint32) []byte) func([]byte, int) {
	return func(data []byte, offset int) {
		for i := range data {
			at := offset + i
			c, err := rc4.NewCipher(key(uint32(at / 1024)))
			if err != nil {
				panic(err)
			}
			pad := make([]byte, at%1024+1)
			c.XORKeyStream(pad, pad)
			data[i] ^= pad[at%1024]
		}
	}
}

// TestPasswords: workbooks behind each kind of password open with it, and are
// refused without it and with another.
func TestPasswords(t *testing.T) {
	for _, password := range []string{"abc", "密码"} {
		testPassword(t, password, map[string]error{"": sheet.ErrNeedsPassword, "abd": sheet.ErrWrongPassword})
	}
	// A workbook that is protected against changes only opens without asking.
	testPassword(t, "VelvetSweatshop", map[string]error{"": nil, "abd": nil})
}

// testPassword locks workbooks with a password and opens them with it, and with
// others, which have their errors.
func testPassword(t *testing.T, password string, others map[string]error) {
	t.Helper()
	utf16 := wide(password)
	salt := []byte("0123456789abcdef")
	verifier := []byte("fedcba9876543210")
	first := md5.Sum(utf16)
	var many []byte
	for range 16 {
		many = append(append(many, first[:5]...), salt...)
	}
	base := md5.Sum(many)
	standard := rc4Blocks(func(block uint32) []byte {
		k := md5.Sum(binary.LittleEndian.AppendUint32(slices.Clone(base[:5]), block))
		return k[:]
	})
	check := func(apply func([]byte, int), hash []byte) []byte {
		b := append(slices.Clone(verifier), hash...)
		apply(b, 0)
		return b
	}
	hash5 := md5.Sum(verifier)
	hash1 := sha1.Sum(verifier)
	start := sha1.Sum(append(slices.Clone(salt), utf16...))
	cryptoAPI := func(keyBits int) func([]byte, int) {
		return rc4Blocks(func(block uint32) []byte {
			k := sha1.Sum(binary.LittleEndian.AppendUint32(slices.Clone(start[:]), block))
			key := slices.Clone(k[:keyBits/8])
			if keyBits == 40 {
				key = append(key, make([]byte, 11)...)
			}
			return key
		})
	}
	apiPass := func(keyBits int) []byte {
		b := check(cryptoAPI(keyBits), hash1[:])
		return rec(0x002f, uint16(1), uint16(2), uint16(2), uint32(4), uint32(34), uint32(4), uint32(0), uint32(0x6801), uint32(0x8004), uint32(keyBits), uint32(1), uint32(0), uint32(0), uint16(0),
			uint32(16), salt, b[:16], uint32(20), b[16:])
	}
	var array [16]byte
	copy(array[copy(array[:], password):], "\xbb\xff\xff\xba\xff\xff\xb9\x80\x00\xbe\x0f\x00\xbf\x0f\x00")
	xorKey, xorHash := xorOf(password)
	for i := range array {
		array[i] = bits.RotateLeft8(array[i]^byte(xorKey>>(8*(i&1))), 2)
	}
	xor := func(data []byte, offset int) {
		for i, b := range data {
			data[i] = bits.RotateLeft8(b^array[(offset+len(data)+i)%16], 5)
		}
	}
	for name, c := range map[string]struct {
		pass  []byte
		apply func([]byte, int)
		old   bool
	}{
		"RC4":              {rec(0x002f, uint16(1), uint16(1), uint16(1), salt, check(standard, hash5[:])), standard, false},
		"RC4 CryptoAPI 40": {apiPass(40), cryptoAPI(40), false},
		"CryptoAPI 128":    {apiPass(128), cryptoAPI(128), false},
		"XOR":              {rec(0x002f, uint16(0), xorKey, xorHash), xor, false},
		"XOR of Excel 95":  {rec(0x002f, xorKey, xorHash), xor, true},
	} {
		w, want := seeds()[0], wantMany
		if c.old {
			w, want = seeds()[1], [][]string{{`A1 s"病例"`, `B1 s"ab"`, `A2 s"两" formula`, `B2 p"0.25"`}}
		}
		w.globals = append([][]byte{c.pass}, w.globals...)
		w.encrypt = encrypted(c.apply)
		file := w.stream(t)
		cells, _, _, err := read(t, file, sheet.Options{Password: password})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(want, cells); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		for _, held := range [][]byte{file, readtest.Container(map[string][]byte{"Workbook": file})} {
			unlocked(t, name, held, password, want)
		}
		for other, want := range others {
			if _, err := xls.Unlock(t.Context(), bytes.NewReader(file), other); other != "" && !errors.Is(err, want) {
				t.Errorf("%s unlocked with %q: %v", name, other, err)
			}
			if _, _, _, err := read(t, file, sheet.Options{Password: other}); !errors.Is(err, want) || want != nil && !fault.Is(err, fault.BadInput) {
				t.Errorf("%s with %q: %v", name, other, err)
			}
		}
	}
}

// unlocked fails unless a workbook reads the same once its password is taken off.
func unlocked(t *testing.T, name string, file []byte, password string, want [][]string) {
	t.Helper()
	plain, err := xls.Unlock(t.Context(), bytes.NewReader(file), password)
	if err != nil || plain == nil {
		t.Errorf("%s: %v %v", name, plain, err)
		return
	}
	defer func() { _ = plain.Close() }()
	data, err := io.ReadAll(io.NewSectionReader(plain, 0, plain.Size()))
	if err != nil {
		t.Fatal(err)
	}
	cells, _, _, err := read(t, data, sheet.Options{})
	if d := cmp.Diff(want, cells); err != nil || d != "" {
		t.Errorf("%s, without its password: %v %s", name, err, d)
	}
	if again, err := xls.Unlock(t.Context(), plain, password); again != nil || err != nil {
		t.Errorf("%s is still encrypted: %v", name, err)
	}
}

// xorOf is the key and the hash of a password ([MS-OFFCRYPTO] 2.3.7).
func xorOf(password string) (key, hash uint16) {
	step := func(v uint16) uint16 {
		if v = bits.RotateLeft16(v, 1); v&1 != 0 {
			v ^= 0x1020
		}
		return v
	}
	base, end := uint16(0x8000), uint16(0xffff)
	for i := len(password) - 1; i >= 0; i-- {
		for bit := range 8 {
			base, end = step(base), step(end)
			if password[i]&0x7f>>bit&1 != 0 {
				key ^= base
			}
		}
		hash ^= (uint16(password[i])<<(i+1) | uint16(password[i])>>(14-i)) & 0x7fff
	}
	return key ^ end, hash ^ uint16(len(password)) ^ 0xce4b
}
