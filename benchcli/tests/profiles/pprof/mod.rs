//! Profiles beside what `go tool pprof` says of them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use benchcli::profile::difference::Difference;
use benchcli::profile::per_op::Costs;
use benchcli::profile::read::Profile;

/// What a command prints, which must succeed.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    anyhow::ensure!(output.status.success(), "{said}");
    Ok(output.stdout)
}

/// No damage to a real profile makes it panic, packed or not.
pub(crate) fn damage(profile: &[u8]) {
    let mut unpacked = Vec::new();
    if profile.starts_with(&[0x1f, 0x8b]) {
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(profile), &mut unpacked)
            .expect("gzip");
    }
    let mut seed = 1u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % below
    };
    for bytes in [profile, &unpacked] {
        for _ in 0..if bytes.is_empty() { 0 } else { 300 } {
            let mut damaged = bytes.to_vec();
            for _ in 0..=random(4) {
                let at = random(damaged.len());
                damaged[at] = random(256) as u8;
            }
            if random(3) == 0 {
                damaged.truncate(random(damaged.len()));
            }
            if let Ok(profile) = Profile::read(&damaged) {
                Costs::of(&profile, 0, 1.0);
            }
        }
    }
}

/// The flat figures of `go tool pprof -top -diff_base` are ours, in our order.
pub(crate) fn equals_pprof(files: &[PathBuf; 2], kind: &str) {
    let [old, new] = files
        .each_ref()
        .map(|file| Profile::read(&fs::read(file).expect("there")).expect("valid"));
    let at = |profile: &Profile| profile.sample_type(Some(kind)).expect("it has it");
    let unit = match old.sample_types[at(&old)].unit.as_str() {
        "nanoseconds" => "ns",
        "bytes" => "B",
        _ => "",
    };
    let mut go = Command::new("go");
    go.args([
        "tool",
        "pprof",
        "-top",
        "-nodefraction=0",
        "-nodecount=100000",
        // It would shorten names of other languages.
        "-symbolize=none",
    ]);
    go.arg(format!("-sample_index={kind}"));
    if !unit.is_empty() {
        go.arg(format!("-unit={unit}"));
    }
    go.arg("-diff_base").args(files);
    let top = String::from_utf8(run(&mut go).expect("pprof runs")).expect("UTF-8");
    let mut theirs = Vec::new();
    for line in top
        .lines()
        .skip_while(|line| !line.contains("flat%"))
        .skip(1)
    {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let value = |cell: &str| {
            cell.trim_end_matches(unit)
                .parse::<f64>()
                .expect("a number")
        };
        let name = cells[5..]
            .join(" ")
            .replace(" (inline)", "")
            .replace(" (partial-inline)", "");
        theirs.push((value(cells[0]), value(cells[3]), name));
    }
    let [old, new] = [old, new].map(|profile| Costs::of(&profile, at(&profile), 1.0));
    let base = old.total;
    let ours = Difference::new(&[old], &[new]);
    let ours: Vec<(f64, f64, String)> = ours
        .functions
        .into_iter()
        .filter(|row| row.flat.difference != 0.0 || row.cum.difference != 0.0)
        .map(|row| (row.flat.difference, row.cum.difference, row.function))
        .collect();
    assert_eq!(ours, theirs, "{top}");
    let total = top
        .lines()
        .find_map(|line| line.split_once("% of ")?.1.split_once(" total"));
    let (total, _) = total.expect("a total");
    assert_eq!(total, format!("{base}{unit}"));
}
