package httpapi

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestEveryPartOfTheDocumentIsDescribed finds operations, parameters, answers
// and properties that the OpenAPI document does not explain, in each language.
func TestEveryPartOfTheDocumentIsDescribed(t *testing.T) {
	b := serve(t, benchOptions{idle: true})
	for _, lang := range []string{"en", "zh"} {
		a := b.do("GET", "/openapi.json?lang="+lang, "", "Authorization", "")
		var doc struct {
			OpenAPI string `json:"openapi"`
			Paths   map[string]map[string]struct {
				OperationID string                `json:"operationId"`
				Summary     string                `json:"summary"`
				Description string                `json:"description"`
				Security    []map[string][]string `json:"security"`
				Parameters  []struct {
					Name        string `json:"name"`
					Description string `json:"description"`
				} `json:"parameters"`
				Responses map[string]struct {
					Description string `json:"description"`
					Content     map[string]struct {
						Schema  json.RawMessage `json:"schema"`
						Example json.RawMessage `json:"example"`
					} `json:"content"`
				} `json:"responses"`
			} `json:"paths"`
			Components struct {
				Schemas map[string]struct {
					Properties map[string]map[string]any `json:"properties"`
				} `json:"schemas"`
				SecuritySchemes map[string]any `json:"securitySchemes"`
			} `json:"components"`
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
		if operations != 24 {
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
