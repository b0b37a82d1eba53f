package httpapi

import (
	"path"
	"strings"
)

// disposition is the Content-Disposition of an export of this file: a plain
// name for old clients and the true one in UTF-8 (RFC 6266, RFC 8187). Nothing
// in a name can end the header or leave the folder it is saved in.
func disposition(fileName, format string) string {
	name, err := fileNameSafe(fileName)
	if err != nil || strings.TrimSuffix(name, path.Ext(name)) == "" {
		name = "table"
	}
	name = strings.TrimSuffix(name, path.Ext(name)) + "." + format
	var plainName, encoded strings.Builder
	for _, r := range name {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%/:*?<>|;`, r) {
			r = '_'
		}
		plainName.WriteRune(r)
	}
	const hex = "0123456789ABCDEF"
	for _, c := range []byte(name) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			encoded.WriteByte(c)
		} else {
			encoded.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return `attachment; filename="` + plainName.String() + `"; filename*=UTF-8''` + encoded.String()
}

// fileNameSafe is fileName without what file systems read for themselves.
func fileNameSafe(name string) (string, error) {
	name, err := fileName(name)
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:*?"<>|`, r) {
			return '_'
		}
		return r
	}, strings.TrimLeft(name, ".")), err
}
