package httpapi

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sheetmill/server/internal/browser"
)

// TestDocsPageNeedsNoOtherMachine opens the documentation in a browser, at the
// widths of a desk and of a phone, in both languages.
func TestDocsPageNeedsNoOtherMachine(t *testing.T) {
	b := serve(t, benchOptions{idle: true})
	pictures := os.Getenv("SHEETMILL_PICTURES") // a folder, for who wants to look
	for _, c := range []struct {
		name, lang    string
		width, height int
		want          []string
	}{
		{"desk", "en-US", 1280, 1000, []string{"Add a file", "Idempotency-Key", "Watch a dataset until it is ready", "problem+json", "schema-Dataset", "needs a token that may write"}},
		{"phone", "zh-CN", 500, 900, []string{"添加文件", "等待数据集就绪", "需要有写权限的令牌", "超出限制", "运行状况"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := browser.Options{Width: c.width, Height: c.height, Lang: c.lang}
			if pictures != "" {
				o.Screenshot = filepath.Join(pictures, "docs-"+c.name+".png")
			}
			page := browser.Open(t, b.url+"/docs", o)
			if len(page.Outside) > 0 {
				t.Errorf("asked of other machines: %q", page.Outside)
			}
			for _, want := range c.want {
				if !strings.Contains(page.DOM, want) {
					t.Errorf("the page does not show %q", want)
				}
			}
			for _, trouble := range []string{"Content Security Policy", "Uncaught", "undefined", "[object"} {
				if strings.Contains(page.Console, trouble) || strings.Contains(page.DOM, ">"+trouble) {
					t.Errorf("%s\n%s", trouble, page.Console)
				}
			}
		})
	}
}

// TestEveryPartOfTheDocumentIsDescribed finds operations, parameters, answers
// and properties that the OpenAPI document does not explain, in each language.
func TestEveryPartOfTheDocumentIsDescribed(t *testing.T) {
	b := serve(t, benchOptions{idle: true})
	for _, lang := range []string{"en", "zh"} {
		a := b.do("GET", "/openapi.json?lang="+lang, "", "Authorization", "")
		var doc struct {
			OpenAPI string `json:"openapi"`
			Paths   map[string]map[string]struct {
				OperationID string                               `json:"operationId"`
				Summary     string                               `json:"summary"`
				Description string                               `json:"description"`
				Security    []map[string][]string                `json:"security"`
				Parameters  []struct{ Name, Description string } `json:"parameters"`
				Responses   map[string]struct {
					Description string
					Content     map[string]struct {
						Schema  json.RawMessage
						Example json.RawMessage
					}
				} `json:"responses"`
			} `json:"paths"`
			Components struct {
				Schemas         map[string]struct{ Properties map[string]map[string]any }
				SecuritySchemes map[string]any
			}
		}
		if err := json.Unmarshal([]byte(a.body), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.OpenAPI != "3.1.0" || len(doc.Components.SecuritySchemes) != 1 {
			t.Errorf("%s: openapi %q, %d security schemes", lang, doc.OpenAPI, len(doc.Components.SecuritySchemes))
		}
		said := func(what, text string) {
			if text == "" || lang == "zh" && isASCII(text) {
				t.Errorf("%s: %s is described as %q", lang, what, text)
			}
		}
		operations := 0
		for path, methods := range doc.Paths {
			for method, op := range methods {
				operations++
				what := method + " " + path
				said(what, op.Summary)
				said(what, op.Description)
				if strings.HasPrefix(path, base) && len(op.Security) != 1 {
					t.Errorf("%s has no security", what)
				}
				for _, p := range op.Parameters {
					said(what+" "+p.Name, p.Description)
				}
				success := false
				for status, r := range op.Responses {
					said(what+" "+status, r.Description)
					success = success || status[0] == '2'
					for kind, content := range r.Content {
						if len(content.Schema) == 0 || status[0] >= '4' && (kind != "application/problem+json" || len(content.Example) == 0) {
							t.Errorf("%s %s: %s without schema or example", what, status, kind)
						}
					}
				}
				if !success {
					t.Errorf("%s documents no success", what)
				}
			}
		}
		if operations != 19 {
			t.Errorf("%d operations", operations)
		}
		for name, schema := range doc.Components.Schemas {
			if !ownSchema(name) {
				continue
			}
			for property, s := range schema.Properties {
				if s["$ref"] == nil {
					text, _ := s["description"].(string)
					said(name+"."+property, text)
				}
			}
		}
	}
	for name := range propertyTexts {
		schema, property, _ := strings.Cut(name, ".")
		s := b.api.huma.OpenAPI().Components.Schemas.Map()[schema]
		if s == nil || s.Properties[property] == nil {
			t.Errorf("%s is described, but is no property", name)
		}
	}
}

// ownSchema tells schemas of package wire from those of core.
func ownSchema(name string) bool {
	for key := range propertyTexts {
		if strings.HasPrefix(key, name+".") {
			return true
		}
	}
	return false
}

func isASCII(s string) bool {
	for _, r := range s {
		if r > 127 {
			return false
		}
	}
	return true
}
