package ui

import (
	"encoding/json"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"sheetmill/core/say"
)

// toolkitWords are Fyne's own words, which its file dialogs and entries show. Fyne speaks
// the system's language; so ours is registered as the translation into that.
var toolkitWords = map[string]say.Text{
	"Advanced":          say.T("Advanced"),
	"Cancel":            say.T("Cancel"),
	"Confirm":           say.T("Confirm"),
	"Copy":              say.T("Copy"),
	"Create Folder":     say.T("Create Folder"),
	"Cut":               say.T("Cut"),
	"Enter filename":    say.T("Enter filename"),
	"Error":             say.T("Error"),
	"Favourites":        say.T("Favourites"),
	"File":              say.T("File"),
	"Folder":            say.T("Folder"),
	"New Folder":        say.T("New Folder"),
	"No":                say.T("No"),
	"OK":                say.T("OK"),
	"Open":              say.T("Open"),
	"Paste":             say.T("Paste"),
	"Quit":              say.T("Quit"),
	"Redo":              say.T("Redo"),
	"Save":              say.T("Save"),
	"Select all":        say.T("Select all"),
	"Show Hidden Files": say.T("Show Hidden Files"),
	"Undo":              say.T("Undo"),
	"Yes":               say.T("Yes"),
	"file.name":         say.T("Name"),
	"file.parent":       say.T("Parent"),
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
