#!/bin/sh
# Packs the desktop client for this system into build/: a tarball that unpacks over a
# prefix such as /usr/local or ~/.local. Run from the root as: app/package.sh VERSION
# (make package does). What the desktop shows of it comes from FyneApp.toml.
set -eu
version=$1
name=$(sed -n 's/^Name = "\(.*\)"/\1/p' FyneApp.toml)
id=$(sed -n 's/^ID = "\(.*\)"/\1/p' FyneApp.toml)
comment=$(sed -n 's/^Comment = "\(.*\)"/\1/p' FyneApp.toml)
generic=$(sed -n 's/^GenericName = "\(.*\)"/\1/p' FyneApp.toml)
list() { sed -n "s/^$1 = \[\(.*\)\]/\1/p" FyneApp.toml | tr -d '" ' | tr ',' ';'; }

system=$(go env GOOS)-$(go env GOARCH)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
root=$tree/sheetmill-desktop-$version-$system
mkdir -p "$root/bin" "$root/share/applications" "$root/share/icons/hicolor/512x512/apps" "$root/share/icons/hicolor/scalable/apps" \
	"$root/share/doc/sheetmill"
cp bin/sheetmill-desktop bin/sheetmill "$root/bin/"
cp assets/icon/icon.png "$root/share/icons/hicolor/512x512/apps/$id.png"
cp assets/icon/icon.svg "$root/share/icons/hicolor/scalable/apps/$id.svg"
cp LICENSE README.md "$root/share/doc/sheetmill/"
cp assets/font/OFL.txt "$root/share/doc/sheetmill/NotoSansSC-OFL.txt"
cat >"$root/share/applications/$id.desktop" <<END
[Desktop Entry]
Type=Application
Name=$name
GenericName=$generic
GenericName[zh_CN]=表格清洗
Comment=$comment
Comment[zh_CN]=一次读取杂乱的表格，清洗数据，每个改动过的单元格都有据可查
Exec=sheetmill-desktop %F
Icon=$id
Terminal=false
StartupWMClass=$name
Categories=$(list Categories);
Keywords=$(list Keywords);
MimeType=application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;application/vnd.ms-excel;application/vnd.ms-excel.sheet.macroEnabled.12;application/vnd.ms-excel.sheet.binary.macroEnabled.12;application/vnd.oasis.opendocument.spreadsheet;text/csv;text/tab-separated-values;
END
mkdir -p build
tar -C "$tree" -czf "build/sheetmill-desktop-$version-$system.tar.gz" "$(basename "$root")"
echo "build/sheetmill-desktop-$version-$system.tar.gz"
