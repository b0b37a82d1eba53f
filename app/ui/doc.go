// Package ui is the desktop client's window: widgets that show the state of
// package view and call it. It holds no business logic, and is the only place that
// crosses to the drawing thread, in one function (Options.Run).
//
//	client := view.Start(view.Config{Version: version})
//	w := ui.New(app, ui.Of(client), ui.Options{Run: fyne.Do})
//	w.Show()
//	app.Run()
//	w.Close() // no callback comes after it
//	client.Close()
//
// # Threads
//
// Everything here runs on the drawing thread but the callbacks of view, which do
// nothing but hand over through Run. Fyne's driver package is not imported, so that all of
// it is built, tapped and captured in tests by Fyne's software driver.
package ui
