//! Builds the report of a check from the verdicts of the gate.

use benchparse::gate::{Action, Outcome, Policy, Report, RowVerdict, Verdict};
use benchparse::number::fixed;
use benchparse::pairing::{Measurements, Side};
use benchparse::stats::{Sample, median};
use benchparse::unit::{self, Scale, ValueClass as Class};

use super::advice::{advice, aim, bytes, noticed, remark};
use super::verdict_words::{summary, whole_summary, words};
use super::verdicts::{
    Applied, CheckReport, Counts, Inputs, RowMetadata, RowReport, SCHEMA, SideReport, change_of,
    common_folders, in_package, percent,
};

/// Makes the model.
pub fn model(
    report: &Report,
    metadata: &[RowMetadata],
    policy: &Policy,
    inputs: Inputs,
) -> CheckReport {
    let (aim, bytes) = (aim(report, policy), bytes(report, metadata));
    let mut rows: Vec<(f64, RowReport)> = report
        .rows
        .iter()
        .zip(metadata)
        .map(|(verdict, metadata)| {
            let mut row = row(verdict, metadata, policy, report.family);
            if row.unit == "sec/op" {
                let found = noticed(verdict, metadata, &aim, &bytes);
                row.remarks = found.iter().filter_map(remark).collect();
            }
            (severity(verdict), row)
        })
        .collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut rows: Vec<RowReport> = rows.into_iter().map(|(_, row)| row).collect();
    name_rows(&mut rows);
    let counts = Counts::of(&rows);
    let traded = report.benchmarks.iter();
    let traded = traded.filter(|benchmark| benchmark.verdict == Verdict::Traded);
    let outcome = if inputs.is_incomplete || inputs.lacks_base {
        report.outcome.and(Outcome::Incomplete)
    } else {
        report.outcome
    };
    CheckReport {
        schema: SCHEMA,
        outcome,
        exit: outcome.exit_code(),
        summary: whole_summary(
            summary(report, &rows, counts, policy.q),
            &inputs,
            report.outcome,
        ),
        counts,
        applied: Applied {
            threshold: report.threshold,
            q: policy.q,
            min_samples: policy.min_samples,
            interleaved: policy.interleaved,
            assume_stable: policy.assume_stable,
            family: report.family,
            traded: match policy.on_traded {
                Action::Fail => "fail",
                Action::Warn => "warn",
                Action::Ignore => "ignore",
            },
        },
        sides: inputs.names,
        measured: inputs.measured,
        same_binaries: inputs.same_binaries,
        advice: advice(report, metadata, policy),
        rows,
        diagnostics: inputs.diagnostics,
        traded: traded.map(|of| of.benchmark.clone()).collect(),
        stale: inputs.stale,
        explained: Vec::new(),
        reproduce: None,
    }
}

/// Failing rows first, then by how much they changed for the worse.
fn severity(row: &RowVerdict) -> f64 {
    let rank = match &row.verdict {
        _ if row.action == Action::Fail => 6.0,
        Verdict::Regressed | Verdict::Traded => 5.0,
        Verdict::Accepted { .. } => 4.0,
        Verdict::Inconclusive { .. } => 3.0,
        Verdict::Removed => 2.5,
        Verdict::Improved => 2.0,
        Verdict::Added => 1.5,
        _ => 1.0,
    };
    let worse = row.effect.map_or(0.0, |effect| effect.worse.ln());
    // Changes of any size stay within their rank.
    rank + if worse.is_nan() {
        0.0
    } else {
        worse.clamp(-700.0, 700.0) / 10_000.0
    }
}

