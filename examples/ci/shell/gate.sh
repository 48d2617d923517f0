#!/usr/bin/env bash
# Fails when the benchmarks of what is checked out got slower than those of its base.
#
#   gate.sh [BASE] [FOLDER FOR REPORTS]
set -euo pipefail
base=${1:-auto}
reports=${2:-benchmarks}
mkdir -p "$reports"
benchcli run --base "$base" --rounds "${ROUNDS:-10}" --benchtime "${BENCHTIME:-100ms}" \
  --save-raw "$reports" --report markdown="$reports/summary.md" --report json="$reports/report.json"
