package clean

// idCardLength is the length of a Chinese identity number (GB 11643-1999): 17
// digits, six of them a region and eight a day of birth, and a check character.
const idCardLength = 18

// idCardDigits tells whether the first 17 of 18 characters can be those of an
// identity number: its region and its day of birth are possible.
func idCardDigits(b []byte) bool {
	for _, c := range b[:17] {
		if !digit(c) {
			return false
		}
	}
	if c := b[17]; !digit(c) && c != 'X' && c != 'x' {
		return false
	}
	year := atoi(b[6:10])
	_, ok := dayNumber(year, atoi(b[10:12]), atoi(b[12:14]))
	return ok && year >= 1850 && year <= 2100 && b[0] >= '1' && b[0] <= '9'
}

// idCardChecked computes the check character: ISO 7064, MOD 11-2.
func idCardChecked(b []byte) bool {
	sum := 0
	for _, c := range b[:17] {
		sum = (sum + int(c-'0')) * 2 % 11
	}
	want := byte('X')
	if x := (12 - sum) % 11; x < 10 {
		want = byte('0' + x)
	}
	return b[17] == want || want == 'X' && b[17] == 'x'
}

// idCard notes an identity number.
func (f *Facts) idCard(r *reading, b []byte) {
	f.note(tIDCard, r)
	if !idCardChecked(b) {
		f.note(tIDWrong, r)
	}
}
