package numfmt

import (
	"math"
	"strconv"
)

// AppendNumber appends a number that a workbook holds in binary: the shortest
// text that reads back as the same number, as .xlsx files spell it. It answers
// false, and appends nothing, for what is no finite number.
func AppendNumber(dst []byte, v float64) ([]byte, bool) {
	if i := int64(v); v == float64(i) && i > -1e15 && i < 1e15 {
		return strconv.AppendInt(dst, i, 10), true
	}
	switch a := math.Abs(v); {
	case a != a, a > math.MaxFloat64:
		return dst, false
	case a >= 1e-7 && a < 1e21:
		return strconv.AppendFloat(dst, v, 'f', -1, 64), true
	}
	return strconv.AppendFloat(dst, v, 'E', -1, 64), true
}
