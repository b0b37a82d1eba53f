// Package e2e drives the real desktop program, on a screen in memory, with keys and the
// mouse as a person does. Its tests wait for what the program says of itself (SHEETMILL_TRACE), never for time.
package e2e
