#!/bin/sh
# How the time grows with the input: inputs of 1, 4 and 16 times a size, and histories of 1 and 4 times a length.
#
#   examples/bench/growth.sh [SHAPE...]
#
# A shape is one of benchcli/examples/generate.rs with the smallest scale, or `history`: `benchcli check` in
# repositories of 25,000 and 100,000 commits, every tenth of them measured. Without one: counts:0.25
# names:0.25 distinct:0.0625 samples:1 json:0.25 history. The inputs (2 GB for these) are kept in DATA, by
# default target/bench-data; RUNS (7) is how often each program runs. Needs hyperfine.
set -eu
cd "$(dirname "$0")/../.."

# A path from the root, for the commands that run elsewhere.
absolute() {
    case $1 in
        /*) echo "$1" ;;
        *) echo "$PWD/$1" ;;
    esac
}
data=$(absolute "${DATA:-target/bench-data}")
runs=${RUNS:-7}
target=$(absolute "${CARGO_TARGET_DIR:-target}")
[ $# -gt 0 ] || set -- counts:0.25 names:0.25 distinct:0.0625 samples:1 json:0.25 history

if ! command -v hyperfine >/dev/null 2>&1; then
    echo "SKIPPED: hyperfine is not installed: nothing to measure with"
    exit 0
fi
cargo build --release --quiet -p benchcli --bins --examples

# Runs commands in turn, a line of a CSV each, and gives their median times in seconds.
medians() {
    csv=$1
    shift
    hyperfine -N --style none --ignore-failure --warmup 1 --runs "$runs" --export-csv "$csv" "$@" >/dev/null 2>&1
    awk -F, 'NR > 1 { print $(NF - 4) }' "$csv"
}

inputs() {
    shape=${1%%:*}
    least=${1#*:}
    [ "$least" != "$1" ] || least=1
    set --
    sizes=
    for times in 1 4 16; do
        scale=$(awk "BEGIN { print $least * $times }")
        folder=$data/$shape-$scale
        if ! [ -e "$folder/done" ]; then
            "$target/release/examples/generate" "$shape" "$folder" "$scale"
            : >"$folder/done"
        fi
        files=$folder/old.txt
        if [ -e "$folder/new.txt" ]; then files="$files $folder/new.txt"; fi
        # shellcheck disable=SC2086
        sizes="$sizes $(cat $files | wc -c)"
        set -- "$@" "$target/release/benchdiff $files"
    done
    mkdir -p "$data"
    # shellcheck disable=SC2046
    set -- $(medians "$data/growth.csv" "$@")
    echo "$shape $sizes $*" | awk '{
        printf "%-9s %5.0f MB %7.3f s  %5.0f MB %7.3f s  x %5.2f  %5.0f MB %7.3f s  x %5.2f\n",
            $1, $2 / 1e6, $5, $3 / 1e6, $6, $6 / $5, $4 / 1e6, $7, $7 / $6 }'
}

history() {
    for commits in 25000 100000; do
        folder=$data/history-$commits
        [ -e "$folder/new.txt" ] && continue
        rm -rf "$folder"
        "$target/release/examples/long_history" "$folder" "$commits" 200 6 10
        git -C "$folder" notes --ref=benchmarks show HEAD~9 >"$folder/new.txt"
    done
    for commits in 25000 100000; do
        (cd "$data/history-$commits" && medians "$data/growth.csv" "$target/release/benchcli check new.txt --base auto") |
            awk -v commits="$commits" '{ printf "check     %6d commits, %5d measured %8.1f ms\n", commits, commits / 10, $1 * 1000 }'
    done
}

for wanted; do
    case $wanted in
        history) history ;;
        *) inputs "$wanted" ;;
    esac
done
