#!/bin/sh
# Measures benchdiff against benchstat: wall time with hyperfine, CPU time and memory with GNU time.
#
#   examples/bench/compare.sh [SHAPE...]
#
# A shape is one of benchcli/examples/generate.rs, with a scale if wanted: counts, names, counts:10.
# Without one: small counts names ties distinct samples json. The inputs (0.5 GB for these) are kept in
# DATA, by default target/bench-data; RUNS (5) is how often each program runs, in turn.
set -eu
cd "$(dirname "$0")/../.."

data=${DATA:-target/bench-data}
runs=${RUNS:-5}
target=${CARGO_TARGET_DIR:-target}
[ $# -gt 0 ] || set -- small counts names ties distinct samples json

# Says that a tool is missing, and what there will not be for want of it.
missing() {
    if command -v "$1" >/dev/null 2>&1; then return 1; fi
    echo "SKIPPED: $1 is not installed: $2"
}

no_hyperfine=
no_time=
if missing benchstat 'nothing to compare with; benchcli/tests/reference names its revision'; then
    exit 0
fi
if missing hyperfine 'no wall times'; then no_hyperfine=1; fi
if missing /usr/bin/time 'no CPU times and no memory'; then no_time=1; fi

cargo build --release --quiet -p benchcli --bin benchdiff --example generate
benchdiff=$target/release/benchdiff

# The median of what GNU time says of RUNS runs of a program: CPU seconds, peak KiB.
usage() {
    for _ in $(seq "$runs"); do
        /usr/bin/time -f '%U %S %M' "$@" 2>&1 >/dev/null | tail -n 1
    done | awk '{ print $1 + $2, $3 }' | sort -n |
        awk '{ line[NR] = $0 } END { print line[int((NR + 1) / 2)] }'
}

for wanted; do
    shape=${wanted%%:*}
    scale=1
    case $wanted in *:*) scale=${wanted#*:} ;; esac
    folder=$data/$shape-$scale
    if ! [ -e "$folder/done" ]; then
        "$target/release/examples/generate" "$shape" "$folder" "$scale"
        : >"$folder/done"
    fi
    set -- "$folder/old.txt"
    if [ -e "$folder/new.txt" ]; then set -- "$@" "$folder/new.txt"; fi
    theirs=benchstat
    their_inputs=$*
    if [ "$shape" = json ]; then
        # benchstat does not read events; it is given results of the same shape.
        their_inputs=$folder/counts/old.txt
        [ -e "$their_inputs" ] ||
            "$target/release/examples/generate" counts "$folder/counts" "$scale"
    fi
    bytes=$(cat "$@" | wc -c)
    echo "== $wanted: $((bytes / 1000)) kB"
    if [ -z "$no_hyperfine" ]; then
        # A start of a few milliseconds needs many runs.
        count=$runs
        if [ "$bytes" -lt 1000000 ]; then count=$((runs * 40)); fi
        hyperfine -N --style none --warmup 1 --runs "$count" --export-csv "$folder/wall.csv" \
            "$theirs $their_inputs" "$benchdiff $*" >/dev/null 2>&1
        awk -F, 'NR > 1 { median[NR] = $(NF - 4) }
            END { printf "wall  benchstat %9.4f s    benchdiff %9.4f s    %6.2f x\n",
                median[2], median[3], median[2] / median[3] }' "$folder/wall.csv"
    fi
    if [ -z "$no_time" ]; then
        # shellcheck disable=SC2086
        echo "$(usage $theirs $their_inputs) $(usage "$benchdiff" "$@")" | awk '{
            # The clock has hundredths of a second.
            if ($3 > 0.02)
                printf "CPU   benchstat %9.2f s    benchdiff %9.2f s    %6.2f x\n", $1, $3, $1 / $3
            printf "peak  benchstat %7.1f MiB  benchdiff %7.1f MiB  %6.2f x\n",
                $2 / 1024, $4 / 1024, $2 / $4 }'
    fi
done
