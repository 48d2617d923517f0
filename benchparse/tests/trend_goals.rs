//! The trend's promises hold in real noise.

use testsupport::planted::{Found, Planted, Score, drifts, ours, per_thousand, series, spikes};

fn found(planted: &[Planted]) -> Vec<Found> {
    planted.iter().map(ours).collect()
}

#[test]
fn planted_steps_are_found_where_they_are() {
    let all = series(400, 1, 3);
    let score = Score::of(&all.stepped, &found(&all.stepped));
    assert!(score.f1() >= 0.82, "{} {score:?}", score.f1());
    assert!(score.precision() >= 0.95, "{score:?}");
    assert!(score.exact * 10 >= score.found * 8, "{score:?}");
    assert!(score.distance * 2 <= score.found, "{score:?}");
}

#[test]
fn quiet_commits_are_left_in_peace() {
    let all = series(1, 400, 5);
    let wrong = found(&all.quiet).iter().map(Vec::len).sum();
    let wrong = per_thousand(wrong, &all.quiet);
    assert!(wrong <= 1.2, "{wrong} in 1,000");
}

#[test]
fn spikes_and_slopes_have_their_names() {
    let all = series(400, 1, 7);
    let (right, planted, _) = spikes(&all.stepped);
    assert!(right * 100 >= planted * 60, "{right} of {planted}");
    let (drifting, stepping) = drifts(&all.sloped);
    let count = all.sloped.len();
    assert!(
        (drifting + stepping) * 10 >= count * 9,
        "{drifting} + {stepping} of {count}"
    );
    assert!(drifting > 2 * stepping, "{drifting}, {stepping}");
}
