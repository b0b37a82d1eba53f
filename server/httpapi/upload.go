package httpapi

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
	"sheetmill/core/workspace"
	"sheetmill/server/httpapi/wire"
)

type addInput struct {
	Name           string   `query:"name" maxLength:"255"`
	Sheet          string   `query:"sheet" maxLength:"255"`
	Encoding       string   `query:"encoding" maxLength:"40"`
	Delimiter      string   `query:"delimiter" maxLength:"4"`
	Header         string   `query:"header" maxLength:"200"`
	FirstRow       int64    `query:"firstRow" minimum:"1"`
	LastRow        int64    `query:"lastRow" minimum:"1"`
	Table          int      `query:"table" minimum:"1" maximum:"1000000"`
	Range          string   `query:"range" maxLength:"40"`
	Units          string   `query:"units" maxLength:"20"`
	KeepRows       bool     `query:"keepRows"`
	Off            []string `query:"off,explode" maxItems:"100"`
	Type           []string `query:"type,explode" maxItems:"10000"`
	Recode         []string `query:"recode,explode" maxItems:"1000"`
	Repair         []string `query:"repair,explode" maxItems:"1000"`
	Split          []string `query:"split,explode" maxItems:"1000"`
	RuleOption     []string `query:"ruleOption,explode" maxItems:"100"`
	DateOrder      string   `query:"dateOrder" enum:"ymd,dmy,mdy"`
	Strict         bool     `query:"strict"`
	Priority       int      `query:"priority" minimum:"1" maximum:"4" default:"2"`
	IdempotencyKey string   `header:"Idempotency-Key" maxLength:"200"`
	Password       string   `header:"Sheetmill-Password" maxLength:"4096"`
}

type addOutput struct {
	Location string `header:"Location"`
	Body     wire.Added
}

func (a *API) addDataset() {
	register(a, operation{
		id: "addDataset", method: http.MethodPost, path: "/datasets", tag: tagDatasets, need: mayWrite, status: http.StatusAccepted,
		refusals: []int{
			http.StatusForbidden, http.StatusRequestTimeout, http.StatusConflict, http.StatusRequestEntityTooLarge,
			http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
		},
		summary: say.T("Add a file"),
		description: say.T("Takes a spreadsheet or text file, as the body itself or as the one file of a form, stores it, and answers with its record and the job that mills it. " +
			"The bytes are stored as they come. With an Idempotency-Key a request may be sent again after a failure: the same file under the same key gives the same record; another file is refused."),
	}, a.add)
	a.describeUpload()
}

func (a *API) add(ctx context.Context, c call, in *addInput) (*addOutput, error) {
	options, err := in.options()
	if err != nil {
		return nil, err
	}
	if options.Password, err = url.PathUnescape(in.Password); err != nil {
		return nil, wrongValue("header.Sheetmill-Password", say.T("The password must be percent-encoded UTF-8."))
	}
	end, err := a.owners.upload(c.caller.Owner)
	if err != nil {
		return nil, err
	}
	defer end()
	file, err := a.openUpload(c.r, in.Name)
	if err != nil {
		return nil, err
	}
	o := workspace.AddOptions{
		FileName: file.name, Size: file.size, Options: options,
		Idempotency: in.IdempotencyKey, Priority: in.Priority,
	}
	added, err := c.ws.Add(ctx, file, o)
	if file.failed != nil { // why the bytes ended is better than that they did
		return nil, file.failed
	}
	if err != nil {
		return nil, err
	}
	c.record, c.job = added.RecordID, added.JobID
	return &addOutput{
		Location: base + "/datasets/" + added.RecordID,
		Body:     wire.Added(added),
	}, nil
}

// upload is the file in a request, as it comes.
type upload struct {
	io.Reader
	name   string
	size   int64 // 0 when unknown
	left   int64 // what it may still hold
	limit  int64
	end    func() error // checks what comes after the file
	failed error
}

