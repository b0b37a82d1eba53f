package readtest

import (
	"encoding/binary"
	"maps"
	"slices"
	"unicode/utf16"
)

// Container is an OLE compound file of streams, in sectors of 512 bytes. Short
// streams are filled up with zeros to 4,096 bytes.
func Container(streams map[string][]byte) []byte {
	const sector = 512
	names := slices.Sorted(maps.Keys(streams))
	var body, fat []byte
	put := func(data []byte) (start uint32) {
		start = uint32(len(body) / sector)
		n := (len(data) + sector - 1) / sector
		for i := range n {
			next := start + uint32(i) + 1
			if i == n-1 {
				next = 0xfffffffe
			}
			fat = binary.LittleEndian.AppendUint32(fat, next)
		}
		body = append(body, data...)
		body = append(body, make([]byte, n*sector-len(data))...)
		return start
	}
	entry := func(name string, kind byte, child, start uint32, size int) []byte {
		e := make([]byte, 128)
		copy(e, units(name))
		binary.LittleEndian.PutUint16(e[64:], uint16(len(units(name))+2))
		e[66], e[67] = kind, 1
		binary.LittleEndian.PutUint32(e[68:], 0xffffffff)
		binary.LittleEndian.PutUint32(e[72:], 0xffffffff)
		binary.LittleEndian.PutUint32(e[76:], child)
		binary.LittleEndian.PutUint32(e[116:], start)
		binary.LittleEndian.PutUint32(e[120:], uint32(size))
		return e
	}
	dir := entry("Root Entry", 5, 1, 0xfffffffe, 0)
	for i, name := range names {
		data := streams[name]
		if len(data) < 4096 { // else it would be a small stream
			data = append(append([]byte(nil), data...), make([]byte, 4096-len(data))...)
		}
		e := entry(name, 2, 0xffffffff, put(data), len(data))
		if i+1 < len(names) {
			binary.LittleEndian.PutUint32(e[72:], uint32(i)+2)
		}
		dir = append(dir, e...)
	}
	dirAt := put(dir)
	tables := (len(fat)/4 + 128) / 127 // they hold their own entries too
	tableAt := uint32(len(body) / sector)
	for range tables {
		fat = binary.LittleEndian.AppendUint32(fat, 0xfffffffd)
	}
	for len(fat) < tables*sector {
		fat = binary.LittleEndian.AppendUint32(fat, 0xffffffff)
	}
	body = append(body, fat...)
	more, moreAt := 0, uint32(0xfffffffe) // tables that the header has no room for are listed in sectors of their own
	for listed := 109; listed < tables; listed += 127 {
		at := uint32(len(body) / sector)
		if more == 0 {
			moreAt = at
		}
		more++
		for i := listed; i < listed+127; i++ {
			entry := uint32(0xffffffff)
			if i < tables {
				entry = tableAt + uint32(i)
			}
			body = binary.LittleEndian.AppendUint32(body, entry)
		}
		next := uint32(0xfffffffe)
		if listed+127 < tables {
			next = at + 1
		}
		body = binary.LittleEndian.AppendUint32(body, next)
	}
	h := make([]byte, sector)
	copy(h, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	binary.LittleEndian.PutUint16(h[24:], 0x3e)
	binary.LittleEndian.PutUint16(h[26:], 3)
	binary.LittleEndian.PutUint16(h[28:], 0xfffe)
	binary.LittleEndian.PutUint16(h[30:], 9)
	binary.LittleEndian.PutUint16(h[32:], 6)
	binary.LittleEndian.PutUint32(h[44:], uint32(tables))
	binary.LittleEndian.PutUint32(h[48:], dirAt)
	binary.LittleEndian.PutUint32(h[56:], 4096)
	binary.LittleEndian.PutUint32(h[60:], 0xfffffffe)
	binary.LittleEndian.PutUint32(h[68:], moreAt)
	binary.LittleEndian.PutUint32(h[72:], uint32(more))
	for i := range 109 {
		at := uint32(0xffffffff)
		if i < tables {
			at = tableAt + uint32(i)
		}
		binary.LittleEndian.PutUint32(h[76+4*i:], at)
	}
	return slices.Concat(h, body)
}

// units is text in UTF-16.
func units(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}
