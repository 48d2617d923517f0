#!/usr/bin/env bash
# Makes the profiles in this folder again: of several versions of Go, of pprof itself, and of writers
# in other languages. Needs the network, Go, Rust and Node.js, and takes two minutes.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
# A neutral place, so that no path of this machine gets into the profiles.
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cp -r ../../../examples/gobench rust node "$build"
export GOENV=off GOFLAGS=-trimpath

cd "$build/gobench"
# Old versions of Go refuse what asks for a newer one.
sed -i 's/^go .*/go 1.18/' go.mod
for version in 1.18.10 1.21.13 1.23.12 1.25.4; do
  for side in old new; do
    tags=""
    if [ "$side" = new ]; then tags=-tags=improved; fi
    echo "go$version test -run='^\$' -bench='^BenchmarkTitle$' $tags -benchtime=200000x ./text"
    GOTOOLCHAIN=go$version go test -run='^$' -bench='^BenchmarkTitle$' $tags -benchtime=200000x ./text \
      -cpuprofile="$here/go$version-$side.cpu.pprof" -o "$build/text.test" > /dev/null
    GOTOOLCHAIN=go$version go test -run='^$' -bench='^BenchmarkTitle$' $tags -benchtime=1000x ./text \
      -memprofile="$here/go$version-$side.heap.pprof" -memprofilerate=1 -o "$build/text.test" > /dev/null
  done
done

cd "$here"
for side in old new; do
  echo "go tool pprof -proto: two versions of Go in one file"
  go tool pprof -proto -output="merged-$side.cpu.pprof" go1.23.12-$side.cpu.pprof go1.25.4-$side.cpu.pprof 2> /dev/null
  echo "gzip -dc: not packed"
  gzip -dc "go1.25.4-$side.heap.pprof" > "unpacked-$side.heap.pb"
done

echo "Rust: the crate pprof"
export RUSTFLAGS="--remap-path-prefix=$build=/build --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
cargo build --quiet --release --manifest-path "$build/rust/Cargo.toml" --target-dir "$build/target"
"$build/target/release/writer" 400000 "$here/rust-old.cpu.pb"
"$build/target/release/writer" 900000 "$here/rust-new.cpu.pb"

echo "JavaScript: @datadog/pprof"
cd "$build/node"
npm install --silent > /dev/null
node writer.js 400000 "$here/node-old.cpu.pprof" "$here/node-old.heap.pprof" > /dev/null
node writer.js 900000 "$here/node-new.cpu.pprof" "$here/node-new.heap.pprof" > /dev/null
