package cli

import (
	"strings"

	"sheetmill/core/workspace"
)

// ruleTitle spells the rules of a ledger entry, such as "trim+thousands", in
// the language of this run.
func (a *app) ruleTitle(joined string) string {
	var titles []string
	for name := range strings.SplitSeq(joined, "+") {
		title := name
		for _, r := range workspace.Rules() {
			if r.Name == name {
				title = r.Title.In(a.lang)
			}
		}
		titles = append(titles, title)
	}
	return strings.Join(titles, " + ")
}
