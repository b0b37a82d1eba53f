package ui

import (
	"encoding/json"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"sheetmill/core/say"
)

// toolkitWords are Fyne's own words, which its entries show. Fyne speaks
// the system's language; so ours is registered as the translation into that.
var toolkitWords = map[string]say.Text{
	"Copy":       say.T("Copy"),
	"Cut":        say.T("Cut"),
	"Paste":      say.T("Paste"),
	"Quit":       say.T("Quit"),
	"Redo":       say.T("Redo"),
	"Select all": say.T("Select all"),
	"Undo":       say.T("Undo"),
}

var speaking sync.Mutex

// speakFyne makes Fyne's own words those of a language.
func speakFyne(l say.Lang) {
	speaking.Lock()
	defer speaking.Unlock()
	words := map[string]any{}
	for key, text := range toolkitWords {
		words[key] = map[string]string{"other": text.In(l)}
	}
	content, err := json.Marshal(words)
	if err != nil {
		return // strings always marshal
	}
	if err := lang.AddTranslationsForLocale(content, lang.SystemLocale()); err != nil {
		fyne.LogError("the toolkit's words were not taken", err)
	}
}
