package synth

import "math/bits"

// random is SplitMix64 (Steele, Lea and Flood, 2014). math/rand promises its
// sources but not what is derived from them, and these bytes must never move.
type random uint64

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 to n-1.
func (r *random) below(n int) int {
	high, _ := bits.Mul64(r.next(), uint64(n))
	return int(high)
}

// chance is true in so many of a thousand cases.
func (r *random) chance(perMille int) bool { return r.below(1000) < perMille }

// bell is a number around mean, at most 2 spreads away, most often near it.
func (r *random) bell(mean, spread int) int {
	z := r.next()
	sum := int(z&0xffff) + int(z>>16&0xffff) + int(z>>32&0xffff) + int(z>>48)
	return mean + (sum-2*0xffff)*spread/0xffff
}

func pick[T any](r *random, of []T) T { return of[r.below(len(of))] }
