package crypt

import (
	"crypto/aes"
	"crypto/md5"  //nolint:gosec // the format names it
	"crypto/sha1" //nolint:gosec // the format names it
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"hash"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// maxSpin bounds the rounds that a file makes us count; Office writes 100,000.
const maxSpin = 2_000_000

// keyData is how data or a key is encrypted ([MS-OFFCRYPTO] 2.3.4.10).
type keyData struct {
	BlockSize int    `xml:"blockSize,attr"`
	KeyBits   int    `xml:"keyBits,attr"`
	HashSize  int    `xml:"hashSize,attr"`
	Cipher    string `xml:"cipherAlgorithm,attr"`
	Chaining  string `xml:"cipherChaining,attr"`
	Hash      string `xml:"hashAlgorithm,attr"`
	Salt      string `xml:"saltValue,attr"`
}

// keyEncryptor keeps the key of the data, encrypted with the password.
type keyEncryptor struct {
	keyData
	Spin     int    `xml:"spinCount,attr"`
	Verifier string `xml:"encryptedVerifierHashInput,attr"`
	Hashed   string `xml:"encryptedVerifierHashValue,attr"`
	Key      string `xml:"encryptedKeyValue,attr"`
}

// What the password's hash is joined with, to make keys for each purpose
// ([MS-OFFCRYPTO] 2.3.4.13).
var (
	forVerifier = []byte{0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79}
	forHashed   = []byte{0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e}
	forKey      = []byte{0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6}
)

// agile is the encryption of Excel 2010 and later. It answers no cipher for a
// password that does not fit.
func agile(description []byte, password string) (segmentCipher, error) {
	var e struct {
		Data keyData        `xml:"keyData"`
		Keys []keyEncryptor `xml:"keyEncryptors>keyEncryptor>encryptedKey"`
	}
	if err := xml.Unmarshal(description, &e); err != nil {
		return nil, damaged().Because(err)
	}
	if len(e.Keys) == 0 { // a certificate opens it, not a password
		return nil, unknown()
	}
	k := e.Keys[0]
	if k.Spin < 0 || k.Spin > maxSpin {
		return nil, fault.New(fault.Limit, say.T("Checking the password takes {rounds} rounds, over the limit of {limit}.", "rounds", k.Spin, "limit", maxSpin)).
			Hint(say.T("Open it in Excel, save it without a password and add that file."))
	}
	salt, ok := k.salt()
	dataSalt, ok2 := e.Data.salt()
	if !ok || !ok2 {
		return nil, unknown()
	}
	sum := k.sum(salt, utf16le(password))
	for i := range uint32(k.Spin) {
		sum = k.sum(binary.LittleEndian.AppendUint32(nil, i), sum)
	}
	open := func(purpose []byte, text string) []byte {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil {
			return nil
		}
		block, err := aes.NewCipher(fit(k.sum(sum, purpose), k.KeyBits/8))
		if err != nil {
			return nil
		}
		chained(block, fit(salt, aes.BlockSize), raw)
		return raw
	}
	verifier, hashed, key := open(forVerifier, k.Verifier), open(forHashed, k.Hashed), open(forKey, k.Key)
	if len(verifier) < len(salt) || len(key) < e.Data.KeyBits/8 {
		return nil, damaged()
	}
	want := k.sum(verifier[:len(salt)], nil)
	if len(hashed) < len(want) || subtle.ConstantTimeCompare(want, hashed[:len(want)]) != 1 {
		return nil, nil
	}
	block, err := aes.NewCipher(key[:e.Data.KeyBits/8])
	if err != nil {
		return nil, unknown()
	}
	return func(segment []byte, index uint32) {
		iv := e.Data.sum(dataSalt, binary.LittleEndian.AppendUint32(nil, index))
		chained(block, fit(iv, aes.BlockSize), segment)
	}, nil
}

// salt is the salt, of a description that is understood.
func (k keyData) salt() ([]byte, bool) {
	salt, err := base64.StdEncoding.DecodeString(strings.TrimSpace(k.Salt))
	known := k.Cipher == "AES" && k.Chaining == "ChainingModeCBC" && (k.KeyBits == 128 || k.KeyBits == 192 || k.KeyBits == 256)
	return salt, err == nil && known && k.newHash() != nil && len(salt) > 0 && len(salt) <= 64
}

func (k keyData) newHash() hash.Hash {
	switch strings.ToUpper(strings.ReplaceAll(k.Hash, "-", "")) {
	case "MD5":
		return md5.New() //nolint:gosec // the format names it
	case "SHA1":
		return sha1.New() //nolint:gosec // the format names it
	case "SHA256":
		return sha256.New()
	case "SHA384":
		return sha512.New384()
	case "SHA512":
		return sha512.New()
	}
	return nil
}

// sum hashes two pieces, one behind the other.
func (k keyData) sum(a, b []byte) []byte {
	h := k.newHash()
	h.Write(a)
	h.Write(b)
	return h.Sum(nil)
}

// fit cuts or fills (with 0x36) to a length ([MS-OFFCRYPTO] 2.3.4.11).
func fit(b []byte, size int) []byte {
	out := make([]byte, size)
	for i := copy(out, b); i < size; i++ {
		out[i] = 0x36
	}
	return out
}