fn row(verdict: &RowVerdict, metadata: &RowMetadata, policy: &Policy, timings: usize) -> RowReport {
    let (name, reason) = words(verdict, metadata.accepted_percent, policy.q, timings);
    let unit = verdict.key.unit.as_bytes();
    let medians = [&verdict.old, &verdict.new].map(|side| side.map(|side| side.median));
    let finite = medians
        .into_iter()
        .flatten()
        .filter(|median| median.is_finite());
    let scale = Scale::for_values(finite, unit::Class::of(unit));
    let side = |place: usize| {
        let side = [verdict.old, verdict.new][place]?;
        let spread = if side.n > 1 && side.spread.is_finite() {
            format!(" ± {}%", fixed(side.spread * 100.0, 0))
        } else {
            String::new()
        };
        Some(SideReport {
            median: Some(side.median).filter(|median| median.is_finite()),
            text: scale.format(side.median) + &spread,
            spread: Some(side.spread).filter(|spread| spread.is_finite()),
            samples: metadata.sides[place]
                .values
                .iter()
                .map(|&value| in_json(value))
                .collect(),
        })
    };
    let turn = |worse: f64| change_of(worse, verdict.direction);
    let change = verdict.effect.map(|effect| turn(effect.worse));
    let interval = verdict
        .effect
        .and_then(|effect| effect.interval)
        .map(|bounds| {
            let ends = [turn(bounds.low), turn(bounds.high)];
            if ends[0] <= ends[1] {
                ends
            } else {
                [ends[1], ends[0]]
            }
        });
    RowReport {
        package: metadata.package.clone(),
        benchmark: verdict.key.benchmark.clone(),
        name: verdict.key.benchmark.clone(),
        unit: verdict.key.unit.clone(),
        verdict: name,
        reason,
        fails: verdict.action == Action::Fail,
        gated: metadata.gated,
        old: side(0),
        new: side(1),
        change: change.filter(|change| change.is_finite()),
        change_text: change.map_or_else(String::new, percent),
        interval: interval.filter(|ends| ends.iter().all(|end| end.is_finite())),
        q_worse: verdict.tests.map(|tests| tests.q_worse),
        q_better: verdict.tests.map(|tests| tests.q_better),
        threshold: verdict.threshold,
        layout: verdict.layout.map(|layout| layout.spread),
        change_by_layout: verdict
            .layout
            .map(|layout| [layout.ratios.low - 1.0, layout.ratios.high - 1.0]),
        first_change: verdict
            .first
            .map(|first| turn(first.worse))
            .filter(|change| change.is_finite()),
        floor: (policy.interleaved && verdict.class == Class::Timing)
            .then(|| noise_floor(&metadata.sides))
            .flatten(),
        samples_needed: verdict.samples_needed,
        benchmark_of: metadata.benchmark_of.map(Side::name),
        remarks: Vec::new(),
    }
}

/// The fewest rounds whose halves are compared.
const FLOOR_ROUNDS: usize = 4;

/// How far the medians of odd and even rounds are apart, of both sides the larger.
fn noise_floor(sides: &[Measurements; 2]) -> Option<f64> {
    let halves = |values: &[f64]| {
        let half = |first| values.iter().skip(first).step_by(2).copied().collect();
        let [odd, even] = [0, 1].map(|first| median(&Sample::new(half(first))));
        if odd == even {
            return Some(0.0);
        }
        let apart = f64::max(odd / even, even / odd) - 1.0;
        apart.is_finite().then_some(apart)
    };
    let enough = sides.iter().all(|side| side.values.len() >= FLOOR_ROUNDS);
    let [old, new] = enough.then(|| sides.each_ref().map(|side| halves(&side.values)))?;
    Some(old?.max(new?))
}

/// What JSON has as a number.
fn in_json(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

/// Names rows as Go does, `codec.Encode-8`, with as much of the package as tells packages apart.
fn name_rows(rows: &mut [RowReport]) {
    let packages: Vec<&str> = rows.iter().map(|row| &*row.package).collect();
    let Some(prefix) = common_folders(&packages) else {
        return;
    };
    for row in rows {
        row.name = in_package(&row.package, &row.benchmark, prefix);
    }
}
