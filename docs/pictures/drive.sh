# Drives the real program on a screen in memory (Xvfb), with the keyboard wherever there is a
# key for it. Sourced, by take.sh and matrix.sh, from the root; needs what .ci/deps installs.
#   screen WIDTHxHEIGHT FOLDER     the screen, and where its pictures go
#   begin LANGUAGE THEME [FILE...] starts the program, in the workspace $home
#   keys, click, words             what a person does
#   heard TEXT                     waits until the program has told of it (SHEETMILL_TRACE)
#   shot NAME                      takes a picture
#   end                            ends the program
program=${SHEETMILL_DESKTOP:-bin/sheetmill-desktop}
tree=$(mktemp -d)
home=$tree/home
server=
client=

finish() {
	[ -z "$client" ] || kill "$client" 2>/dev/null || true
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$tree"
}
trap finish EXIT
trap 'exit 130' INT TERM

# until_ COMMAND...: waits until it succeeds, 3 min at most.
until_() {
	n=0
	while ! "$@" >/dev/null 2>&1; do
		n=$((n + 1))
		[ "$n" -lt 1800 ] || {
			echo "gave up waiting for: $*" >&2
			exit 1
		}
		sleep 0.1
	done
}

screen() {
	[ -z "$server" ] || {
		kill "$server"
		wait "$server" 2>/dev/null || true
	}
	width=${1%x*}
	height=${1#*x}
	out=$2
	mkdir -p "$out"
	# A free display, which the server chooses; without -noreset it is away for a moment after each program.
	: >"$tree/display"
	Xvfb -displayfd 3 -noreset -screen 0 "${1}x24" -nolisten tcp 3>"$tree/display" >/dev/null 2>&1 &
	server=$!
	until_ test -s "$tree/display"
	DISPLAY=:$(cat "$tree/display")
	export DISPLAY
	until_ xdotool getmouselocation
}

begin() {
	rm -rf "$tree/config"
	mkdir -p "$tree/config/sheetmill"
	printf '{"language": "%s", "theme": "%s"}\n' "$1" "$2" >"$tree/config/sheetmill/settings.json"
	shift 2
	: >"$tree/trace"
	XDG_CONFIG_HOME="$tree/config" HOME="$tree" SHEETMILL_HOME="$home" SHEETMILL_TRACE="$tree/trace" "$program" "$@" 2>"$tree/log" &
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

# shot NAME: in as few colours as it needs.
shot() {
	sleep 0.7
	import -window root +dither -colors 255 -depth 8 -define png:compression-level=9 "$out/$1.png"
}

click() { xdotool mousemove "$1" "$2" click "${3:-1}"; }
keys() {
	for k in "$@"; do
		xdotool key --clearmodifiers "$k"
		sleep 0.05
	done
}
words() { xdotool type --delay 30 "$1"; }
heard() { until_ grep -q "$1" "$tree/trace"; }
# again TEXT N: waits until the program has told of it N times.
again() { until_ sh -c "[ \$(grep -c '$1' '$tree/trace') -ge $2 ]"; }
