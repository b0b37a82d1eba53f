// Package view is the state of the desktop client's screens, without a screen:
// the library of datasets with their progress, an open table with its sorted and
// filtered rows, the side panel, exports, settings, and how the shared workspace stands.
// Widgets show it and call it; everything in it is tested without a display.
//
//	client := view.Start(view.Config{Version: version})
//	defer client.Close() // stops the work and waits for it
//	stop := client.Listen(view.Events{Item: func(i view.Item) { ... }, Open: func(r view.Ref) { ... }})
//	client.AddPaths("lab.xlsx")
//	t := client.OpenTable(ref, func() { refresh })
//	t.Show(view.Area{Row: 0, Rows: 40, Column: 0, Columns: 12})
//	t.Cell(0, 0).Text
//
// # Threads
//
// Every exported method answers at once: none waits for a disk, a database or a
// network, so all may be called from the thread that draws. What takes longer answers through
// a callback, which may come from any goroutine, is never made while a lock is held, and should
// hand over and return. Progress is told at most eight times a second. After
// Close of a client or a table has returned, none of its callbacks is running or comes.
// Close must therefore not be called from a callback, nor wait for one that waits for the drawing thread.
package view
