#!/bin/sh
# Takes the pictures of the README and of docs/desktop.md from the real program, with the sample workbook.
#   docs/pictures/take.sh [SIZE] [FOLDER]     such as 1920x1080 /tmp/look
set -eu
cd "$(dirname "$0")/../.."
. docs/pictures/drive.sh
screen "${1:-1280x800}" "${2:-docs/pictures}"
cp assets/sample/lab_results.xlsx "$tree/lab_results.xlsx"

# ready: the table is there with its profile, and a cell is chosen.
ready() {
	heard '"Described":true'
	click 560 330
	keys Right Right Right
}

begin en light
heard '"open"'
shot welcome-en-light
end

begin en light "$tree/lab_results.xlsx"
ready
keys Right
shot table-en-light
keys ctrl+Home Down Right Right # a cell that was changed
keys ctrl+i
heard '"event":"origin"'
sleep 1
shot origin-en-light
end

rm -rf "$home"
begin zh dark "$tree/lab_results.xlsx"
ready
keys ctrl+2
shot table-zh-dark
end