// Read reads the file's bytes and remembers why they ended early.
func (u *upload) Read(p []byte) (int, error) {
	if u.failed != nil {
		return 0, u.failed
	}
	n, err := u.Reader.Read(p)
	if u.left -= int64(n); u.left < 0 {
		err = tooLarge(u.limit)
	}
	if err == io.EOF && u.end != nil {
		if trouble := u.end(); trouble != nil {
			err = trouble
		}
	}
	if err != nil && err != io.EOF {
		if !fault.Is(err, fault.Internal) {
			u.failed = err
		} else {
			u.failed = cutShort(err)
		}
		return n, u.failed
	}
	return n, err
}

func tooLarge(limit int64) error {
	return fault.New(fault.Limit, say.T("The file is larger than the limit of {limit} bytes for one upload.", "limit", limit)).
		Hint(say.T("Split the file, or ask the administrator for a higher limit (MaxUpload)."))
}

// formRoom is what a form may need around its file.
const formRoom = 1 << 20

// openUpload finds the file in a request and its name.
func (a *API) openUpload(r *http.Request, name string) (*upload, error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, unsupported(say.T("The body must come without Content-Encoding {coding}.", "coding", shortened(coding)))
	}
	u := &upload{limit: a.limits.MaxUpload, left: a.limits.MaxUpload}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.Header.Get("Content-Type") != "" {
		return nil, unsupported(say.T("The Content-Type is malformed."))
	}
	if kind == "multipart/form-data" {
		if r.ContentLength > a.limits.MaxUpload+formRoom {
			return nil, tooLarge(a.limits.MaxUpload)
		}
		err = u.openForm(r, params["boundary"])
	} else {
		if r.ContentLength > a.limits.MaxUpload {
			return nil, tooLarge(a.limits.MaxUpload)
		}
		err = u.openBody(r, kind)
	}
	if err != nil {
		return nil, err
	}
	if name != "" {
		u.name = name
	}
	u.name, err = fileName(u.name)
	return u, err
}

// openBody takes the request's body for the file.
func (u *upload) openBody(r *http.Request, kind string) error {
	if kind != "" && !isFileType(kind) {
		return unsupported(say.T("A file does not come as {type}.", "type", shortened(kind)))
	}
	u.Reader, u.size = r.Body, max(r.ContentLength, 0)
	if _, params, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil {
		u.name = params["filename"]
	}
	return nil
}

// isFileType tells whether a file's bytes may come under this media type. A
// form that is not one, or JSON, would be a mistake of the client.
func isFileType(kind string) bool {
	switch kind {
	case "application/octet-stream", "application/zip", "application/csv", "application/x-zip-compressed", "binary/octet-stream":
		return true
	}
	return strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "application/vnd.")
}

// openForm finds the one file of a form.
func (u *upload) openForm(r *http.Request, boundary string) error {
	malformed := func(err error) error {
		if fault.Is(err, fault.Internal) { // not a reader's own fault
			return wrongValue("body", say.T("The form is malformed."))
		}
		return err
	}
	if boundary == "" {
		return wrongValue("header.Content-Type", say.T("The boundary of the form is missing."))
	}
	form, err := r.MultipartReader()
	if err != nil {
		return malformed(err)
	}
	part, err := form.NextPart()
	if err == io.EOF {
		return wrongValue("body", say.T("The form holds no file."))
	}
	if err != nil {
		return malformed(err)
	}
	if part.FormName() != "file" {
		return wrongValue("body."+shortened(part.FormName()), say.T("The form must hold one part, named file; options go in the query."))
	}
	u.Reader, u.name = part, part.FileName()
	u.end = func() error {
		switch _, err := form.NextPart(); {
		case err == io.EOF:
			return nil
		case err != nil:
			return malformed(err)
		}
		return wrongValue("body", say.T("The form must hold one part, named file; options go in the query."))
	}
	return nil
}

