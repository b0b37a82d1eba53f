package ui

import (
	"image/color"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// para is text that wraps to its width: between words, and between ideographs, which
// need no space. Punctuation does not start a line.
type para struct {
	widget.BaseWidget

	text  string
	size  float32
	color color.Color
	bold  bool
	align fyne.TextAlign
	width float32 // that the lines were made for
	box   *fyne.Container
}

// sideWidth is the width of the side panel at zoom 1, and what its text first wraps to.
const sideWidth = 330

// wrapped makes a paragraph; size at zoom 1.
func (w *window) wrapped(text string, c color.Color, size float32) *para {
	p := &para{text: text, size: size * w.zoom, color: c, box: &fyne.Container{}}
	p.wrap((sideWidth - 40) * w.zoom)
	p.ExtendBaseWidget(p)
	return p
}

// at sets the width that it first wraps to.
func (p *para) at(width float32) *para {
	p.wrap(width)
	return p
}

func (p *para) wrap(width float32) {
	if width == p.width || width <= 0 {
		return
	}
	p.width = width
	style := fyne.TextStyle{Bold: p.bold}
	wide := func(s string) float32 { return fyne.MeasureText(s, p.size, style).Width }
	var lines []string
	for part := range strings.SplitSeq(p.text, "\n") {
		line, at := "", float32(0)
		for _, piece := range pieces(part) {
			n := wide(piece)
			if at > 0 && at+wide(strings.TrimRight(piece, " ")) > width {
				lines = append(lines, line)
				line, at = "", 0
			}
			for n > width && len([]rune(piece)) > 1 { // a word longer than a line
				r := []rune(piece)
				k := len(r) - 1
				for k > 1 && wide(string(r[:k])) > width {
					k--
				}
				lines = append(lines, string(r[:k]))
				piece = string(r[k:])
				n = wide(piece)
			}
			line, at = line+piece, at+n
		}
		lines = append(lines, line)
	}
	p.box.Objects = nil
	high := p.lineHeight()
	for i, l := range lines {
		t := canvas.NewText(strings.TrimRight(l, " "), p.color)
		t.TextSize, t.TextStyle, t.Alignment = p.size, style, p.align
		t.Move(fyne.NewPos(0, float32(i)*high))
		t.Resize(fyne.NewSize(width, high))
		p.box.Objects = append(p.box.Objects, t)
	}
	p.box.Refresh()
}

func (p *para) lineHeight() float32 {
	return fyne.MeasureText("Mg", p.size, fyne.TextStyle{Bold: p.bold}).Height
}

// pieces cuts a text where a line may end.
func pieces(s string) []string {
	var out []string
	var piece strings.Builder
	r := []rune(s)
	for i, c := range r {
		piece.WriteRune(c)
		if i+1 == len(r) {
			break
		}
		next := r[i+1]
		ends := c == ' ' || c == '/' || wideRune(c) || wideRune(next)
		if ends && !strings.ContainsRune("，。；：、！？）》”’」』】…,.;:!?)", next) && !strings.ContainsRune("（《“‘「『【", c) && next != ' ' {
			out = append(out, piece.String())
			piece.Reset()
		}
	}
	return append(out, piece.String())
}

func wideRune(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x30FF || r >= 0xFF00 && r <= 0xFFEF
}

// Resize wraps anew.
func (p *para) Resize(s fyne.Size) {
	p.wrap(s.Width)
	p.BaseWidget.Resize(s)
}

// MinSize is the height of its lines.
func (p *para) MinSize() fyne.Size {
	return fyne.NewSize(20, float32(max(1, len(p.box.Objects)))*p.lineHeight())
}

// CreateRenderer draws the lines.
func (p *para) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.box) }
