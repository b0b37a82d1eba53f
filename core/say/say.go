// Package say holds text that a person reads, apart from the language it is
// read in.
//
// A [Text] is an English sentence with named places and what goes into them.
// The English sentence is also the key under which its translation is found,
// so code reads as plain English and a missing translation still makes sense:
//
//	t := say.T("{file} holds no table.", "file", "a.xlsx")
//	t.In(say.English) // a.xlsx holds no table.
//	t.In(say.Chinese) // a.xlsx 中没有表格。
//
// Texts survive JSON, so that a worker's sentence can be stored in a job row
// and read on another machine in another language.
package say

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
)

// Lang is a language that texts are shown in.
type Lang string

// The languages that Sheetmill speaks.
const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// LangOf picks the language for a locale name such as "zh_CN.UTF-8" or
// "en-GB". Anything that is not Chinese reads English.
func LangOf(locale string) Lang {
	if strings.HasPrefix(strings.ToLower(locale), "zh") {
		return Chinese
	}
	return English
}

// Text is a sentence for a person. The zero value is no text at all.
type Text struct {
	// Key is the English sentence; {name} marks the place of the argument "name".
	Key string `json:"key"`
	// Args holds what goes into the places.
	Args map[string]string `json:"args,omitempty"`
}

// T makes a text from an English sentence and pairs of name and value.
// Values are formatted as fmt.Sprint does; a value that is itself a Text is
// kept translatable.
func T(key string, pairs ...any) Text {
	t := Text{Key: key}
	if len(pairs) == 0 {
		return t
	}
	t.Args = make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		name := fmt.Sprint(pairs[i])
		if inner, ok := pairs[i+1].(Text); ok {
			// A NUL cannot occur in a message, so it marks a nested text.
			b, _ := json.Marshal(inner) // texts always marshal
			t.Args[name] = "\x00" + string(b)
			continue
		}
		t.Args[name] = fmt.Sprint(pairs[i+1])
	}
	return t
}

// MarshalJSON adds the English text, for programs that do not care to fill the
// places themselves. Reading it back ignores that.
func (t Text) MarshalJSON() ([]byte, error) {
	type plain Text
	return json.Marshal(struct {
		plain
		Text string `json:"text"`
	}{plain(t), t.In(English)})
}

// IsZero tells whether there is no text.
func (t Text) IsZero() bool { return t.Key == "" }

// String is the text in English.
func (t Text) String() string { return t.In(English) }

// In is the text in a language; English where a translation is missing.
func (t Text) In(lang Lang) string {
	sentence := t.Key
	if lang != English {
		if s, ok := translation(lang, t.Key); ok {
			sentence = s
		}
	}
	if len(t.Args) == 0 || !strings.Contains(sentence, "{") {
		return sentence
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(sentence, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(sentence[open:], '}')
		if end < 0 {
			break
		}
		value, known := t.Args[sentence[open+1:open+end]]
		b.WriteString(sentence[:open])
		if !known {
			b.WriteString(sentence[open : open+end+1])
		} else {
			b.WriteString(shown(lang, value))
		}
		sentence = sentence[open+end+1:]
	}
	b.WriteString(sentence)
	return b.String()
}

func shown(lang Lang, value string) string {
	if nested, ok := strings.CutPrefix(value, "\x00"); ok {
		var t Text
		if json.Unmarshal([]byte(nested), &t) == nil {
			return t.In(lang)
		}
	}
	return value
}

var tables struct {
	sync.RWMutex
	of map[Lang]map[string]string
}

// Register adds the translations of a language: English sentence to sentence.
// The program's main does it once with what assets embeds.
func Register(lang Lang, sentences map[string]string) {
	tables.Lock()
	defer tables.Unlock()
	if tables.of == nil {
		tables.of = map[Lang]map[string]string{}
	}
	if tables.of[lang] == nil {
		tables.of[lang] = map[string]string{}
	}
	maps.Copy(tables.of[lang], sentences)
}

func translation(lang Lang, key string) (string, bool) {
	tables.RLock()
	defer tables.RUnlock()
	s, ok := tables.of[lang][key]
	return s, ok
}
