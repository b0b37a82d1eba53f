package ui

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"sheetmill/app/view"
	"sheetmill/core/say"
)

// wholeNumber reads a whole number as people write it.
func wholeNumber(s string) (int64, bool) {
	s = strings.NewReplacer(",", "", " ", "", "，", "").Replace(s)
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// settingsDialog shows and takes the settings.
func (w *window) settingsDialog() {
	z := w.zoom
	s := w.client.Settings()
	plain := func(n int64, unit int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n/unit, 10)
	}
	entry := func(text, holder string) *field {
		f := newField()
		f.SetText(text)
		f.SetPlaceHolder(holder)
		return f
	}
	const gib, mib = 1 << 30, 1 << 20
	home := entry(s.Home, w.client.State().Home)
	cache := entry(plain(s.CacheLimit, mib), "4096")
	workers := entry(plain(int64(s.Workers), 1), strconv.Itoa(view.DefaultWorkers()))
	memory := entry(plain(s.Memory, mib), w.tr("no limit"))
	days := entry(plain(int64(s.RetentionDays), 1), w.tr("for ever"))

	languages := []string{w.tr("As the system"), "English", "简体中文"}
	codes := []say.Lang{"", say.English, say.Chinese}
	language := widget.NewSelect(languages, nil)
	for i, c := range codes {
		if c == s.Language {
			language.SetSelectedIndex(i)
		}
	}
	themes := []string{w.tr("As the system"), w.tr("Light"), w.tr("Dark")}
	themeCodes := []view.Theme{view.SystemTheme, view.Light, view.Dark}
	colours := widget.NewSelect(themes, nil)
	colours.SetSelectedIndex(0)
	for i, c := range themeCodes {
		if c == s.Theme {
			colours.SetSelectedIndex(i)
		}
	}
	browse := w.button(w.tr("Choose..."), func() { w.chooseFolder(home.Text, home.SetText) })
	line := func(name string, o fyne.CanvasObject, unit string) fyne.CanvasObject {
		var right fyne.CanvasObject
		if unit != "" {
			right = sized(inset(newLine(unit, 12*z, w.pal.soft, false), 6*z, 0, 0, 8*z), 56*z, 0)
		}
		return border(nil, nil, sized(container.NewVBox(inset(newLine(name, 13*z, w.pal.text, false), 6*z, 0, 0, 0)), 190*z, 0), right, o)
	}
	fit := func() {} // the dialog to what its parts have become
	body := tight(8*z,
		w.heading(w.tr("Appearance")),
		line(w.tr("Language"), language, ""),
		line(w.tr("Colours"), colours, ""),
		w.heading(w.tr("This machine")),
		line(w.tr("Folder of the workspace"), border(nil, nil, nil, browse, home), ""),
		line(w.tr("Jobs at once"), workers, ""),
		line(w.tr("Memory for jobs"), memory, "MiB"),
		line(w.tr("Keep datasets"), days, w.tr("days")),
		w.heading(w.tr("Shared workspace")),
		line(w.tr("Copies of shared objects"), cache, "MiB"),
		w.connectionPart(func() { fit() }),
	)
	scroll := container.NewVScroll(inset(body, 0, 12*z, 0, 0))
	height := func() float32 { return fyne.Min(body.MinSize().Height+8*z, w.win.Canvas().Size().Height-190*z) }
	frame := sized(scroll, 0, height())
	m := w.dialog(w.tr("Settings"), 560, frame, func(m *modal) []fyne.CanvasObject {
		save := func() {
			n := w.client.Settings()
			bad := ""
			count := func(f *field, unit int64) int64 {
				if strings.TrimSpace(f.Text) == "" {
					return 0
				}
				v, ok := wholeNumber(f.Text)
				if !ok || v < 0 || v > math.MaxInt64/unit {
					bad = f.Text
				}
				return v * unit
			}
			n.Home = strings.TrimSpace(home.Text)
			n.CacheLimit, n.Memory = count(cache, mib), count(memory, mib)
			n.Workers, n.RetentionDays = int(count(workers, 1)), int(count(days, 1))
			n.Language = codes[max(0, language.SelectedIndex())]
			n.Theme = themeCodes[max(0, colours.SelectedIndex())]
			if bad != "" {
				m.refuse(w.tr("{text} is not a whole number.", "text", bad))
				return
			}
			if err := w.client.SetSettings(n); err != nil {
				m.refuse(faultText(err, w))
				return
			}
			m.close()
		}
		for _, f := range []*field{home, cache, workers, memory, days} {
			f.enter, f.escape = save, m.close
		}
		m.done = save
		return []fyne.CanvasObject{w.button(w.tr("Cancel"), m.close), w.strong(w.tr("Save"), save)}
	})
	m.onClose = func() { w.onShared = nil }
	fit = func() {
		frame.Layout = sizedLayout{0, height()}
		scroll.Refresh()
		m.fit()
		scroll.ScrollToBottom()
	}
}

