package crypt

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/xuri/excelize/v2"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/compound"
)

// TestXOR: the hashes are those that Excel writes for sheets protected with
// these passwords, and the keys those of a table in [MS-OFFCRYPTO] 2.3.7.2.
func TestXOR(t *testing.T) {
	for password, want := range map[string]uint16{"password": 0x83af, "test": 0xcbeb, "": 0} {
		if got := xorVerifier([]byte(password)); got != want {
			t.Errorf("%q has the verifier %04x, want %04x", password, got, want)
		}
	}
	initial := []uint16{0xe1f0, 0x1d0f, 0xcc9c, 0x84c0, 0x110c, 0x0e10, 0xf1ce, 0x313e, 0x1872, 0xe139, 0xd40f, 0x84f9, 0x280c, 0xa96a, 0x4ec3}
	for i, want := range initial {
		if got := xorKey(make([]byte, i+1)); got != want {
			t.Errorf("%d zeros have the key %04x, want %04x", i+1, got, want)
		}
	}
	if got := xorKey([]byte("a")); got != 0xe1f0^0x48c4^0x2462^0x1021 {
		t.Errorf("the key of a is %04x", got)
	}
}

// TestPackage opens what another program encrypted.
func TestPackage(t *testing.T) {
	f := excelize.NewFile()
	for row := range 3000 { // several segments
		cell, err := excelize.CoordinatesToCellName(1, row+1)
		if err == nil {
			err = f.SetCellValue("Sheet1", cell, row*row)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var plain, locked bytes.Buffer
	if err := f.Write(&plain); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(&locked, excelize.Options{Password: "鑰匙 1"}); err != nil {
		t.Fatal(err)
	}
	c, err := compound.Open(bytes.NewReader(locked.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if !IsPackage(c) {
		t.Fatalf("no encrypted package among %v", c.Names())
	}
	opened, err := Package(c, "鑰匙 1")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(io.NewSectionReader(opened, 0, opened.Size()))
	if err != nil {
		t.Fatal(err)
	}
	want, err := excelize.Decrypt(locked.Bytes(), &excelize.Options{Password: "鑰匙 1"})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want[:len(got)]) || !bytes.HasPrefix(got, []byte("PK\x03\x04")) {
		t.Errorf("%d bytes differ from the %d that excelize decrypts", len(got), len(want))
	}
	for at := range len(got) / 1000 { // anywhere, any length
		piece := make([]byte, 777)
		n, err := opened.ReadAt(piece, int64(at)*997)
		if err != nil && err != io.EOF || !bytes.Equal(piece[:n], got[at*997:min(at*997+777, len(got))]) {
			t.Fatalf("at %d: %d bytes, %v", at*997, n, err)
		}
	}
	for password, sentinel := range map[string]error{"": sheet.ErrNeedsPassword, "wrong": sheet.ErrWrongPassword} {
		if _, err := Package(c, password); !errors.Is(err, sentinel) {
			t.Errorf("with %q: %v", password, err)
		}
	}
}
