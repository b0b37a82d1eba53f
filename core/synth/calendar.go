package synth

// Days and moments are what a sheet stores: serial days of the 1900 system,
// where 1 March 1900 is 61, and seconds counted from the same zero.
const (
	serialOfEpoch = 25569 // 1970-01-01
	daySeconds    = 86400
)

// serial is the serial day of a date (days_from_civil of H. Hinnant).
func serial(year, month, day int) int {
	if month <= 2 {
		year--
	}
	era := year / 400
	yoe := year - era*400
	doy := (153*((month+9)%12)+2)/5 + day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468 + serialOfEpoch
}

// civil is the date of a serial day after February 1900.
func civil(serial int) (year, month, day int) {
	z := serial - serialOfEpoch + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp%12 + 3
	if mp >= 10 {
		month = mp - 9
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}
