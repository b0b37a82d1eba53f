package synth

import "strconv"

// Polluted is a delimited text with something wrong or unusual about it, and
// what a reader that is told nothing should find in it.
type Polluted struct {
	Kind string // what was done, in a few words: files of one kind are judged together
	Name string // unique
	Data []byte
	// Header holds the rows that name the columns, none for a text without a
	// header; of several tables, all of theirs.
	Header [][]string
	// Records are the rows below, with their cells as their author meant them.
	Records [][]string
	// Located tells that the text holds lines that belong to no table, or no
	// header of one row: a reader of rows cannot answer this, one that finds
	// tables can.
	Located bool
}

// Pollutions makes every pollution of every base table: the kinds of
// Vitagliano et al., "Pollock: A Data Loading Benchmark" (2023), and those that
// hospitals' exports add. The same seed gives the same bytes.
func Pollutions(seed uint64) []Polluted {
	r := random(seed)
	var all []Polluted
	for _, b := range []base{visits(&r), patients(&r), mesures(&r), readings(&r)} {
		p := polluter{base: b, r: &r}
		p.forms()
		p.rows()
		p.quotes()
		p.lines()
		p.surroundings()
		p.sizes()
		p.encodings()
		all = append(all, p.made...)
	}
	return all
}

// base is a table before anything is done to it. Its first row is the header.
type base struct {
	name  string
	table [][]string
	// legacy are encodings older than Unicode that have all of its characters.
	legacy []string
}

const baseRows = 84

var (
	products = []string{"Gloves, nitrile", "Syringe 5 ml", "Bandage", "Thermometer", "Mask \"FFP2\"", "Infusion set", "Swab", "Scale, digital"}
	streets  = []string{"Hauptstraße", "Rue de l'Église", "Königsallee", "Café du Marché", "Größenweg", "Avenue Molière"}
	cities   = []string{"Köln", "Besançon", "Zürich", "Liège", "München", "Genève"}
	remarks  = []string{"", "", "", "ok", "see note, page 2", "called \"urgent\"\nby ward 3", "moved; no answer", "first line\r\nsecond line", "it's late"}
	notes    = []string{"", "", "无", "已复核", "患者自述“头晕”, 乏力", "复查后\n再定", "餐后2小时; 未服药", "见\"备注\"栏"}
)

// visits is a table of orders in English, with commas, quotes and line ends in
// its cells.
func visits(r *random) base {
	rows := [][]string{{"DATE", "TIME", "Qty", "PRODUCTID", "Price", "ProductType", "ProductDescription", "URL", "Comments"}}
	for i := range baseRows {
		y, m, d := civil(serial(2022, 3, 1) + r.below(400))
		product := r.below(len(products))
		rows = append(rows, []string{
			usDate(y, m, d),
			string(appendClock(nil, r.below(daySeconds))),
			strconv.Itoa(1 + r.below(40)),
			"A-" + string(appendPadded(nil, 100+7*i, 4)),
			"$" + string(appendThousands(nil, 500+r.below(300_000), 2)),
			pick(r, []string{"Consumable", "Device", "Service"}),
			products[product],
			"https://shop.example.org/item/" + strconv.Itoa(1000+product) + "?lang=en&ref=a",
			pick(r, remarks),
		})
	}
	return base{"visits", rows, nil}
}

// patients is a ward's list in Chinese.
func patients(r *random) base {
	rows := [][]string{{"住院号", "姓名", "性别", "年龄", "入院日期", "科室", "诊断", "白细胞(10^9/L)", "备注"}}
	for i := range baseRows {
		p := newPatient(r, i+1)
		y, m, d := civil(p.admitted / daySeconds)
		rows = append(rows, []string{
			string(appendPadded(nil, 700_000+13*i, 8)), p.name, p.sex(), strconv.Itoa(p.age),
			string(appendDate(nil, y, m, d, 2, "-", "-", "")), p.department, diagnoses[p.diagnosis].name,
			string(appendDecimal(nil, max(1, r.bell(680, 400)), 2)), pick(r, notes),
		})
	}
	return base{"patients", rows, []string{"gb18030"}}
}

// mesures is a list with accents and decimal commas.
func mesures(r *random) base {
	rows := [][]string{{"Numéro", "Straße", "Ville", "Téléphone", "Größe (m)", "Geprüft"}}
	for i := range baseRows {
		rows = append(rows, []string{
			strconv.Itoa(i + 1), pick(r, streets) + " " + strconv.Itoa(1+r.below(90)), pick(r, cities),
			"+41 " + string(appendPadded(nil, r.below(100), 2)) + " " + string(appendPadded(nil, r.below(1_000_000), 6)),
			"1," + string(appendPadded(nil, 40+r.below(60), 2)), pick(r, []string{"ja", "nein"}),
		})
	}
	return base{"mesures", rows, []string{"windows-1252"}}
}

// readings is a narrow table of numbers.
func readings(r *random) base {
	rows := [][]string{{"id", "value", "weight"}}
	for i := range baseRows {
		rows = append(rows, []string{strconv.Itoa(i + 1), strconv.Itoa(r.below(5000)), string(appendDecimal(nil, r.below(90_000), 2))})
	}
	return base{"readings", rows, nil}
}

// usDate is month, day, year.
func usDate(year, month, day int) string {
	b := append(appendPadded(nil, month, 2), '/')
	b = append(appendPadded(b, day, 2), '/')
	return string(appendPadded(b, year, 4))
}
