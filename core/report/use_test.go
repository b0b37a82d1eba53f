package report_test

import (
	"strings"
	"testing"

	"sheetmill/core/say"
	"sheetmill/core/testenv"
)

// press presses keys as a person does.
func press(b *testenv.Browser, keys ...string) {
	codes := map[string]int{"Tab": 9, "Enter": 13}
	for _, key := range keys {
		text := ""
		if key == "Enter" {
			text = "\r"
		}
		for _, kind := range []string{"keyDown", "keyUp"} {
			b.Do("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": codes[key], "text": text}, nil)
			text = ""
		}
	}
}

// TestKeyboard: all that a mouse can do, keys can: the first leads past the
// head, each stop is seen, and a column opens.
func TestKeyboard(t *testing.T) {
	b := testenv.StartBrowser(t)
	address := opened(t, wide(t), say.English)
	b.Open(address, 1280, 900)
	focus := func() (s string) {
		b.Eval(`(() => { const e = document.activeElement; return e.tagName + " " + (e.id || e.className || e.textContent).slice(0, 40) })()`, &s)
		return s
	}
	press(b, "Tab")
	if got := focus(); got != "A skip" {
		t.Fatalf("the first stop is %q", got)
	}
	press(b, "Enter", "Tab")
	if got := focus(); got != "INPUT q" {
		t.Errorf("past the head is %q", got)
	}
	unseen := 0
	for range 60 {
		press(b, "Tab")
		var stop struct {
			Tag, Outline string
			Open         bool
		}
		b.Eval(`(() => { const e = document.activeElement, s = getComputedStyle(e); return {tag: e.tagName, outline: s.outlineStyle + s.outlineWidth + s.boxShadow, open: false} })()`, &stop)
		if strings.HasPrefix(stop.Outline, "none") && strings.HasSuffix(stop.Outline, "none") {
			unseen++
		}
		if stop.Tag != "SUMMARY" {
			continue
		}
		press(b, "Enter")
		b.Eval(`({open: document.activeElement.parentElement.open})`, &stop)
		if !stop.Open {
			t.Error("Enter does not open a column")
		}
		if unseen > 0 {
			t.Errorf("%d stops cannot be seen", unseen)
		}
		quiet(t, b, address)
		return
	}
	t.Error("no key leads to a column")
}

// TestWithoutScript: what there is to read is there without a script; what
// only a script does is not shown.
func TestWithoutScript(t *testing.T) {
	b := testenv.StartBrowser(t)
	address := opened(t, wide(t), say.English)
	b.Do("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	for _, width := range []int{390, 1280} {
		b.Do("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
		b.Do("Page.navigate", map[string]any{"url": address}, nil)
		var seen struct {
			Columns, Findings, All, Controls int
			Lang                             string
			Wide                             bool
		}
		for range 5000 { // until the page is there: its load event needs a script to be heard
			b.Eval(`(() => { const shown = (q) => [...document.querySelectorAll(q)].filter((e) => e.offsetHeight > 0).length; return {
				columns: shown(".col"), findings: shown(".findings tbody tr"), all: document.querySelectorAll(".findings tbody tr").length,
				controls: shown(".controls, .filter"), lang: document.readyState === "complete" ? document.documentElement.lang : "",
				wide: document.documentElement?.scrollWidth > innerWidth} })()`, &seen)
			if seen.Lang != "" {
				break
			}
		}
		if seen.Columns != 40 || seen.Findings != seen.All || seen.All == 0 || seen.Controls != 0 || seen.Lang != "en" || seen.Wide {
			t.Errorf("at %d: %+v", width, seen)
		}
		var open bool
		b.Eval(`(() => { const d = document.querySelector(".col details"); d.querySelector("summary").click(); return d.open })()`, &open)
		if !open {
			t.Error("a column does not open")
		}
	}
}
