#!/bin/bash
# Measures how often `benchcli run` fails commits that change no code that a benchmark runs.
#
#   examples/bench/unchanged-code.sh [COMMITS]
#
# Each commit (12 without an argument) adds a file with functions that no benchmark calls, to one package or to all
# three of examples/gobench, before or after the code that is there, short or long. The functions can be reached from
# an init function, so the linker keeps them, and all code behind them moves. Each commit is measured against the one
# before with the default settings, and with the single layout and the single measurement of version 1.0.0. The lines
# of standard output are a table in CSV; the last two lines on standard error sum it up. BENCHTIME (20ms) and ROUNDS (10)
# are those of the runs. RAW names a folder that keeps what was measured. The machine must be quiet.
set -euo pipefail
cd "$(dirname "$0")/../.."
commits=${1:-12}
benchtime=${BENCHTIME:-20ms}
rounds=${ROUNDS:-10}
raw=${RAW:-}
for tool in go git jq; do
    command -v "$tool" > /dev/null || { echo "SKIPPED: $tool is not installed" >&2; exit 0; }
done
cargo build --release --quiet -p benchcli --bin benchcli
benchcli=$PWD/${CARGO_TARGET_DIR:-target}/release/benchcli
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r examples/gobench/. "$work"
cd "$work"
git init -q -b main
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
git add . && git commit -q -m start

# Adds functions to a package in a file whose name puts it before or after the others.
add() { # NUMBER PACKAGE PLACE FUNCTIONS
    local file=$2/$3_added$1.go at
    {
        printf 'package %s\n\nimport "os"\n\n' "$2"
        for at in $(seq "$4"); do
            printf 'func added%d_%d(n int) int {\n\ts := n\n' "$1" "$at"
            printf '\tfor i := 0; i < n; i++ {\n\t\ts += i*%d ^ s>>%d\n\t}\n' $((at + 2)) $((at % 7 + 1))
            printf '\treturn s\n}\n\n'
        done
        printf 'func init() {\n\tif len(os.Args) > 1000 {\n'
        for at in $(seq "$4"); do printf '\t\tprintln(added%d_%d(len(os.Args)))\n' "$1" "$at"; done
        printf '\t}\n}\n'
    } > "$file"
}

places=(aa zz mm) sizes=(1 7 40)
declare -A failed=([default]=0 [single]=0) layout=([default]=0 [single]=0) rows=([default]=0 [single]=0)
echo "commit,way,exit,timing rows,regressed,layout,seconds"
for number in $(seq "$commits"); do
    place=${places[number % 3]} size=${sizes[number / 3 % 3]}
    case $((number % 4)) in
        0) packages=(text) ;;
        1) packages=(codec) ;;
        2) packages=(collect) ;;
        3) packages=(text codec collect) ;;
    esac
    for package in "${packages[@]}"; do add "$number" "$package" "$place" "$size"; done
    git add . && git commit -q -m "Add $size functions ($place) to ${packages[*]}"
    for way in default single; do
        flags=()
        [ "$way" = default ] || flags=(--no-layout --no-confirm)
        [ -z "$raw" ] || flags+=(--save-raw "$raw/$number-$way")
        code=0 started=$SECONDS
        "$benchcli" run --base HEAD~1 --pkg ./text --pkg ./codec --pkg ./collect --measure-all \
            --rounds "$rounds" --benchtime "$benchtime" --seed "$number" --format json "${flags[@]}" \
            > report.json 2> /dev/null || code=$?
        read -r timing regressed within < <(jq -r '[.rows[] | select(.unit == "sec/op")]
            | [length, (map(select(.fails)) | length), (map(select(.reason // "" | startswith("layout"))) | length)]
            | @tsv' report.json)
        echo "$number,$way,$code,$timing,$regressed,$within,$((SECONDS - started))"
        failed[$way]=$((failed[$way] + (code == 1)))
        rows[$way]=$((rows[$way] + timing)) layout[$way]=$((layout[$way] + within))
    done
done
for way in default single; do
    echo "$way: ${failed[$way]} of $commits commits failed, ${layout[$way]} of ${rows[$way]} timing rows within the layout" >&2
done
