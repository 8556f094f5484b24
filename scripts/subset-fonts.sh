#!/usr/bin/env bash
# Makes style/fonts/*.woff2 from the npm packages of Inter and JetBrains Mono: the characters, weights
# and features that the interface uses, half the bytes. Run it by hand when one of these changes;
# the results are in the repository, so that no build needs Python.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" -q install 'fonttools==4.60.1' 'brotli==1.2.0'
(cd "$dir" && npm pack --silent @fontsource-variable/inter@5.3.0 @fontsource-variable/jetbrains-mono@5.3.0 >/dev/null)
for name in inter jetbrains-mono; do
  mkdir "$dir/$name"
  tar -xzf "$dir/fontsource-variable-$name-5.3.0.tgz" -C "$dir/$name" --strip-components 1
done

# Latin-1, and the punctuation, arrows and signs of the interface; other scripts fall back to the system's font.
chars="U+0020-007E,U+00A0-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2013-2014,U+2018-201A,U+201C-201E"
chars+=",U+2022,U+2026,U+2039-203A,U+20AC,U+2122,U+2190-2193,U+2212"

subset() { # npm name, result, weights, features
  "$dir/venv/bin/fonttools" varLib.instancer --quiet -o "$dir/$2.ttf" "$dir/$1/files/$1-latin-wght-normal.woff2" "wght=$3"
  "$dir/venv/bin/pyftsubset" "$dir/$2.ttf" --unicodes="$chars" --layout-features="$4" --flavor=woff2 \
    --output-file="style/fonts/$2.woff2"
  cp "$dir/$1/LICENSE" "style/fonts/$2.LICENSE"
}

mkdir -p style/fonts
subset inter inter-latin 400:600 kern,calt,ccmp,locl,mark,mkmk,tnum,case,cv05
subset jetbrains-mono jetbrains-mono-latin 400:500 ccmp,locl,mark,mkmk,zero
ls -l style/fonts
