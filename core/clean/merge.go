package clean

// Merge takes in the facts of the rows that follow, as if Observe had been
// called with them.
func (f *Facts) Merge(next *Facts) {
	merged := func(t tally) (mine, its bool) { return f.count[t] > 0, next.count[t] > 0 }
	if mine, its := merged(tCurrency); its {
		f.mixed.currency = f.mixed.currency || next.mixed.currency || mine && f.currency != next.currency
		if !mine {
			f.currency = next.currency
		}
	}
	if mine, its := merged(tUnit); its {
		f.mixed.unit = f.mixed.unit || next.mixed.unit || mine && f.unit != next.unit
		if !mine {
			f.unit = next.unit
		}
	}
	if mine, its := merged(tZoned); its {
		f.mixed.zone = f.mixed.zone || next.mixed.zone || mine && f.zone != next.zone
		if !mine {
			f.zone = next.zone
		}
	}
	for t := range f.count {
		f.count[t] += next.count[t]
		for _, e := range next.examples[t] {
			f.examples[t].add([]byte(e))
		}
	}
	for i, n := range next.markers {
		f.markers[i] += n
	}
	f.levels.merge(&next.levels)
	f.extremes.merge(&next.extremes)
}
