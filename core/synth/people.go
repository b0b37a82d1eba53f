package synth

import "strconv"

var (
	surnames = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高",
		"林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "欧阳", "司马", "上官"}
	// the names of men, then those of both, then those of women
	givenNames = []string{"伟", "强", "磊", "军", "勇", "杰", "涛", "超", "刚", "建国", "志强", "浩然", "俊杰", "嘉豪", "子涵",
		"明", "洋", "平", "文博", "思远", "晓宁", "一诺", "春生", "若林",
		"芳", "娜", "秀英", "敏", "静", "丽", "艳", "娟", "秀兰", "霞", "桂英", "雨欣", "佳怡", "晓燕", "海燕", "春梅", "玉兰", "若曦"}
	// those for everybody, then two for women
	departments = []string{"心血管内科", "呼吸与危重症医学科", "消化内科", "神经内科", "内分泌科", "肾内科", "血液内科",
		"普通外科", "骨科", "泌尿外科", "急诊科", "重症医学科(ICU)", "肿瘤科", "体检中心", "妇科", "产科"}
	diagnoses = []struct{ name, code string }{
		{"原发性高血压", "I10"}, {"2型糖尿病", "E11.9"}, {"冠状动脉粥样硬化性心脏病", "I25.1"}, {"社区获得性肺炎", "J15.9"},
		{"慢性阻塞性肺疾病急性加重", "J44.1"}, {"脑梗死", "I63.9"}, {"急性阑尾炎", "K35.8"}, {"胆囊结石伴慢性胆囊炎", "K80.1"},
		{"慢性肾脏病3期", "N18.3"}, {"缺铁性贫血", "D50.9"}, {"甲状腺结节", "E04.1"}, {"腰椎间盘突出", "M51.2"},
		{"急性上呼吸道感染, 发热待查", "J06.9"}, {"肺部阴影(性质待定)", "R91"}, {"心房颤动 \"阵发性\"", "I48.0"}, {"健康查体", "Z00.0"},
	}
)

// patient is one invented person with one stay in hospital.
type patient struct {
	number     int // 1, 2, ... down the sheet
	name       string
	female     bool
	birth      int // serial day
	age        int
	admitted   int // seconds; see calendar.go
	stay       int // days
	department string
	diagnosis  int // index in diagnoses
}

func newPatient(r *random, number int) patient {
	p := patient{number: number, female: r.chance(510)}
	given, wards := givenNames[:24], departments[:14]
	if p.female {
		given, wards = givenNames[15:], departments
	}
	p.name = pick(r, surnames) + pick(r, given)
	p.admitted = (serial(2021, 1, 4)+r.below(900))*daySeconds + 7*3600 + r.below(14*3600)
	p.age = r.bell(54, 18) // 18 to 90
	p.birth = p.admitted/daySeconds - p.age*365 - p.age/4 - r.below(364)
	p.stay = 1 + r.below(6) + r.below(9)
	p.department = pick(r, wards)
	p.diagnosis = r.below(len(diagnoses))
	return p
}

func (p patient) sex() string {
	if p.female {
		return "女"
	}
	return "男"
}

// idCard is an 18-digit number built as GB 11643-1999 says, check digit
// included, in a region (99) that no person can have been born in.
func (p patient) idCard(r *random) string {
	year, month, day := civil(p.birth)
	b := append(make([]byte, 0, 18), "99010"...)
	b = strconv.AppendInt(b, int64(1+r.below(9)), 10)
	b = appendPadded(b, year, 4)
	b = appendPadded(b, month, 2)
	b = appendPadded(b, day, 2)
	order := 2 * r.below(500)
	if !p.female {
		order++
	}
	b = appendPadded(b, order, 3)
	return string(append(b, checkDigit(b)))
}

// checkDigit is ISO 7064 MOD 11-2 over 17 digits.
func checkDigit(digits []byte) byte {
	sum := 0
	for _, d := range digits {
		sum = (sum + int(d-'0')) * 2 % 11
	}
	return "10X98765432"[sum]
}

// phone has a mobile number's 11 digits, but a prefix (100) that no network uses.
func phone(r *random) string { return string(appendPadded([]byte("100"), r.below(100_000_000), 8)) }

// appendPadded appends n with leading zeros to a width.
func appendPadded(b []byte, n, width int) []byte {
	for limit := 10; width > 1; width-- {
		if n < limit {
			b = append(b, '0')
		}
		limit *= 10
	}
	return strconv.AppendInt(b, int64(n), 10)
}
