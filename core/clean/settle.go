package clean

import "sheetmill/core/say"

// standings say of each code of finding how much it matters and what would
// settle it; one that is not here is a note that needs nothing.
var standings = map[string]struct {
	severity Severity
	settle   say.Text
}{
	FindingImpossibleDate: {Damage, say.T("Look the dates up where they come from.")},
	FindingDamagedDigits:  {Damage, say.T("Take the numbers from their source again, as text.")},
	FindingMojibake:       {Damage, say.T("Export the file again in the right encoding, or repair the texts.")},
	FindingMixedNumbers:   {Warning, say.T("Correct the others, or choose a type for the column with --type; what does not fit becomes missing.")},
	FindingMixedDates:     {Warning, say.T("Correct the others, or choose a type for the column with --type; what does not fit becomes missing.")},
	FindingDateOrder:      {Warning, say.T("Say the order with --date-order.")},
	FindingMonths:         {Warning, say.T("Add the day, or split the column.")},
	FindingZones:          {Note, say.Text{}},
	FindingRatio:          {Warning, say.T("Choose a type for the column with --type if these are times.")},
	FindingDecimalMark:    {Warning, say.T("Say what the mark is with --rule-option decimal-comma.mark=point or =comma.")},
	FindingPercent:        {Warning, say.T("Say whether the numbers without a sign are percentages, and add or remove it.")},
	FindingParentheses:    {Warning, say.T("Choose a type for the column with --type if these are numbers.")},
	FindingCompared:       {Warning, say.T("Split the sign from the number.")},
	FindingSentinel:       {Warning, say.T("Say whether they are missing.")},
	FindingSimilar:        {Warning, say.T("Say which values are one.")},
	FindingErrors:         {Warning, say.T("Correct the formulas in the source.")},
	FindingYearless:       {Warning, say.T("Say the year with --rule-option date-month-day.year=YEAR.")},
	FindingMarkers:        {Note, say.T("Say with --rule-option missing-marker.add=WORD that a word is a missing value.")},
	FindingSerials:        {Warning, say.T("Choose the type date for the column with --type if these are days.")},
	FindingHanNumerals:    {Note, say.T("Choose a type for the column with --type if these are numbers.")},
}

// add adds a finding with what its code says of it.
func (v *Verdict) add(f Finding) {
	s := standings[f.Code]
	f.Severity, f.Settle = s.severity, s.settle
	if f.Severity == "" {
		f.Severity = Note
	}
	v.Findings = append(v.Findings, f)
}
