package view

import "sheetmill/core/say"

// Shortcut is one key combination. Keys are spelled with + and the names
// Ctrl, Shift, Alt, letters, digits and names such as F1, Delete, Return; on a Mac
// Ctrl is the command key.
type Shortcut struct {
	Action string // a name for programs
	Keys   string
	Text   say.Text
}

// Shortcuts lists all, in the order in which F1 shows them.
func Shortcuts() []Shortcut {
	return []Shortcut{
		{"help", "F1", say.T("Show the shortcuts")},
		{"add", "Ctrl+O", say.T("Add files")},
		{"addFolder", "Ctrl+Shift+O", say.T("Add a folder")},
		{"pasteTable", "Ctrl+V", say.T("Add the table on the clipboard")},
		{"library", "Ctrl+L", say.T("Go to the library")},
		{"open", "Return", say.T("Open the dataset")},
		{"close", "Ctrl+W", say.T("Close the table")},
		{"readAgain", "Ctrl+R", say.T("Read the file again, with other choices")},
		{"remove", "Delete", say.T("Remove the dataset")},
		{"find", "Ctrl+F", say.T("Search in the table")},
		{"findNext", "F3", say.T("Find the next place")},
		{"findPrevious", "Shift+F3", say.T("Find the place before")},
		{"goToRow", "Ctrl+G", say.T("Go to a row")},
		{"copy", "Ctrl+C", say.T("Copy the selected cells")},
		{"sort", "Ctrl+Shift+S", say.T("Sort by the column")},
		{"filter", "Ctrl+Shift+L", say.T("Filter by the column")},
		{"clear", "Ctrl+Shift+X", say.T("Take sorting and filters back")},
		{"origin", "Ctrl+I", say.T("Where is this cell from?")},
		{"panel", "Ctrl+B", say.T("Show or hide the side panel")},
		{"export", "Ctrl+E", say.T("Export the table")},
		{"zoomIn", "Ctrl+=", say.T("Larger")},
		{"zoomOut", "Ctrl+-", say.T("Smaller")},
		{"zoomReset", "Ctrl+0", say.T("Plain size")},
		{"theme", "Ctrl+Shift+D", say.T("Light or dark")},
		{"settings", "Ctrl+,", say.T("Settings")},
		{"quit", "Ctrl+Q", say.T("Quit")},
	}
}
