#!/bin/bash
# Measures how often `benchcli run` fails commits that change no code that a benchmark runs, and how often it fails those
# that do.
#
#   examples/bench/unchanged-code.sh [COMMITS]
#
# Each of the commits (60 without an argument) adds functions that no benchmark calls. They can be reached from an init
# function, so the linker keeps them, and all code behind them moves. The places are the benchmarked packages of
# examples/gobench, a package that these import, and a vendored dependency, which gets a new version; before, after and
# between the functions that are there. Every commit changes every test binary.
#
# Each commit is measured against the one before: 12 rounds in 6 layouts, 12 in the one layout that the go command gives,
# and 22 rounds in a layout each of the benchmarks that need a confirmation or that are calm. That takes a minute and
# a half. The machine should be quiet. The example `resampled_runs` then draws runs of 10 rounds from these, and prints
# what they say.
#
# SINGLE is how many of the commits are measured in the one layout, all by default. RAW names a folder that keeps what was measured, and what is there is not measured again. BENCHTIME is 20ms. BENCHCLI
# names a program to use instead of the one that is built here.
set -euo pipefail
cd "$(dirname "$0")/../.."
commits=${1:-60}
benchtime=${BENCHTIME:-20ms}
for tool in go git; do
    command -v "$tool" > /dev/null || { echo "SKIPPED: $tool is not installed" >&2; exit 0; }
done
cargo build --release --quiet -p benchcli --bin benchcli --example resampled_runs
built=$PWD/${CARGO_TARGET_DIR:-target}/release
benchcli=${BENCHCLI:-$built/benchcli}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "${RAW:-$work/raw}"
raw=$(cd "${RAW:-$work/raw}" && pwd)
cp -r examples/gobench "$work/repository"
cd "$work/repository"
git init -q -b main
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com

# Functions that loop and branch, and an init function that can reach them.
functions() { # NAME COUNT STEPS
    local at step
    for at in $(seq "$2"); do
        printf '\nfunc %s_%d(n int) int {\n\ts := n\n' "$1" "$at"
        for step in $(seq "$3"); do
            printf '\tfor i := 0; i < n; i++ {\n\t\tif s ^= i * %d; s&%d == 0 {\n\t\t\ts += i >> %d\n\t\t}\n\t}\n' \
                $((at + step)) $((step + 2)) $((step % 5 + 1))
        done
        printf '\treturn s\n}\n'
    done
    printf '\nfunc init() {\n\tif len(os.Args) > 1000 {\n'
    for at in $(seq "$2"); do printf '\t\tprintln(%s_%d(len(os.Args)))\n' "$1" "$at"; done
    printf '\t}\n}\n'
}

# A file of a package with such functions.
file() { # FOLDER FILE NAME COUNT STEPS
    mkdir -p "$1"
    { printf 'package %s\n\nimport "os"\n' "$(basename "$1")"; functions "$3" "$4" "$5"; } > "$1/$2.go"
}

# Adds functions to a package: in a file before or behind the others, or behind the first function of one of them.
add() { # FOLDER PLACE NAME COUNT STEPS
    case $2 in
        before) file "$1" "aa_$3" "$3" "$4" "$5" ;;
        after) file "$1" "zz_$3" "$3" "$4" "$5" ;;
        between)
            local into first
            into=$(grep -l '^func ' "$1"/[a-z]*.go | grep -v -e _test -e improved -e "/zz_" -e "/aa_" | head -n 1)
            first=$(grep -n '^}' "$into" | head -n 1 | cut -d: -f1)
            functions "$3" "$4" "$5" > "$work/functions"
            sed -i "${first}r $work/functions" "$into"
            grep -q '^\s*"os"$\|^import "os"$' "$into" || sed -i '0,/^package .*/s//&\n\nimport "os"/' "$into"
            ;;
    esac
}

packages=(text codec collect)
file shared b_start start 3 2
file vendor/example.org/extra b_start start 3 2
for package in "${packages[@]}"; do
    printf 'package %s\n\nimport (\n\t_ "example.com/gobench/shared"\n\t_ "example.org/extra"\n)\n' "$package" \
        > "$package/imports.go"
done
bump() { # VERSION
    printf 'module example.com/gobench\n\ngo 1.22\n\nrequire example.org/extra v1.%d.0\n' "$1" > go.mod
    printf '# example.org/extra v1.%d.0\n## explicit; go 1.22\nexample.org/extra\n' "$1" > vendor/modules.txt
}
bump 0
git add -f . && git commit -q -m start

places=(before after between)
for number in $(seq "$commits"); do
    place=${places[number % 3]}
    case $((number / 3 % 3)) in
        0) count=1 steps=1 ;;
        1) count=1 steps=25 ;;
        2) count=20 steps=2 ;;
    esac
    case $((number / 9 % 4)) in
        0 | 1) targets=("${packages[@]}") ;;
        2) targets=(shared) ;;
        3) targets=(vendor/example.org/extra); bump "$number" ;;
    esac
    for target in "${targets[@]}"; do add "$target" "$place" "added$number" "$count" "$steps"; done
    git add -f . && git commit -q -m "Add $count functions of $steps loops $place those of ${targets[*]}"
    git tag "commit$number"
done

for number in $(seq "$commits"); do
    git checkout -q "commit$number"
    for way in first single again; do
        [ -e "$raw/$number/$way" ] && continue
        [ "$way" = single ] && [ "$number" -gt "${SINGLE:-$commits}" ] && continue
        # Each with layouts of its own.
        case $way in
            first) flags=(--rounds 12 --layouts 6 --seed "${number}1") ;;
            single) flags=(--rounds 12 --no-layout --seed "${number}2") ;;
            again)
                bench=$("$built/examples/resampled_runs" --again "$raw/$number")
                if [ -z "$bench" ]; then
                    mkdir -p "$raw/$number/again" && touch "$raw/$number/again/"{old,new}.txt
                    continue
                fi
                flags=(--rounds 22 --layouts 22 --seed "${number}3" --bench "^($bench)\$")
                ;;
        esac
        echo "commit $number of $commits: $(git log -1 --format=%s) ($way)" >&2
        code=0
        "$benchcli" run --base HEAD~1 --pkg ./text --pkg ./codec --pkg ./collect --measure-all --no-confirm \
            --benchtime "$benchtime" --save-raw "$work/saved" "${flags[@]}" \
            > "$work/report" 2>&1 || code=$?
        [ "$code" -lt 2 ] || { cat "$work/report" >&2; exit "$code"; }
        mkdir -p "$raw/$number" && mv "$work/saved" "$raw/$number/$way"
    done
done
"$built/examples/resampled_runs" "$raw" "$benchcli"
