#!/usr/bin/env bash
# Benchmarks the current checkout against its base, and fails if a benchmark regressed.
#
#   gate.sh [BASE] [FOLDER FOR REPORTS]
set -euo pipefail
base=${1:-auto}
reports=${2:-benchmarks}
mkdir -p "$reports"
benchcli run --base "$base" --rounds "${ROUNDS:-10}" --benchtime "${BENCHTIME:-100ms}" \
  --save-raw "$reports" --report markdown="$reports/summary.md" --report json="$reports/report.json"
