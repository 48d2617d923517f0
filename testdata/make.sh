#!/usr/bin/env bash
# Makes the files in this folder again with real runs of examples/gobench.
#
#   testdata/make.sh             all of them, in about ten minutes
#   testdata/make.sh old.txt …   only those
#
# Each command is printed before it runs; README.md lists them.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
# A neutral place, so that no path of this machine gets into the output.
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cp -r ../examples/gobench "$build/gobench"
cd "$build/gobench"
export GOFLAGS=-trimpath GOTOOLCHAIN=local

wanted=("$@")
want() {
  [ ${#wanted[@]} -eq 0 ] && return 0
  local name
  for name in "${wanted[@]}"; do [ "$name" = "$1" ] && return 0; done
  return 1
}

# bench FILE ARGUMENTS…: one go test, its standard output in FILE. Benchmarks that fail on purpose
# make go test fail; what it printed is what we want.
bench() {
  local file=$1
  shift
  want "$file" || return 0
  echo "go test -run='^\$' -bench=. $* > $file"
  go test -run='^$' -bench=. "$@" > "$here/$file" || true
}

both() {
  local stem=$1 ending=$2
  shift 2
  bench "$stem"old"$ending" "$@"
  bench "$stem"new"$ending" -tags=improved "$@"
}

main="./codec ./collect ./system ./text"
# shellcheck disable=SC2086
{
  both "" .txt -benchmem -count=10 -benchtime=20ms $main
  both count1- .txt -benchmem -count=1 -benchtime=20ms $main
  both count3- .txt -benchmem -count=3 -benchtime=1000x $main
  both cpu12- .txt -benchmem -count=6 -benchtime=10ms -cpu=1,2 ./collect ./text
  both onepkg- .txt -benchmem -count=6 -benchtime=10ms ./codec
  both count20- .txt -benchmem -count=20 -benchtime=10ms ./codec
  both nomem- .txt -count=6 -benchtime=10ms ./collect ./codec
  both json- .json -benchmem -count=6 -benchtime=10ms -json ./codec ./text
}
# Old and new measured in turn, so that a drift of the machine meets both alike.
turns() {
  want turns-old.txt || want turns-new.txt || return 0
  echo "ten times: go test -run='^\$' -bench=. $* >> turns-old.txt, and with -tags=improved >> turns-new.txt"
  local file
  for file in turns-old.txt turns-new.txt; do
    echo "# benchcli: interleaved rounds=10" > "$here/$file"
  done
  local round
  for round in 1 2 3 4 5 6 7 8 9 10; do
    # The side that goes first changes from round to round.
    if [ $((round % 2)) -eq 1 ]; then set -- old new "$@"; else set -- new old "$@"; fi
    local first=$1 second=$2
    shift 2
    local side
    for side in "$first" "$second"; do
      local tags=""
      if [ "$side" = new ]; then tags=-tags=improved; fi
      go test -run='^$' -bench=. $tags "$@" >> "$here/turns-$side.txt"
    done
  done
}
# shellcheck disable=SC2086
turns -benchmem -benchtime=20ms $main
# shellcheck disable=SC2086
bench noise.txt -count=200 -benchtime=20ms $main
# Every benchmark once a round; the environment is written once.
rounds() {
  local file=$1 count=$2 package round
  shift 2
  want "$file" || return 0
  echo "$count rounds of -bench=. $* > $file"
  for package in $main; do go test -c -o "$build/${package##*/}.test" "$package"; done
  for ((round = 0; round < count; round++)); do
    for package in $main; do
      (cd "$package" && "$build/${package##*/}.test" -test.run='^$' -test.bench=. "${@/#-/-test.}")
    done
  done | awk '/^(goos|goarch|cpu):/ && seen[$0]++ { next } /^(goos|goarch|cpu|pkg):|^Benchmark/' > "$here/$file"
}
rounds rounds.txt 100 -benchmem -benchtime=10ms
bench unequal-new.txt -tags=improved -benchmem -count=9 -benchtime=10ms ./codec
bench verbose.txt -v -benchmem -count=3 -benchtime=10ms ./codec ./collect
bench odd.txt -tags=odd -count=2 -benchtime=10ms ./odd
bench odd-v.txt -tags=odd -v -count=2 -benchtime=10ms ./odd
bench odd.json -tags=odd -json -count=2 -benchtime=10ms ./odd
bench panic.txt -tags=odd,oddpanic -bench='Before|After|Panics|Key' -count=2 -benchtime=10ms ./codec ./odd
bench panic.json -tags=odd,oddpanic -bench='Before|After|Panics|Key' -count=2 -benchtime=10ms -json ./codec ./odd

# What editors, shells and log collectors do to such a file.
cd "$here"
convert() {
  local file=$1
  # The writer must not meet a closed pipe.
  want "$file" || { cat > /dev/null; return 0; }
  echo "onepkg-old.txt → $file"
  cat > "$file"
}
sed 's/$/\r/' onepkg-old.txt | convert crlf.txt
(printf '\357\273\277' && cat onepkg-old.txt) | convert bom.txt
(printf '\377\376' && sed 's/$/\r/' onepkg-old.txt | iconv -f UTF-8 -t UTF-16LE) | convert utf16.txt
awk '{ printf "2026-05-24T15:53:%02d.%07dZ %s\n", NR % 60, NR * 7919 % 10000000, $0 }' onepkg-old.txt | convert ci-log.txt
awk '{ printf "\033[32m%s\033[0m\n", $0 }' onepkg-old.txt | convert ansi.txt
(echo '# Results' && echo && echo '```' && cat onepkg-old.txt && echo '```') | convert fenced.md

# Profiles: what `benchcli profile` keeps and compares.
cd "$build/gobench"
mkdir -p "$here/profiles"
profiled() {
  local stem=$1
  shift
  want "profiles/$stem" || return 0
  echo "go test -run='^\$' $* -cpuprofile -memprofile > profiles/$stem.*"
  go test -run='^$' "$@" -cpuprofile="$here/profiles/$stem.cpu.pprof" \
    -memprofile="$here/profiles/$stem.heap.pprof" -memprofilerate=1 -o "$build/profiled.test"
}
profiled old -bench=Index -benchtime=2000x ./collect
profiled new -bench=Index -benchtime=2000x -tags=improved ./collect
if want profiles/old.trace; then
  echo "go test -run='^\$' -bench=Key -benchtime=1x -trace ./codec > profiles/old.trace"
  go test -run='^$' -bench=Key -benchtime=1x -trace="$here/profiles/old.trace" -o "$build/profiled.test" ./codec
fi
