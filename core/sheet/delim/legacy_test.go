package delim

import (
	"context"
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

// Small tables, of which each encoding has only some bytes to be known by.
func TestLegacyEncodings(t *testing.T) {
	for _, c := range []struct {
		text  string
		names []string
	}{
		{"编号,名称\n1,苹果\n2,香蕉\n", []string{"gb18030"}},
		{"姓名,性别,科室,诊断\n张伟,男,心内科,冠心病\n刘洋,女,骨科,股骨颈骨折\n", []string{"gb18030"}},
		{"姓名,性別,科別,診斷\n張偉,男,心臟內科,冠狀動脈疾病\n劉洋,女,骨科,股骨頸骨折\n", []string{"big5", "gb18030"}},
		{"氏名,性別,診療科,病名\n山田太郎,男,内科,高血圧症\n佐藤花子,女,整形外科,大腿骨骨折\n", []string{"shift_jis", "euc-jp"}},
		{"コード,メモ\n1,りんごを買った\n2,みかんはまだ\n", []string{"shift_jis", "euc-jp"}},
		{"이름,성별,진료과,진단\n김철수,남,내과,고혈압\n이영희,여,정형외과,골절\n", []string{"euc-kr"}},
		{"Имя,Пол,Отделение\nИван Петров,м,Кардиология\nАнна Смирнова,ж,Хирургия\n",
			[]string{"windows-1251", "koi8-r", "ibm866", "iso-8859-5"}},
		{"nom,prénom,ville\nLefèvre,Zoé,Orléans\nGarçon,Hélène,Besançon\n", []string{"windows-1252", "macintosh", "ibm850"}},
		{"name,straße,ort\nMüller,Königstraße 5,München\nGroß,Bäckerweg 3,Köln\n", []string{"windows-1252", "macintosh", "ibm850"}},
		{"año,señal,descripción\n2020,sí,Cañón\n2021,no,Niño pequeño\n", []string{"windows-1252", "macintosh"}},
		{"imię,nazwisko,miasto\nŁukasz,Wiśniewski,Łódź\nMałgorzata,Dąbrowska,Poznań\n", []string{"windows-1250", "iso-8859-2"}},
		{"jméno,příjmení,město\nJiří,Novák,Plzeň\nTomáš,Dvořák,Třebíč\n", []string{"windows-1250"}},
		{"Όνομα,Πόλη\nΓιώργος,Αθήνα\nΜαρία,Θεσσαλονίκη\n", []string{"windows-1253"}},
		{"ad,şehir\nAyşe,İstanbul\nÇağrı,Eskişehir\nIşık,Muğla\n", []string{"windows-1254"}},
		{"namn,ort\nÅsa,Malmö\nBjörn,Göteborg\n", []string{"windows-1252"}},
		{"temp,price\n37.5°C,£20\n38.1°C,£30\n", []string{"windows-1252"}},
		{"dose,unit\n5,µg\n6,µg\n", []string{"windows-1252"}},
		{"a,b\n“hello”,it’s\n", []string{"windows-1252"}},
		{"name\nJosé\n", []string{"windows-1252"}},
	} {
		for _, name := range c.names {
			set, err := charsetNamed(name)
			if err != nil {
				t.Fatal(err)
			}
			text, err := set.encode(c.text)
			if err != nil {
				t.Fatal(name, err)
			}
			got, err := findEncoding(context.Background(), strings.NewReader(text), "")
			if err != nil || got.name != name {
				t.Errorf("%q in %s: %s %v", c.text, name, got.name, err)
			}
		}
	}
}

func (c charset) encode(text string) (string, error) {
	e, err := ianaindex.IANA.Encoding(c.name)
	if err != nil || e == nil {
		if e, err = htmlindex.Get(c.name); err != nil {
			return "", err
		}
	}
	return e.NewEncoder().String(text)
}
