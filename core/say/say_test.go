package say_test

import (
	"encoding/json"
	"testing"

	"sheetmill/core/say"
)

func TestTextsKeepTheirPlacesThroughJSON(t *testing.T) {
	say.Register(say.Chinese, map[string]string{
		"{file} has {what}.": "{file} 中有{what}。",
		"{n} tables":         "{n} 个表格",
	})
	text := say.T("{file} has {what}.", "file", "a{b}.xlsx", "what", say.T("{n} tables", "n", 3))
	b, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	var back say.Text
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	for _, got := range []say.Text{text, back} {
		if s := got.In(say.English); s != "a{b}.xlsx has 3 tables." {
			t.Errorf("English: %q", s)
		}
		if s := got.In(say.Chinese); s != "a{b}.xlsx 中有3 个表格。" {
			t.Errorf("Chinese: %q", s)
		}
	}
}

func TestWhatIsMissingShows(t *testing.T) {
	for text, want := range map[string]string{
		say.T("No place.").In(say.Chinese):                  "No place.",
		say.T("Never {given}.", "other", 1).In(say.Chinese): "Never {given}.",
		say.T("Open { brace {n}.", "n", 2).In(say.English):  "Open { brace {n}.",
		say.T("Twice {n} and {n}", "n", 2).In(say.English):  "Twice 2 and 2",
		say.T("Ends in {", "n", 2).String():                 "Ends in {",
		string(say.LangOf("zh_CN.UTF-8") + say.LangOf("C")): "zhen",
		string(say.LangOf("ZH-hant") + say.LangOf("")):      "zhen",
	} {
		if text != want {
			t.Errorf("%q, want %q", text, want)
		}
	}
}
