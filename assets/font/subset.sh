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
	pyftsubset "package/$weight/NotoSansSC_$weight.ttf" --unicodes-file=points.txt --no-hinting \
		--drop-tables+=DSIG,BASE,vhea,vmtx,VORG --layout-features=kern,mark,mkmk --name-IDs='*' \
		--notdef-outline --output-file="$weight.ttf"
	# Fyne's shaper takes every TrueType outline apart when it loads a font, 22 MB of points in each
	# weight, but leaves those of CFF as they are until one is drawn. Cubic within a thousandth of an em.
	python3 - "$weight.ttf" "$here/NotoSansSC-${weight#???}.otf" <<'PY'
import sys
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont

font = TTFont(sys.argv[1])
glyphs, outlines = font.getGlyphSet(), {}
for name in font.getGlyphOrder():
    pen = T2CharStringPen(glyphs[name].width, glyphs)
    glyphs[name].draw(Qu2CuPen(pen, max_err=font["head"].unitsPerEm / 1000, all_cubic=True, reverse_direction=True))
    outlines[name] = pen.getCharString()
builder = FontBuilder(font=font)
builder.isTTF = False
builder.setupCFF(font["name"].getDebugName(6), {"FullName": font["name"].getDebugName(4)}, outlines, {})
for table in ("glyf", "loca", "gasp"):
    if table in font:
        del font[table]
font["maxp"].tableVersion = 0x00005000
font.sfntVersion = "OTTO"
font.save(sys.argv[2])
PY
done
cp package/LICENSE_FONT "$here/OFL.txt"