func unsupported(sentence say.Text) error {
	return answerWith(http.StatusUnsupportedMediaType, fault.New(fault.Usage, sentence).
		Hint(say.T("Send the file's bytes as application/octet-stream, or as the part file of a multipart/form-data form.")))
}

// fileName is a name to show: no folders, no control characters.
func fileName(name string) (string, error) {
	const longest = 255
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) { // what could steer a terminal, a header or an eye
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
	if utf8.RuneCountInString(name) > longest {
		return "", wrongValue("name", say.T("It must have at most {n} characters.", "n", longest))
	}
	if strings.Trim(name, ". ") == "" {
		name = "upload"
	}
	return name, nil
}

// options are the choices of reading and cleaning.
func (in *addInput) options() (workspace.Options, error) {
	o, err := in.reading()
	if err != nil {
		return o, err
	}
	o.Clean, err = in.cleaning()
	return o, err
}

// cleaning are the choices of cleaning.
func (in *addInput) cleaning() (workspace.CleanOptions, error) {
	o := workspace.CleanOptions{}.With(workspace.CleanOptions{Off: in.Off, Repair: in.Repair, Split: in.Split, DateOrder: in.DateOrder, Strict: in.Strict})
	for _, s := range in.Recode {
		one, ok := workspace.ParseRecode(s)
		if !ok {
			return o, wrongValue("query.recode", say.T("It must be a column, a value and what that becomes, such as sex:M=male; nothing behind = makes it missing."))
		}
		o = o.With(one)
	}
	for _, s := range in.Type {
		at := strings.LastIndexByte(s, '=') // a column's name may hold one
		if at <= 0 {
			return o, wrongValue("query.type", say.T("It must be a column and its type, such as age=integer."))
		}
		if o.Types == nil {
			o.Types = map[string]table.Type{}
		}
		o.Types[s[:at]] = workspace.ParseType(s[at+1:])
	}
	for _, s := range in.RuleOption {
		name, value, found := strings.Cut(s, "=")
		if !found {
			return o, wrongValue("query.ruleOption", say.T("It must be a rule's option and its value, such as two-digit-year.pivot=50."))
		}
		if o.Settings == nil {
			o.Settings = map[string]string{}
		}
		o.Settings[name] = value
	}
	return o, o.Check()
}

// reading are the choices of reading.
func (in *addInput) reading() (workspace.Options, error) {
	o := workspace.Options{Sheet: in.Sheet, Encoding: in.Encoding, Delimiter: strings.ReplaceAll(in.Delimiter, `\t`, "\t")}
	o.Locate.Table, o.Locate.FirstRow, o.Locate.LastRow = in.Table, in.FirstRow, in.LastRow
	if in.LastRow > 0 && in.LastRow < in.FirstRow {
		return o, wrongValue("query.lastRow", say.T("It must not be before firstRow."))
	}
	o.Locate.Range, o.Locate.KeepRows = in.Range, in.KeepRows
	if in.Range != "" {
		if _, err := sheet.ParseRange(in.Range); err != nil {
			return o, wrongValue("query.range", say.T("It must be a range of cells such as B3:F120 or B3:F."))
		}
	}
	if in.Units == "none" {
		o.Locate.NoUnits = true
	} else if in.Units != "" {
		row, err := strconv.ParseInt(in.Units, 10, 64)
		if err != nil || row < 1 {
			return o, wrongValue("query.units", say.T("It must be a row from 1, or none."))
		}
		o.Locate.UnitRow = row
	}
	if in.Header == "none" {
		o.Locate.NoHeader = true
		return o, nil
	}
	for part := range strings.SplitSeq(in.Header, ",") {
		if in.Header == "" {
			break
		}
		row, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		if err != nil || row < 1 {
			return o, wrongValue("query.header", say.T("It must be rows from 1, such as 3 or 3,4, or none."))
		}
		o.Locate.HeaderRows = append(o.Locate.HeaderRows, row)
	}
	return o, nil
}