// connectionPart imports, tests and forgets the connection to the shared workspace. It
// tells when it says something else, which takes another place.
func (w *window) connectionPart(changed func()) fyne.CanvasObject {
	z := w.zoom
	answer := tight(4 * z)
	words := w.wrapped("", w.pal.soft, 12)
	tell := func() {
		st := w.client.Shared()
		text := w.tr("No connection is imported. An administrator makes a connection file for you; with it you work in the shared workspace as well.")
		if st.Line != view.NoConnection {
			text = w.tr("The connection is that of {owner} to {where}.", "owner", st.Owner, "where", st.Where)
			if st.Line == view.Online {
				text = w.tr("Connected as {owner} to {where}.", "owner", st.Owner, "where", st.Where)
			}
			if st.Fault != nil {
				text += " " + st.Fault.Sentence.In(w.lang)
			}
			if st.SecretsInFile {
				text += " " + w.tr("This system has no keyring, so the secrets are in {file}, which only you may read.", "file", st.File)
			}
		}
		words.text, words.width = text, 0
		words.wrap(500 * z)
		changed()
	}
	tell()
	w.onShared = tell
	put := func(sign string, c color.Color, text string) {
		answer.Add(w.wrapped(sign+text, c, 12).at(500 * z))
		answer.Refresh()
		changed()
		w.client.Note("answer", sign+text)
	}
	say := func(ok bool, text string) {
		if ok {
			put("✓ ", w.pal.green, text)
		} else {
			put("✗ ", w.pal.red, text)
		}
	}
	result := func(err error, good string) {
		w.run(func() {
			answer.RemoveAll()
			if err != nil {
				say(false, faultText(err, w))
			} else {
				say(true, good)
			}
			tell()
		})
	}
	imports := w.button(w.tr("Import..."), func() {
		d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
			if err != nil || r == nil {
				return
			}
			path := r.URI().Path()
			w.try(w.tr("Import..."), r.Close())
			w.client.ImportConnection(path, func(kept bool, err error) {
				if !kept || err == nil {
					result(err, w.tr("The connection is imported."))
					return
				}
				w.run(func() {
					answer.RemoveAll()
					put("", w.pal.amber, w.tr("The connection is kept, but cannot be reached now. It is tried again by itself.")+" "+faultText(err, w))
					tell()
				})
			})
		}, w.win)
		w.showFileDialog(d, w.tr("Connection file"), w.addFrom)
	})
	test := w.button(w.tr("Test"), func() {
		answer.RemoveAll()
		put("", w.pal.soft, w.tr("Testing..."))
		w.client.TestConnection("", func(checks []view.Check) {
			w.run(func() {
				answer.RemoveAll()
				for _, c := range checks {
					text := w.checkName(c.Name)
					if c.Fault != nil {
						text += ": " + c.Fault.Sentence.In(w.lang) + " " + c.Fault.Next.In(w.lang)
					}
					say(c.Fault == nil, text)
				}
			})
		})
	})
	forget := w.button(w.tr("Forget"), func() {
		w.client.ForgetConnection(func(err error) { result(err, w.tr("The connection and its secrets are removed from this machine.")) })
	})
	return tight(8*z, words, row(8*z, imports, test, forget), answer)
}

// checkName names a part of a connection's test.
func (w *window) checkName(name string) string {
	switch name {
	case view.CheckFile:
		return w.tr("Connection file")
	case view.CheckDatabase:
		return w.tr("Database")
	case view.CheckObjects:
		return w.tr("Object store")
	case view.CheckWhole:
		return w.tr("Workspace")
	}
	return name
}
