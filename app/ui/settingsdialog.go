package ui

import (
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

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
	language := w.newChoice(languages, max(0, slices.Index(codes, s.Language)))
	themes := []string{w.tr("As the system"), w.tr("Light"), w.tr("Dark")}
	themeCodes := []view.Theme{view.SystemTheme, view.Light, view.Dark}
	colours := w.newChoice(themes, max(0, slices.Index(themeCodes, s.Theme)))
	browse := w.button(w.tr("Choose..."), func() { w.chooseFolder(home.Text, home.SetText) })
	fit := func() {} // the dialog to what its parts have become
	body := tight(8*z,
		w.heading(w.tr("Appearance")),
		w.formLine(w.tr("Language"), language),
		w.formLine(w.tr("Colours"), colours),
		w.heading(w.tr("This machine")),
		w.formLine(w.tr("Folder of the workspace"), border(nil, nil, nil, inset(browse, 0, 0, 0, 6*z), home)),
		w.formLine(w.tr("Jobs at once"), workers),
		w.formLine(w.tr("Memory for jobs (MiB)"), memory),
		w.formLine(w.tr("Keep datasets (days)"), days),
		w.heading(w.tr("Shared workspace")),
		w.formLine(w.tr("Copies of shared objects (MiB)"), cache),
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
		w.picker(pick{title: w.tr("Connection file"), start: w.addFrom, answer: w.tr("Import"), all: true, done: func(paths []string) {
			w.client.ImportConnection(paths[0], func(kept bool, err error) {
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
		}})
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
