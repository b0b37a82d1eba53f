package clean

import (
	"bytes"
	"strconv"
)

// unit is a unit of measure by its parts, in the spelling of the table below, so that
// units compare with ==: "mg/l" is {0, mg, L}, "×10^9/L" is {9, "", L}.
type unit struct {
	power    int // 9 in 10^9/L
	top, per string
}

func (u unit) String() string {
	s := u.top
	if u.power > 0 {
		s = "10^" + strconv.Itoa(u.power) + s
	}
	if u.per != "" {
		s += "/" + u.per
	}
	return s
}

// units by the spellings they go by, in lower case. Single letters that are
// more often a code (12A, 3D) are left out.
var units = indexUnits(
	"kg kgs 千克 公斤", "g 克 gram grams", "mg 毫克", "µg ug mcg 微克", "ng 纳克", "pg", "fg", "斤", "吨",
	"lb lbs", "oz ounce ounces",
	"L 升 liter liters litre litres", "dL 分升", "mL 毫升", "µL ul 微升", "fL", "nL",
	"km 公里 千米", "m 米 meter meters", "dm", "cm 厘米 公分", "mm 毫米", "µm um 微米", "nm", "ft", "inch inches",
	"m² m2 ㎡ m^2 平方米 平米", "cm² cm2 cm^2", "mm² mm2 mm^2", "km² km2 km^2", "m³ m3 m^3 立方米", "cm³ cm3 cm^3", "1.73m² 1.73m2 1.73m^2", "亩",
	"mol", "mmol", "µmol umol", "nmol", "pmol", "Eq", "mEq", "mOsm",
	"U units", "IU", "mU", "mIU", "µIU uiu", "kU", "kIU", "CFU", "copies 拷贝",
	"h hr hrs hour hours 小时", "min mins minute minutes 分钟", "s sec secs second seconds 秒 秒钟", "ms 毫秒",
	"days day 天 日", "weeks week wks wk 周", "months month mo 月 个月", "years year yrs yr 年", "岁 岁龄", "周岁", "月龄",
	"mmHg", "cmH2O", "kPa", "Pa", "MPa", "bpm", "rpm", "Hz", "kHz", "MHz", "GHz", "HPF HP",
	"℃ °c 摄氏度 度", "°F ℉", "kcal", "cal", "kJ", "J", "kW", "kWh", "mV", "mA", "mAh", "dB",
	"KB", "MB", "GB", "TB", "ppm", "ppb", "mph",
	"次", "分", "个", "人", "名", "例", "件", "支", "片", "粒", "盒", "瓶", "袋", "条", "台", "套", "倍", "页", "户",
)

// bare are the single letters that count as units without a space before them.
var bare = map[string]bool{"g": true, "m": true, "s": true, "h": true, "L": true}

func indexUnits(lines ...string) map[string]string {
	m := map[string]string{}
	for _, line := range lines {
		names := bytes.Fields([]byte(line))
		for _, name := range names {
			key := string(bytes.ReplaceAll(bytes.ToLower(name), []byte("µ"), []byte("μ")))
			m[key] = string(names[0])
		}
	}
	return m
}

const longestUnit = 32

// unitOf reads a unit after a number. Single capital letters and the like
// need a space or decimals before them (apart), or they may be codes.
func unitOf(b []byte, apart bool) (unit, bool) {
	var u unit
	if len(b) > longestUnit {
		return u, false
	}
	if len(b) == 1 && !apart && !bare[string(b)] {
		return u, false
	}
	b, u.power = powerOfTen(b)
	b = bytes.TrimSuffix(b, []byte("."))
	top, per, compound := bytes.Cut(b, []byte("/"))
	var ok bool
	if u.top, ok = unitName(top); !ok && !(compound && len(top) == 0) {
		return u, false
	}
	if !compound {
		return u, u.power == 0
	}
	if string(per) == "分" { // alone it is a score; a rate is by the minute
		per = []byte("min")
	}
	if u.per, ok = unitName(per); ok {
		return u, true
	}
	first, second, ok := bytes.Cut(per, []byte("/")) // mL/min/1.73m²
	if !ok {
		return u, false
	}
	a, okA := unitName(first)
	c, okC := unitName(second)
	u.per = a + "/" + c
	return u, okA && okC
}

func unitName(b []byte) (string, bool) {
	var low [longestUnit]byte
	n := 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c-'A' <= 'Z'-'A' {
			c |= 0x20
		}
		if c == 0xc2 && i+1 < len(b) && b[i+1] == 0xb5 { // the micro sign is a second µ
			low[n], low[n+1] = 0xce, 0xbc
			n += 2
			i++
			continue
		}
		low[n] = c
		n++
	}
	name, ok := units[string(low[:n])]
	return name, ok
}

// powerOfTen takes "×10^9" off the start.
func powerOfTen(b []byte) ([]byte, int) {
	rest := b
	switch {
	case bytes.HasPrefix(rest, []byte("×")):
		rest = rest[len("×"):]
	case len(rest) > 0 && (rest[0]|0x20 == 'x' || rest[0] == '*'):
		rest = rest[1:]
	}
	if !bytes.HasPrefix(rest, []byte("10")) {
		return b, 0
	}
	rest = rest[2:]
	if len(rest) > 0 && (rest[0] == '^' || rest[0] == '*' || rest[0] == 'E') {
		rest = rest[1:]
	}
	i := 0
	for i < len(rest) && i < 2 && digit(rest[i]) {
		i++
	}
	if i == 0 || i == len(rest) {
		return b, 0
	}
	return rest[i:], atoi(rest[:i])
}
