#!/bin/sh
# Takes a picture of every screen of the real program, in each size, colour and language, with long names
# and a table of 150 columns, to be looked at.
#   docs/pictures/matrix.sh FOLDER [SIZE...]     FOLDER/SIZE-LANGUAGE-THEME/SCREEN.png
# COMBINATIONS="zh-dark" takes some only.
set -eu
cd "$(dirname "$0")/../.."
. docs/pictures/drive.sh
folder=$1
shift
[ $# -gt 0 ] || set -- 1280x800 1920x1080

# Files: a wide table with long names, one that cannot be read, one that takes a while.
long='2026年第一季度住院患者实验室检验结果汇总（含补录、更正与外院转入病例）最终修订版'
wide="$tree/$long.csv"
awk 'BEGIN {
	srand(7)
	split("内科,心血管外科,儿科,急诊医学科（含留观与抢救室）,Intensive care,肿瘤科", ward, ",")
	for (c = 1; c <= 150; c++) {
		k = c % 6
		name = k == 1 ? "病案号" : k == 2 ? "年龄（岁）" : k == 3 ? "入院日期" : k == 4 ? "血清C反应蛋白超敏检测结果（mg/L，参考值＜8）" : k == 5 ? "科室" : "Remarks of the ward as they were dictated after the round"
		printf "%s%s", name, (c > 6 ? "_" c : "")
		printf "%s", (c < 150 ? "," : "\n")
	}
	for (r = 1; r <= 3000; r++) for (c = 1; c <= 150; c++) {
		k = c % 6
		if (k == 1) printf "P%07d", r * 7
		else if (k == 2) printf (r % 41 == 0 ? "无" : "%d"), int(rand() * 95)
		else if (k == 3) printf (r % 29 == 0 ? "2026年%d月%d日" : "2026-%02d-%02d"), r % 12 + 1, r % 28 + 1
		else if (k == 4) printf (r % 17 == 0 ? "N/A" : r % 53 == 0 ? "１２．５" : "%.2f"), rand() * 80
		else if (k == 5) printf "%s", ward[int(rand() * 6) + 1]
		else printf "%s", (r % 3 ? "无特殊" : "Seen at the bedside; family informed; 建议复查并随访，必要时转上级医院")
		printf "%s", (c < 150 ? "," : "\n")
	}
}' >"$wide"
docx="$tree/Minutes of the data monitoring committee, 14 March, with attachments.docx"
cp assets/icon/icon.png "$docx"
big="$tree/vital_signs_of_all_sites_2019-2026_export_of_the_monitoring_system_v3.csv"
awk 'BEGIN { print "subject,visit,value,flag,comment"; for (r = 1; r <= 1500000; r++) printf "S%06d,%d,%.1f,%s,ok\n", r % 5000, r % 9, r * 7 % 913 / 10, r % 2 ? "Y" : "N" }' >"$big"
cp assets/sample/lab_results.xlsx "$tree/lab_results.xlsx"

every() {
	lang=$1
	theme=$2
	home=$tree/home-empty
	rm -rf "$home"
	begin "$lang" "$theme"
	heard '"open"'
	shot 01-welcome
	keys ctrl+v
	shot 02-nothing-to-paste
	keys ctrl+o
	shot 03-add-files
	keys Down Down space Down space
	shot 03-add-files-marked
	keys Escape ctrl+shift+o
	shot 04-add-folder
	keys Escape
	end

	printf x >"$tree/file"
	home=$tree/file
	begin "$lang" "$theme"
	heard '"failed"'
	shot 05-no-workspace
	end

	home=$tree/home
	rm -rf "$home"
	begin "$lang" "$theme" "$wide"
	heard '"Described":true'
	click 560 400
	keys ctrl+Home Right
	shot 10-profile-number
	keys Right
	shot 11-profile-date
	keys Right
	shot 12-profile-decimal
	keys Right
	shot 13-profile-levels
	keys Right
	shot 14-profile-text
	keys ctrl+End
	shot 15-last-column
	keys ctrl+Home Right Right Right ctrl+2
	shot 16-changes
	keys ctrl+3
	shot 17-findings
	keys ctrl+4
	shot 18-versions
	keys ctrl+1 ctrl+shift+m
	shot 20-column-menu
	keys Escape ctrl+m
	shot 21-cell-menu
	keys Escape ctrl+shift+l
	shot 22-filter-range
	words x
	keys Return
	shot 23-filter-refused
	keys Escape Escape Right ctrl+shift+l
	shot 24-filter-levels
	keys Escape Right ctrl+shift+l
	shot 25-filter-text
	keys Tab Right
	shot 25-filter-text-written
	keys Tab Tab
	words bedside
	keys Return ctrl+shift+s
	sleep 1
	shot 26-sorted-filtered
	keys ctrl+shift+x ctrl+f
	words Intensive
	keys Return
	sleep 1
	shot 27-finder
	keys Escape ctrl+g
	words 99999
	keys Return
	shot 28-go-to-row
	keys Escape Escape ctrl+g
	words 17
	keys Return Left Left ctrl+i
	sleep 1
	shot 29-origin
	keys Escape ctrl+e
	shot 30-export
	keys Escape ctrl+r
	shot 30-read-again
	keys Escape F1
	shot 31-shortcuts
	keys Escape ctrl+comma
	shot 32-settings
	keys End
	shot 32-settings-end
	keys Escape ctrl+b
	shot 33-no-panel
	keys ctrl+b shift+Right shift+Down shift+Down ctrl+c
	sleep 1
	keys ctrl+v
	sleep 2
	shot 34-pasted
	keys ctrl+equal ctrl+equal ctrl+equal
	shot 35-zoomed
	keys ctrl+0 ctrl+l
	shot 36-library
	keys Delete
	shot 37-remove
	keys Escape ctrl+m
	shot 38-item-menu
	keys Escape alt
	shot 39-menu
	keys Escape
	end

	begin "$lang" "$theme" "$big"
	heard 'vital_signs.*"Phase":"running"'
	sleep 1
	shot 40-first-rows
	keys ctrl+q
	shot 41-quit
	keys Escape ctrl+l
	heard 'vital_signs.*"Phase":"ready"'
	end

	begin "$lang" "$theme" "$docx" "$tree/lab_results.xlsx"
	heard 'lab_results.*"Phase":"ready"'
	keys ctrl+l Down Return
	sleep 1
	shot 42-broken
	keys ctrl+w
	shot 43-none-open
	keys ctrl+l Up Return
	sleep 2
	click 560 400
	shot 44-sample
	keys ctrl+2
	shot 45-sample-changes
	keys ctrl+3
	shot 46-sample-findings
	keys ctrl+1 ctrl+comma Tab Tab Tab
	shot 47-keyboard
	keys Escape
	end
}

for size in "$@"; do
	for combination in ${COMBINATIONS:-en-light en-dark zh-light zh-dark}; do
		screen "$size" "$folder/$size-$combination"
		every "${combination%-*}" "${combination#*-}"
	done
done
