package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"sheetmill/core/blob"
	"sheetmill/core/clean"
	"sheetmill/core/locate"
)

// Kind and Queue are the names of the parse job in the job table.
const (
	Kind  = "sheet_parse"
	Queue = "sheets"
)

// Options are what a person may choose about reading and cleaning a file.
// The zero value leaves everything to be found.
type Options struct {
	// Sheet is a sheet's name, or its number from 1; "" takes the first
	// visible sheet that holds cells.
	Sheet string `json:"sheet,omitempty"`
	// Encoding and Delimiter override what is found in text files.
	Encoding  string         `json:"encoding,omitempty"`
	Delimiter string         `json:"delimiter,omitempty"`
	Locate    locate.Options `json:"locate,omitzero"`
	// Password opens an encrypted workbook while it is looked at. It is no part of
	// a job's arguments: what is added is the workbook without its password.
	Password string        `json:"-"`
	Clean    clean.Options `json:"clean,omitzero"`
}

// Args are the arguments of a parse job.
type Args struct {
	RecordID string  `json:"recordId"`
	FileName string  `json:"fileName"`
	FileKey  string  `json:"fileKey"`
	FileHash string  `json:"fileHash"` // SHA-256 of the source, hex
	Owner    string  `json:"-"`        // not an argument: whose job it is, from where it is known
	Options  Options `json:"options,omitzero"`
}

// The versions of the stages. A stage whose output changes gets a new number,
// and with it new names for what it derives: a stale object is never read.
const (
	readVersion    = 3
	cleanVersion   = 4
	profileVersion = 3
)

// Keys are the names of the objects that a parse derives. They say what made
// them: the source's bytes, the stage, its version and its options.
type Keys struct {
	Raw, Clean, Ledger, Report string
}

// KeysOf names what a parse of these arguments derives.
func KeysOf(a Args) Keys {
	o := a.Options
	raw := digest("raw", strconv.Itoa(readVersion), a.FileHash, o.Sheet, o.Encoding, o.Delimiter)
	layout, _ := json.Marshal(o.Locate) // structs of numbers and texts always marshal, maps in order
	how, _ := json.Marshal(o.Clean)
	done := digest("clean", strconv.Itoa(cleanVersion), raw, string(layout), string(how))
	return Keys{
		Raw:    blob.Key("owner", a.Owner, "raw", raw+".parquet"),
		Clean:  blob.Key("owner", a.Owner, "clean", done+".parquet"),
		Ledger: blob.Key("owner", a.Owner, "ledger", done+".parquet"),
		Report: blob.Key("owner", a.Owner, "profile", digest("profile", strconv.Itoa(profileVersion), done)+".json"),
	}
}

// All lists the keys.
func (k Keys) All() []string { return []string{k.Raw, k.Clean, k.Ledger, k.Report} }

// SourceKey names the object of a source with this hash.
func SourceKey(owner, hash string) string { return blob.Key("owner", owner, "source", hash) }

// digest hashes parts, each told apart from the next.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(strconv.Itoa(len(p))))
		h.Write([]byte{':'})
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil)[:20])
}
