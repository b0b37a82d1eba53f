// Package testenv finds what tests need from outside the project.
//
//	dir := testenv.Corpora(t) // skips with a sentence when there is none
//
// What was promised and is not there fails the test, for a skipped test would
// pass for one that ran: a folder that was named, and in CI (SHEETMILL_CI=1)
// every service.
package testenv

import (
	"os"
	"testing"
)

// Corpora is the folder of public spreadsheets that SHEETMILL_CORPORA names.
// When nothing is named the test is skipped, for the collection is no part of
// the project; when what is named is no folder, it fails.
func Corpora(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("SHEETMILL_CORPORA")
	if dir == "" {
		tb.Skip("SHEETMILL_CORPORA does not name a folder of corpora; this test needs one.")
	}
	info, err := os.Stat(dir)
	if err != nil {
		tb.Fatalf("SHEETMILL_CORPORA: %v", err)
	}
	if !info.IsDir() {
		tb.Fatalf("SHEETMILL_CORPORA names %s, which is not a folder.", dir)
	}
	return dir
}

// Missing ends a test that lacks a service or a program, named in a sentence:
// it is skipped, or fails in CI.
func Missing(tb testing.TB, sentence string) {
	tb.Helper()
	if os.Getenv("SHEETMILL_CI") == "1" {
		tb.Fatal(sentence + " SHEETMILL_CI=1 promised it.")
	}
	tb.Skip(sentence)
}
