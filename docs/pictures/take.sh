#!/bin/sh
# Takes the README's pictures from the real program: starts it on a screen in memory
# (Xvfb), adds the sample workbook, and drives it with the keyboard. Needs what .ci/deps installs.
#   docs/pictures/take.sh [SIZE] [FOLDER]     such as 1920x1080 /tmp/look
set -eu
cd "$(dirname "$0")/../.."
size=${1:-1280x800}
out=${2:-docs/pictures}
program=${SHEETMILL_DESKTOP:-bin/sheetmill-desktop}
width=${size%x*}
height=${size#*x}

tree=$(mktemp -d)
display=:$((200 + $$ % 300))
Xvfb "$display" -screen 0 "${size}x24" -nolisten tcp >/dev/null 2>&1 &
screen=$!
client=
finish() {
	[ -z "$client" ] || kill "$client" 2>/dev/null || true
	kill "$screen" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$tree"
}
trap finish EXIT
trap 'exit 130' INT TERM
export DISPLAY="$display"
mkdir -p "$out"

# until COMMAND...: waits until it succeeds, 30 s at most.
until_() {
	n=0
	while ! "$@" >/dev/null 2>&1; do
		n=$((n + 1))
		[ "$n" -lt 300 ] || {
			echo "take: gave up waiting for: $*" >&2
			exit 1
		}
		sleep 0.1
	done
}
until_ xdotool getmouselocation

# begin LANGUAGE THEME [FILE...]: starts the program with settings of its own.
begin() {
	lang=$1
	theme=$2
	shift 2
	rm -rf "$tree/config" "$tree/home"
	mkdir -p "$tree/config/sheetmill"
	printf '{"language": "%s", "theme": "%s"}\n' "$lang" "$theme" >"$tree/config/sheetmill/settings.json"
	: >"$tree/trace"
	XDG_CONFIG_HOME="$tree/config" SHEETMILL_HOME="$tree/home" SHEETMILL_TRACE="$tree/trace" "$program" "$@" 2>"$tree/log" &
	client=$!
	until_ xdotool search --onlyvisible --name '^Sheetmill$'
	window=$(xdotool search --onlyvisible --name '^Sheetmill$' | tail -n 1)
	xdotool windowsize "$window" "$width" "$height" windowmove "$window" 0 0
	xdotool windowfocus "$window" 2>/dev/null || true
	sleep 2
}

end() {
	kill "$client"
	wait "$client" 2>/dev/null || true
	client=
}

# shot NAME: a picture of the screen, in as few colours as it needs.
shot() {
	sleep 0.7
	import -window root +dither -colors 255 -depth 8 -define png:compression-level=9 "$out/$1.png"
}

click() { xdotool mousemove "$1" "$2" click "${3:-1}"; }
keys() { xdotool key --clearmodifiers "$@"; }

# heard TEXT: waits until the program has told of it.
heard() { until_ grep -q "$1" "$tree/trace"; }

cp assets/sample/lab_results.xlsx "$tree/lab_results.xlsx"

begin en light
heard '"open"'
shot welcome-en-light
end

# ready: the table is there with its profile, and a cell is chosen.
ready() {
	heard '"Described":true'
	click 560 330
	keys Right Right Right
}

begin en light "$tree/lab_results.xlsx"
ready
keys Right
shot table-en-light
keys ctrl+i
heard '"event":"origin"'
sleep 1
shot origin-en-light
end

begin zh dark "$tree/lab_results.xlsx"
ready
keys ctrl+2
shot table-zh-dark
end
