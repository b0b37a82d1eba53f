package clean

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestHanDigits(t *testing.T) {
	for in, want := range map[string]string{
		"一": "1", "十": "10", "十二": "12", "二十": "20", "二十一": "21", "一百": "100", "一百零五": "105", "一百一十": "110",
		"一千零一": "1001", "一万": "10000", "一万二千": "12000", "一万零五百": "10500", "三亿": "300000000", "一亿零三万": "100030000",
		"一百二十万": "1200000", "两千": "2000", "壹佰贰拾叁": "123", "二〇二三": "2023", "三点一四": "3.14", "零点五": "0.5", "负五": "-5",
		"百分之五": "5%", "三点五万": "3.5万", "二〇二三年五月十二日": "2023年5月12日", "三点": "3点", "三点十分": "3点10分", "十二岁": "12岁",
		"一百五": "", "三万五": "", "一十一百": "", "百": "", "万": "", "无": "", "高血压": "", "一二十": "", "一百一百": "",
	} {
		got, ok := new(reader).hanDigits([]byte(in))
		if ok != (want != "") || ok && string(got) != want {
			t.Errorf("%s is %q, %v; want %q", in, got, ok, want)
		}
	}
}

// TestHanValue holds that what a number is called is read as that number.
func TestHanValue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Int64Range(1, 999_999_999_999).Draw(rt, "n")
		if got, ok := hanValue([]byte(hanName(n))); n > 9 && (!ok || got != n) {
			rt.Fatalf("%s is %d, %v; want %d", hanName(n), got, ok, n)
		}
	})
}

// hanName calls a number by its Chinese name.
func hanName(n int64) string {
	digits := []rune("零一二三四五六七八九")
	below := func(n int64) (s string) {
		zero := false
		for _, u := range []struct {
			value int64
			name  string
		}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
			d := n / u.value % 10
			if d == 0 {
				zero = s != ""
				continue
			}
			if zero {
				s += "零"
				zero = false
			}
			s += string(digits[d]) + u.name
		}
		return s
	}
	var s string
	for _, u := range []struct {
		value int64
		name  string
	}{{1e8, "亿"}, {1e4, "万"}, {1, ""}} {
		part := n / u.value % 1e4
		if part == 0 {
			continue
		}
		if s != "" && part < 1000 {
			s += "零"
		}
		s += fmt.Sprint(below(part), u.name)
	}
	return s
}
