package locate

// SizeOf estimates the bytes that a sketch holds on to.
func SizeOf(s *Sketch) (n uint64) {
	for _, b := range s.blocks {
		n += uint64(cap(b.columns)) * 64
		for _, rows := range [][]keptRow{b.head, b.tail} {
			for _, r := range rows {
				n += uint64(cap(r.cells))*16 + uint64(cap(r.text))
			}
		}
	}
	for _, known := range s.repeats {
		for _, r := range known {
			n += 40 + 8*uint64(cap(r.later))
		}
	}
	return n
}
