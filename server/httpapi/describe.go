package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sheetmill/core/say"
	"sheetmill/server/httpapi/wire"
)

// document is the OpenAPI document, in each language that we speak.
type document struct{ english, chinese []byte }

func (d *document) in(lang say.Lang) []byte {
	if lang == say.Chinese {
		return d.chinese
	}
	return d.english
}

// config is huma's, without the routes that it would add: its documentation
// pages load scripts from other machines.
func config(version string) huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: say.T("Sheetmill HTTP API").Key, Version: version,
				Description: say.T("Add a spreadsheet, watch until it is ready, read its clean table. Adding answers at once; the long work runs in background jobs.").Key,
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Servers: []*huma.Server{{URL: "/", Description: say.T("This server").Key}},
			Components: &huma.Components{
				Schemas: registry(),
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {
					Type: "http", Scheme: "bearer",
					Description: say.T("A token that the administrator gave out. It belongs to one owner; one for reading cannot write.").Key,
				}},
			},
			Tags: []*huma.Tag{
				group(tagDatasets, say.T("Datasets"), say.T("Files, and the records they became.")),
				group(tagJobs, say.T("Jobs"), say.T("How far the work is, and what to do about it.")),
				group(tagTables, say.T("Tables"), say.T("What is in a clean table, and how it came to be.")),
				group(tagEdits, say.T("Edits"), say.T("Changes to a clean table.")),
				group(tagAccess, say.T("Access"), say.T("Tokens and rights.")),
				group(tagHealth, say.T("Health"), say.T("For supervisors and load balancers.")),
			},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

// group is a group of operations; its name is for programs, the one shown is translated.
func group(name string, shown, description say.Text) *huma.Tag {
	return &huma.Tag{Name: name, Description: description.Key, Extensions: map[string]any{shownName: shown.Key}}
}

// What OpenAPI has no word for: a name to show, and the order of operations.
const (
	shownName = "x-displayName"
	shownAt   = "x-order"
)

// registry names schemas: ours by their type, those of core by package and
// type, for Column is the name of four.
func registry() huma.Registry {
	ours := reflect.TypeFor[wire.Status]().PkgPath()
	r := huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		name := huma.DefaultSchemaNamer(t, hint)
		if t.Name() == "" || t.PkgPath() == "" || t.PkgPath() == ours {
			return name
		}
		prefix := path.Base(t.PkgPath())
		return strings.ToUpper(prefix[:1]) + prefix[1:] + name
	})
	r.RegisterTypeAlias(reflect.TypeFor[say.Text](), reflect.TypeFor[sentence]())
	return r
}

// sentence is say.Text as its JSON is.
type sentence struct {
	Key  string            `json:"key"`
	Args map[string]string `json:"args,omitempty"`
	Text string            `json:"text"`
}

// schema is the schema of a type, for answers that are written by hand.
func (a *API) schema(t reflect.Type) *huma.Schema {
	return a.huma.OpenAPI().Components.Schemas.Schema(t, true, "")
}

// describe completes the document with texts and examples, and writes it down
// in each language.
func (a *API) describe() (*document, error) {
	api := a.huma.OpenAPI()
	for _, item := range api.Paths {
		for _, op := range methodsOf(item) {
			a.describeOperation(op)
		}
	}
	for name, schema := range api.Components.Schemas.Map() {
		for property, s := range schema.Properties {
			if text, ok := propertyTexts[name+"."+property]; ok && s.Ref == "" {
				s.Description = text.Key
			}
		}
	}
	english, err := json.Marshal(api)
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	chinese, err := translatedSpec(english, say.Chinese)
	return &document{english, chinese}, err
}

func methodsOf(item *huma.PathItem) []*huma.Operation {
	var ops []*huma.Operation
	for _, op := range []*huma.Operation{item.Get, item.Post, item.Delete} {
		if op != nil {
			ops = append(ops, op)
		}
	}
	return ops
}

func (a *API) describeOperation(op *huma.Operation) {
	for _, p := range op.Parameters {
		text, ok := parameterTexts[op.OperationID+"."+p.Name]
		if !ok {
			text = parameterTexts[p.Name]
		}
		p.Description = text.Key
	}
	for status, response := range op.Responses {
		if text, ok := successTexts[op.OperationID]; ok && status[0] == '2' {
			response.Description = text.Key
		}
		if media := response.Content["application/json"]; media != nil && media.Example == nil && status[0] == '2' {
			media.Example = examples[op.OperationID]
		}
	}
}

// operationAt finds a registered operation, to add to its documentation.
func (a *API) operationAt(method, path string) *huma.Operation {
	item := a.huma.OpenAPI().Paths[base+path]
	if method == http.MethodPost {
		return item.Post
	}
	return item.Get
}

// describeUpload documents the bodies of an upload, which huma must not read.
func (a *API) describeUpload() {
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	op := a.operationAt(http.MethodPost, "/datasets")
	op.RequestBody = &huma.RequestBody{
		Required:    true,
		Description: say.T("The file's bytes, or a form with one part named file.").Key,
		Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: binary},
			"text/csv":                 {Schema: binary},
			"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {Schema: binary},
			"multipart/form-data": {Schema: &huma.Schema{
				Type: huma.TypeObject, Required: []string{"file"},
				Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary"}},
			}},
		},
	}
}

// describeExport documents the answers of an export that are neither its file nor an error.
func (a *API) describeExport() {
	op := a.operationAt(http.MethodGet, "/datasets/{id}/export")
	etag := map[string]*huma.Header{"ETag": {Description: say.T("The name of exactly these bytes.").Key, Schema: &huma.Schema{Type: huma.TypeString}}}
	op.Responses["200"].Headers = etag
	op.Responses["206"] = &huma.Response{Description: say.T("The range that was asked for.").Key, Content: op.Responses["200"].Content, Headers: etag}
	op.Responses["304"] = &huma.Response{Description: say.T("The table is the one that If-None-Match names.").Key, Headers: etag}
}

// translatedSpec is the document with its texts in another language.
func translatedSpec(document []byte, lang say.Lang) ([]byte, error) {
	return rewritten(document, func(node map[string]any) {
		for _, name := range []string{"description", "summary", "title", shownName} {
			if text, ok := node[name].(string); ok {
				node[name] = say.Text{Key: text}.In(lang)
			}
		}
	})
}

// translated is a JSON answer with the text of every sentence, which is an
// object with its key, in another language.
func translated(answer []byte, lang say.Lang) ([]byte, error) {
	return rewritten(answer, func(node map[string]any) {
		key, isSentence := node["key"].(string)
		if _, has := node["text"].(string); has && isSentence {
			node["text"] = textOf(key, node["args"]).In(lang)
		}
	})
}

// rewritten is a JSON document after a change to each of its objects.
func rewritten(document []byte, change func(map[string]any)) ([]byte, error) {
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return nil, fmt.Errorf("read the document to translate: %w", err)
	}
	var walk func(any)
	walk = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, child := range node {
				walk(child)
			}
		case map[string]any:
			change(node)
			for _, child := range node {
				walk(child)
			}
		}
	}
	walk(tree)
	return json.Marshal(tree)
}

func textOf(key string, args any) say.Text {
	t := say.Text{Key: key}
	if named, ok := args.(map[string]any); ok {
		t.Args = make(map[string]string, len(named))
		for name, value := range named {
			t.Args[name], _ = value.(string)
		}
	}
	return t
}
