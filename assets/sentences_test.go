package assets_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sheetmill/assets"
)

// speaking are the functions whose first argument is a sentence that a person
// reads: say.T, and what the command line wraps around it.
var speaking = []string{"T", "tr", "say", "heading"}

// TestEverySentenceIsTranslated reads the project's code for the sentences in
// it. Each needs a translation, and each translation a sentence.
func TestEverySentenceIsTranslated(t *testing.T) {
	sentences := map[string]string{}
	for _, folder := range []string{"core", "server", "app"} {
		err := filepath.WalkDir(filepath.Join("..", folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil && d == nil {
				return nil // the folder is not there yet
			}
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			return collect(path, sentences)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	translated := assets.Translations()
	for _, sentence := range slices.Sorted(maps.Keys(sentences)) {
		if _, ok := translated[sentence]; !ok {
			t.Errorf("%s: no translation of %q", sentences[sentence], sentence)
		}
	}
	for _, sentence := range slices.Sorted(maps.Keys(translated)) {
		if _, ok := sentences[sentence]; !ok {
			t.Errorf("translations/zh translates %q, which no code says", sentence)
		}
	}
}

// collect adds a file's sentences with where they stand.
func collect(path string, sentences map[string]string) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		name := ""
		switch f := call.Fun.(type) {
		case *ast.SelectorExpr:
			name = f.Sel.Name
		case *ast.Ident:
			name = f.Name
		}
		if slices.Contains(speaking, name) {
			if text, ok := constant(call.Args[0]); ok {
				sentences[text] = files.Position(call.Pos()).String()
			}
		}
		return true
	})
	return nil
}

// constant is a string written out, perhaps in parts joined by +.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		x, okX := constant(e.X)
		y, okY := constant(e.Y)
		return x + y, okX && okY
	}
	return "", false
}
