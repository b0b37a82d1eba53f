package ui

import "image/color"

// palette is the colours of one variant. Names say what a colour is for.
type palette struct {
	dark bool

	ground  color.NRGBA // behind everything
	panel   color.NRGBA // side panels, header cells
	raised  color.NRGBA // menus, dialogs, cards
	field   color.NRGBA // inputs
	button  color.NRGBA // plain buttons of dialogs
	line    color.NRGBA // hairlines
	edge    color.NRGBA // around inputs
	text    color.NRGBA
	soft    color.NRGBA // second lines, captions
	dim     color.NRGBA // what cannot be done now, placeholders, keys in menus
	faint   color.NRGBA // missing values
	accent  color.NRGBA // the one colour of the program
	onColor color.NRGBA // text on the accent
	tint    color.NRGBA // selection, over the ground
	hover   color.NRGBA
	amber   color.NRGBA // changed cells, warnings
	amberBg color.NRGBA
	red     color.NRGBA
	redBg   color.NRGBA
	green   color.NRGBA
	bars    color.NRGBA // charts
	stripe  color.NRGBA // the scroll bar's groove, bars' ground
	thumb   color.NRGBA
	shade   color.NRGBA // shadows
}

func hex(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func veil(v uint32, alpha uint8) color.NRGBA {
	c := hex(v)
	c.A = alpha
	return c
}

// lightPalette is paper and jade.
var lightPalette = palette{
	ground: hex(0xFFFFFF), panel: hex(0xF6F5F1), raised: hex(0xFFFFFF), field: hex(0xFAF9F6), button: hex(0xECEAE3), line: hex(0xE3E0D8), edge: hex(0x929085),
	text: hex(0x1F2623), soft: hex(0x66706B), dim: hex(0x868E89), faint: hex(0xA9B0AA), accent: hex(0x12756B), onColor: hex(0xFFFFFF),
	tint: hex(0xDDEFEB), hover: veil(0x1F2623, 0x0E), amber: hex(0xB26A00), amberBg: hex(0xFFF5DF),
	red: hex(0xB3372C), redBg: hex(0xFBEAE7), green: hex(0x2E7D4F), bars: hex(0x7DB9AF), stripe: hex(0xECEAE3),
	thumb: veil(0x1F2623, 0x50), shade: veil(0x000000, 0x30),
}

// darkPalette is slate and jade.
var darkPalette = palette{
	dark: true, ground: hex(0x171A1C), panel: hex(0x1E2225), raised: hex(0x262B2F), field: hex(0x14171A), button: hex(0x3A4247), line: hex(0x31373B), edge: hex(0x76828A),
	text: hex(0xE6E9E6), soft: hex(0x9BA5A1), dim: hex(0x808A86), faint: hex(0x626C69), accent: hex(0x4FB8A8), onColor: hex(0x0B1F1C),
	tint: hex(0x1F3D39), hover: veil(0xFFFFFF, 0x12), amber: hex(0xE3AC4F), amberBg: hex(0x332A18),
	red: hex(0xEE8377), redBg: hex(0x3A2220), green: hex(0x6CC08B), bars: hex(0x3F8F84), stripe: hex(0x2A2F33),
	thumb: veil(0xFFFFFF, 0x58), shade: veil(0x000000, 0x80),
}
