#!/bin/bash
# Measures the time that `benchcli run` saves where little changed.
#
#   examples/bench/time-saved.sh
#
# First, a commit changes one of ten packages, all of which depend on nothing else in the module. The run that skips the
# nine packages whose test binaries stay the same is compared with one that measures all. Then, commits that change
# no benchmarked code are compared with a stored baseline of ten commits before, and what that makes suspect is measured on both sides. This
# is compared with measuring both sides of everything. The lines of standard output are a table in CSV. BENCHTIME is
# 100ms, COMMITS is 3. The machine should be quiet.
set -euo pipefail
cd "$(dirname "$0")/../.."
benchtime=${BENCHTIME:-100ms}
commits=${COMMITS:-3}
for tool in go git; do
    command -v "$tool" > /dev/null || { echo "SKIPPED: $tool is not installed" >&2; exit 0; }
done
if [ -z "${BENCHCLI:-}" ]; then
    cargo build --release --quiet -p benchcli --bin benchcli
    BENCHCLI=$PWD/${CARGO_TARGET_DIR:-target}/release/benchcli
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/repository"
cp examples/gobench/go.mod "$work/repository"
for number in 0 1 2 3 4 5 6 7 8 9; do cp -r examples/gobench/codec "$work/repository/codec$number"; done
cd "$work/repository"
git init -q -b main
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
git add . && git commit -q -m "Ten packages"

# A function that no benchmark calls.
change() { # PACKAGE NUMBER
    printf 'package codec\n\nimport "os"\n\nfunc init() {\n\tif len(os.Args) > 1000 {\n\t\tprintln(%d)\n\t}\n}\n' \
        "$2" > "$1/added$2.go"
    git add . && git commit -q -m "Change $1"
}

run() { # NAME FLAGS
    local name=$1 code=0 started=$EPOCHREALTIME seconds
    shift
    "$BENCHCLI" run --benchtime "$benchtime" --seed 7 "$@" > "$work/report" 2> "$work/log" || code=$?
    seconds=$(awk -v from="$started" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }')
    echo "$name,$code,$seconds,$(grep -c 'confirmed\|not confirmed' "$work/report" || true)"
    [ "$code" -ne 2 ] || cat "$work/log" >&2
}

echo "run,exit,seconds,rows measured again"
change codec3 0
# The go command then has everything in its cache, for each of the ways.
"$BENCHCLI" run --base HEAD~1 --rounds 1 --benchtime 1x --measure-all > /dev/null 2>&1 || true
"$BENCHCLI" run --base HEAD~1 --rounds 1 --benchtime 1x > /dev/null 2>&1 || true
run "one of ten packages changed" --base HEAD~1
run "one of ten packages changed, all measured" --base HEAD~1 --measure-all
for number in $(seq "$commits"); do
    "$BENCHCLI" run --record-only --benchtime "$benchtime" > /dev/null 2>&1
    for package in codec?; do change "$package" "$number"; done
    run "commit $number against the stored baseline" --base "HEAD~10" --cached-base
    run "commit $number, both sides measured" --base "HEAD~10"
done
