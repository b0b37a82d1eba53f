package sheet

// Shown holds the texts that cells are shown as, for readers of files that spell
// them out beside the values. A cell's Style is then the number that Add
// answered, which means something for as long as its batch does.
type Shown struct {
	text []byte
	ends []int
}

// Reset forgets the texts of the batch before.
func (s *Shown) Reset() { s.text, s.ends = s.text[:0], s.ends[:0] }

// Add keeps a text and answers its number, from 1.
func (s *Shown) Add(text []byte) int32 {
	s.text = append(s.text, text...)
	s.ends = append(s.ends, len(s.text))
	return int32(len(s.ends))
}

// Of is the text of that number; false when there is none, as for 0.
func (s *Shown) Of(style int32) (string, bool) {
	i := int(style) - 1
	if i < 0 || i >= len(s.ends) {
		return "", false
	}
	from := 0
	if i > 0 {
		from = s.ends[i-1]
	}
	return string(s.text[from:s.ends[i]]), true
}
