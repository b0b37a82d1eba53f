package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"sheetmill/app/view"
	"sheetmill/assets/font"
)

// look is the window's theme: our palette, font and spacing, at a zoom. It is one for the whole
// program and its life, and changes in place: for every theme that is set, or that overrides a
// part, Fyne loads the fonts anew, and its shaper never lets go of the old ones, 15 MB each time.
type look struct {
	wanted view.Theme
	zoom   float32
	icons  map[string]fyne.Resource
}

var (
	regularFont = fyne.NewStaticResource("NotoSansSC-Regular.otf", font.Regular())
	boldFont    = fyne.NewStaticResource("NotoSansSC-Bold.otf", font.Bold())
)

// palette picks the colours: the wanted ones, or the system's variant.
func (l *look) palette(v fyne.ThemeVariant) *palette {
	if l.wanted == view.Dark || l.wanted != view.Light && v == theme.VariantDark {
		return &darkPalette
	}
	return &lightPalette
}

// Font answers one resource for each weight: every other style would load the same font again.
func (l *look) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Symbol:
		return theme.DefaultTheme().Font(style)
	case style.Bold:
		return boldFont
	}
	return regularFont
}

// Icon answers Fyne's, under a name for each palette: Fyne keeps drawn icons by their
// names, and would show the old ones after a change of the colours.
func (l *look) Icon(name fyne.ThemeIconName) fyne.Resource {
	plain := theme.DefaultTheme().Icon(name)
	if plain == nil {
		return nil
	}
	return l.named(string(name)+".svg", plain.Content)
}

// named is an icon under a name for each palette.
func (l *look) named(name string, content func() []byte) fyne.Resource {
	key := "light-" + name
	if l.palette(fyne.CurrentApp().Settings().ThemeVariant()).dark {
		key = "dark-" + name
	}
	icon, ok := l.icons[key]
	if !ok {
		icon = theme.NewThemedResource(fyne.NewStaticResource(key, content()))
		l.icons[key] = icon
	}
	return icon
}

// Color maps Fyne's names to the palette.
func (l *look) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	p := l.palette(v)
	switch name {
	case theme.ColorNameBackground:
		return p.panel // what the driver wipes the window with, so that no panel needs a picture of its own
	case theme.ColorNameOverlayBackground, theme.ColorNameMenuBackground:
		return p.raised
	case theme.ColorNameHeaderBackground, theme.ColorNameDisabledButton:
		return p.panel
	case theme.ColorNameButton:
		return p.button
	case theme.ColorNameForeground:
		return p.text
	case theme.ColorNameDisabled, theme.ColorNamePlaceHolder:
		return p.dim
	case theme.ColorNamePrimary, theme.ColorNameHyperlink:
		return p.accent
	case theme.ColorNameForegroundOnPrimary, theme.ColorNameForegroundOnError, theme.ColorNameForegroundOnSuccess, theme.ColorNameForegroundOnWarning:
		return p.onColor
	case theme.ColorNameFocus:
		return color.NRGBA{R: p.accent.R, G: p.accent.G, B: p.accent.B, A: 0x40}
	case theme.ColorNameHover:
		return p.hover
	case theme.ColorNamePressed:
		return color.NRGBA{R: p.accent.R, G: p.accent.G, B: p.accent.B, A: 0x30}
	case theme.ColorNameSelection:
		return p.tint
	case theme.ColorNameInputBackground:
		return p.field
	case theme.ColorNameInputBorder:
		return p.edge
	case theme.ColorNameSeparator:
		return p.line
	case theme.ColorNameScrollBar:
		return p.thumb
	case theme.ColorNameScrollBarBackground:
		return color.Transparent
	case theme.ColorNameShadow:
		return p.shade
	case theme.ColorNameError:
		return p.red
	case theme.ColorNameSuccess:
		return p.green
	case theme.ColorNameWarning:
		return p.amber
	}
	return theme.DefaultTheme().Color(name, v)
}

// Size gives Fyne's widgets a closer spacing than its own, times the zoom.
func (l *look) Size(name fyne.ThemeSizeName) float32 {
	size := theme.DefaultTheme().Size(name)
	switch name {
	case theme.SizeNameText:
		size = 13
	case theme.SizeNameCaptionText:
		size = 11
	case theme.SizeNameHeadingText:
		size = 22
	case theme.SizeNameSubHeadingText:
		size = 16
	case theme.SizeNameInnerPadding:
		size = 7
	case theme.SizeNameInlineIcon:
		size = 16
	case theme.SizeNameScrollBar:
		size = 10
	case theme.SizeNameModalBlurRadius:
		return 0 // it costs half a second a frame where GL is software
	case theme.SizeNameSeparatorThickness, theme.SizeNameSplitThickness:
		return size // hairlines stay hairlines
	}
	return size * l.zoom
}
