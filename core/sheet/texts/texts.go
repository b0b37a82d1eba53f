// Package texts keeps a workbook's shared strings: in memory while they are few,
// else in a temporary file, so that memory does not grow with them.
//
//	t := texts.New(0)
//	defer t.Close()
//	from := len(t.Text)
//	t.Text = append(t.Text, "first"...)
//	err := t.Add(from) // and so on
//	err = t.Finish()
//	cell, known, err := t.Append(nil, 0)
package texts

// MemoryBytes is how much is kept in memory; what is more goes to a temporary
// file.
const MemoryBytes = 64 << 20

// Table is texts by index. A nil or zero one has none.
type Table struct {
	// Text takes the next text at its end, before Add; what is in front of that
	// is the table's own.
	Text    []byte
	ends    []uint32
	memory  int    // bytes that Text and ends may take
	spilled *spill // holds them all when it is there
}

// New makes a table for texts of likely so many bytes.
func New(hint int) *Table { return &Table{Text: make([]byte, 0, hint), memory: MemoryBytes} }

// Append appends the text of that index to dst; known is false when there is none.
func (t *Table) Append(dst []byte, i uint64) (_ []byte, known bool, err error) {
	if t.spilled != nil {
		if i >= t.spilled.count {
			return dst, false, nil
		}
		dst, err = t.spilled.append(dst, i)
		return dst, true, err
	}
	if i >= uint64(len(t.ends)) {
		return dst, false, nil
	}
	var from uint32
	if i > 0 {
		from = t.ends[i-1]
	}
	return append(dst, t.Text[from:t.ends[i]]...), true, nil
}

// Count is the number of texts.
func (t *Table) Count() uint64 {
	if t.spilled != nil {
		return t.spilled.count
	}
	return uint64(len(t.ends))
}

// Add takes what stands in Text behind index from as the next text.
func (t *Table) Add(from int) error {
	if t.spilled != nil {
		err := t.spilled.add(t.Text[from:])
		t.Text = t.Text[:0]
		return err
	}
	t.ends = append(t.ends, uint32(len(t.Text)))
	if len(t.Text)+4*len(t.ends) <= t.memory {
		return nil
	}
	var err error
	if t.spilled, err = newSpill(); err != nil {
		return err
	}
	begin := uint32(0)
	for _, end := range t.ends {
		if err := t.spilled.add(t.Text[begin:end]); err != nil {
			return err
		}
		begin = end
	}
	t.Text, t.ends = nil, nil
	return nil
}

// Finish ends the adding.
func (t *Table) Finish() error {
	if t.spilled == nil {
		return nil
	}
	t.Text = nil
	return t.spilled.finish()
}

// Close removes the temporary file, if there is one. It may be called once, at
// any time.
func (t *Table) Close() error {
	if t == nil || t.spilled == nil {
		return nil
	}
	return t.spilled.close()
}
