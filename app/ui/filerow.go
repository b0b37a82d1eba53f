package ui

import (
	"image/color"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"sheetmill/app/view"
)

// fileRow is a file or a folder in a picker.
type fileRow struct {
	widget.BaseWidget

	w    *window
	back *canvas.Rectangle
	icon *widget.Icon
	name *line
	size *canvas.Text
	date *canvas.Text
}

func newFileRow(w *window) *fileRow {
	z := w.zoom
	r := &fileRow{w: w, back: canvas.NewRectangle(color.Transparent), icon: widget.NewIcon(theme.FileIcon()), name: newLine("", 13*z, w.pal.text, false)}
	r.size, r.date = newText("", w.pal.soft, 11*z), newText("", w.pal.soft, 11*z)
	r.size.Alignment = fyne.TextAlignTrailing
	r.name.middle = true
	r.ExtendBaseWidget(r)
	return r
}

func (r *fileRow) show(p *picker, e view.FolderEntry) {
	icon, bytes := theme.FolderIcon(), ""
	marked := p.marked[filepath.Join(p.folder, e.Name)]
	if !e.Folder {
		bytes = size(e.Size)
		if icon = theme.FileIcon(); p.goal.many {
			icon = theme.CheckButtonIcon()
		}
	}
	r.back.FillColor = color.Transparent
	if marked {
		icon, r.back.FillColor = theme.CheckButtonCheckedIcon(), r.w.pal.tint
	}
	if r.icon.Resource != icon {
		r.icon.SetResource(icon)
	}
	r.back.Refresh()
	r.name.set(e.Name, r.w.pal.text)
	set(r.size, bytes)
	set(r.date, e.Modified.Format("2006-01-02"))
}

// MinSize is the height of a row.
func (r *fileRow) MinSize() fyne.Size { return fyne.NewSize(120*r.w.zoom, 26*r.w.zoom) }

// CreateRenderer lays the row out.
func (r *fileRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{Layout: fileLayout{r}, Objects: []fyne.CanvasObject{r.back, r.icon, r.name, r.size, r.date}})
}

type fileLayout struct{ r *fileRow }

func (l fileLayout) MinSize([]fyne.CanvasObject) fyne.Size { return l.r.MinSize() }

func (l fileLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	r, z := l.r, l.r.w.zoom
	place := func(o fyne.CanvasObject, x, width, height float32) {
		o.Move(fyne.NewPos(x, (s.Height-height)/2))
		o.Resize(fyne.NewSize(width, height))
	}
	place(r.back, 0, s.Width, s.Height)
	place(r.icon, 6*z, 18*z, 18*z)
	place(r.date, s.Width-80*z, 76*z, r.date.MinSize().Height)
	place(r.size, s.Width-160*z, 66*z, r.size.MinSize().Height)
	place(r.name, 32*z, s.Width-200*z, r.name.MinSize().Height)
}
