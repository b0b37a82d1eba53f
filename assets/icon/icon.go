// Package icon holds the program's icon, as drawn in icon.svg.
package icon

import _ "embed" // for the file

//go:embed icon.png
var png []byte

// PNG is the icon, 512 pixels square. It must not be written to.
func PNG() []byte { return png }
