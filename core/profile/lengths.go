package profile

// lengthBins is how many bins lengths are counted in, at most.
const lengthBins = 32

// lengths counts the lengths of texts. The bins start at 0 and are as wide as
// the longest text needs, a power of two, so that the counts are exact and do
// not depend on the order of the texts.
type lengths struct {
	min, max, sum, n int64
	width            int64
	counts           [lengthBins]int64
}

func (l *lengths) add(length, n int64) {
	if l.n == 0 {
		l.min, l.width = length, 1
	}
	l.min, l.max = min(l.min, length), max(l.max, length)
	l.sum += length * n
	l.n += n
	for length >= l.width*lengthBins {
		for i := range lengthBins / 2 {
			l.counts[i] = l.counts[2*i] + l.counts[2*i+1]
		}
		clear(l.counts[lengthBins/2:])
		l.width *= 2
	}
	l.counts[length/l.width] += n
}

// bins lists the bins from the shortest text to the longest.
func (l *lengths) bins() []Lengths {
	var out []Lengths
	for i := l.min / l.width; i <= l.max/l.width; i++ {
		out = append(out, Lengths{From: i * l.width, To: (i+1)*l.width - 1, Count: l.counts[i]})
	}
	return out
}
