#!/bin/sh
# Cuts Noto Sans SC down to the characters of GBK, Latin, Greek, Cyrillic and the
# symbols of screens, from its npm package (OFL, see OFL.txt). Run in this folder;
# needs npm and Python's fonttools. Without ASCII and the space in the same font
# baselines would jump, so they are in it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$(pwd)
cd "$work"
npm pack @expo-google-fonts/noto-sans-sc@0.4.3 >/dev/null
tar xzf ./*.tgz
python3 - <<'PY'
spans = [(0x20, 0x7F), (0xA0, 0x250), (0x370, 0x460), (0x2010, 0x205F), (0x2070, 0x209D),
         (0x20A0, 0x20C0), (0x2100, 0x2400), (0x25A0, 0x27C0)]
points = {c for first, end in spans for c in range(first, end)}
for high in range(0x81, 0xFF):
    for low in range(0x40, 0xFF):
        try:
            points.update(map(ord, bytes([high, low]).decode("gbk")))
        except UnicodeDecodeError:
            pass
open("points.txt", "w").write("\n".join("U+%04X" % c for c in sorted(points)))
PY
for weight in 400Regular 700Bold; do
	name=NotoSansSC-${weight#???}.ttf
	pyftsubset "package/$weight/NotoSansSC_$weight.ttf" --unicodes-file=points.txt --no-hinting \
		--drop-tables+=DSIG,BASE,vhea,vmtx,VORG --layout-features=kern,mark,mkmk --name-IDs='*' \
		--notdef-outline --output-file="$here/$name"
done
cp package/LICENSE_FONT "$here/OFL.txt"
