package delim

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// charset is a text encoding: its IANA name and how to decode it.
type charset struct {
	name   string
	decode func() transform.Transformer // nil when the bytes are UTF-8 as they are
	// unit is the bytes per code unit, negative for big endian: 0 stands for
	// UTF-8, 1 for encodings in which ASCII bytes stand for themselves.
	unit int
}

var (
	utf8Set    = charset{name: "utf-8"}
	utf8Mended = charset{name: "utf-8", decode: func() transform.Transformer { return mend{} }}
	utf16le    = charset{"utf-16le", decoderOf(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)), 2}
	utf16be    = charset{"utf-16be", decoderOf(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)), -2}
	utf32le    = charset{"utf-32le", decoderOf(utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)), 4}
	utf32be    = charset{"utf-32be", decoderOf(utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)), -4}
	iso2022jp  = legacy("iso-2022-jp", japanese.ISO2022JP)

	gb18030   = legacy("gb18030", simplifiedchinese.GB18030)
	big5      = legacy("big5", traditionalchinese.Big5)
	shiftJIS  = legacy("shift_jis", japanese.ShiftJIS)
	eucJP     = legacy("euc-jp", japanese.EUCJP)
	eucKR     = legacy("euc-kr", korean.EUCKR)
	cp1252    = legacy("windows-1252", charmap.Windows1252)
	cp1250    = legacy("windows-1250", charmap.Windows1250)
	latin2    = legacy("iso-8859-2", charmap.ISO8859_2)
	cp1251    = legacy("windows-1251", charmap.Windows1251)
	koi8r     = legacy("koi8-r", charmap.KOI8R)
	iso5      = legacy("iso-8859-5", charmap.ISO8859_5)
	cp866     = legacy("ibm866", charmap.CodePage866)
	cp1253    = legacy("windows-1253", charmap.Windows1253)
	cp1254    = legacy("windows-1254", charmap.Windows1254)
	macintosh = legacy("macintosh", charmap.Macintosh)
	cp850     = legacy("ibm850", charmap.CodePage850)
)

func legacy(name string, e encoding.Encoding) charset {
	decode := decoderOf(e)
	if e == japanese.ISO2022JP {
		return charset{name, func() transform.Transformer { return byLine{decode()} }, 1}
	}
	return charset{name, decode, 1}
}

// charsetNamed is the encoding that a person asked for by name.
func charsetNamed(name string) (charset, error) {
	lower := strings.ToLower(strings.TrimSpace(name))
	switch lower {
	case "utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii":
		return utf8Set, nil
	case "utf-16", "utf-16le", "utf16", "utf16le":
		return utf16le, nil
	case "utf-16be", "utf16be":
		return utf16be, nil
	case "utf-32", "utf-32le":
		return utf32le, nil
	case "utf-32be":
		return utf32be, nil
	case "gbk", "gb2312", "cp936":
		return gb18030, nil // a superset of both
	case "cp932", "windows-31j":
		return shiftJIS, nil
	case "cp949", "uhc":
		return eucKR, nil
	}
	if e, err := htmlindex.Get(lower); err == nil {
		if canonical, err := htmlindex.Name(e); err == nil {
			lower = canonical
		}
		if lower != "replacement" && lower != "x-user-defined" {
			return legacy(lower, e), nil
		}
	}
	if e, err := ianaindex.IANA.Encoding(lower); err == nil && e != nil {
		if canonical, err := ianaindex.IANA.Name(e); err == nil {
			lower = strings.ToLower(canonical)
		}
		return legacy(lower, e), nil
	}
	return charset{}, fault.New(fault.Usage, say.T("{name} is not the name of a text encoding.", "name", Shown(name))).
		Hint(say.T("Use a name such as utf-8, gb18030 or windows-1252."))
}
