// Package font holds the typefaces of the desktop client: Noto Sans SC, cut to
// the characters of GBK, Latin and the symbols of screens (see subset.sh), under the
// SIL Open Font License (OFL.txt). It is apart from package assets, so that
// programs without a screen do not carry it.
package font

import _ "embed" // for the files

//go:embed NotoSansSC-Regular.otf
var regular []byte

//go:embed NotoSansSC-Bold.otf
var bold []byte

// Regular is the OpenType file of the regular weight. It must not be written to.
func Regular() []byte { return regular }

// Bold is the OpenType file of the bold weight. It must not be written to.
func Bold() []byte { return bold }
