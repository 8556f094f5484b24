#!/usr/bin/env bash
# Finds or makes a Rust toolchain that can build for the browser, and prints the PATH to use.
#
# Order: the cargo on PATH if it has a wasm32 std; `rustup target add` (needs a network); Debian's
# rustc-web with a std built here once. One toolchain serves every build: mixing two in one target
# folder rebuilds the world at each switch.
set -euo pipefail

say() { printf '\033[2m[toolchain]\033[0m %s\n' "$*" >&2; }
die() { printf '\033[31m[toolchain]\033[0m %s\n' "$*" >&2; exit 1; }

has_wasm_std() { # the rustc to ask
  local dir
  dir=$("$1" --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) || return 1
  compgen -G "$dir/libstd-*.rlib" >/dev/null
}

build_wasm_std() {
  say "building the standard library for wasm32 once (about a minute)"
  local dir lib
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' RETURN
  mkdir -p "$dir/src"
  printf '[package]\nname = "std-for-wasm"\nversion = "0.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n[profile.release]\nopt-level = "z"\n' >"$dir/Cargo.toml"
  : >"$dir/src/lib.rs"
  # The final link may fail for want of a linker; the libraries are what counts.
  (cd "$dir" && env -u CARGO_TARGET_DIR -u RUSTFLAGS PATH="/usr/bin:$PATH" RUSTC_BOOTSTRAP=1 /usr/bin/cargo build --release \
    -Zbuild-std=std,panic_abort --target wasm32-unknown-unknown --target-dir "$dir/target" >"$dir/log" 2>&1) || true
  compgen -G "$dir/target/wasm32-unknown-unknown/release/deps/libstd-*.rlib" >/dev/null ||
    { tail -n 20 "$dir/log" >&2; die "the standard library did not build; the lines above say why"; }
  lib=/usr/lib/rustlib/wasm32-unknown-unknown/lib
  $SUDO mkdir -p "$lib"
  $SUDO cp "$dir"/target/wasm32-unknown-unknown/release/deps/*.rlib "$lib/"
}

if has_wasm_std rustc; then
  printf '%s\n' "$PATH"
  exit 0
fi

if command -v rustup >/dev/null && timeout 60 rustup target add wasm32-unknown-unknown >/dev/null 2>&1 && has_wasm_std rustc; then
  printf '%s\n' "$PATH"
  exit 0
fi

SUDO=""
[ "$(id -u)" = 0 ] || SUDO="sudo"
if [ ! -x /usr/bin/cargo ] || ! /usr/bin/rustc --version | grep -qE '1\.(9[4-9]|[1-9][0-9]{2})' || [ ! -x /usr/bin/lld-22 ] || [ ! -x /usr/bin/cargo-clippy ]; then
  command -v apt-get >/dev/null || die "no Rust with a wasm32 target here. Install it: https://rustup.rs, then 'rustup target add wasm32-unknown-unknown'"
  say "installing Debian's rustc-web (about half a minute)"
  $SUDO apt-get update -qq >&2
  $SUDO apt-get install -y -qq --no-install-recommends rustc-web cargo-web rust-web-src libstd-rust-web-dev rust-web-clippy rustfmt-web lld-22 gcc libc6-dev >&2
fi
# The copy of rust-lld that Debian ships does not start on every release; lld-22 is the same linker.
if [ -d /usr/lib/rustlib/x86_64-unknown-linux-gnu/bin ] || $SUDO mkdir -p /usr/lib/rustlib/x86_64-unknown-linux-gnu/bin; then
  $SUDO ln -sf /usr/bin/lld-22 /usr/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld
fi
has_wasm_std /usr/bin/rustc || build_wasm_std
has_wasm_std /usr/bin/rustc || die "the wasm32 standard library is still missing after the build"
printf '/usr/bin:%s\n' "$PATH"
