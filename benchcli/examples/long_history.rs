//! Makes a repository with a long history and a baseline at every commit, or at every so many.
//!
//! `cargo run --release --example long_history -- FOLDER [COMMITS] [BENCHMARKS] [SAMPLES] [EVERY]`

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use benchcli::baseline::{Contents, Header, Recording, Store};
use git2::{Oid, Repository, RepositoryInitOptions, Signature, Time};
use jiff::Timestamp;

/// The first commit's time; each further one is an hour later.
const START: i64 = 1_600_000_000;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let Some(folder) = args.next() else {
        bail!("usage: long_history FOLDER [COMMITS] [BENCHMARKS] [SAMPLES] [EVERY]");
    };
    let mut number = |default: u64| args.next().map_or(Ok(default), |arg| arg.parse());
    make(
        &folder,
        number(10_000)?,
        number(10)?,
        number(6)?,
        number(1)?,
    )
}

/// Makes the repository.
pub(crate) fn make(
    folder: &str,
    commits: u64,
    benchmarks: u64,
    samples: u64,
    every: u64,
) -> Result<()> {
    let repo = Repository::init_opts(folder, RepositoryInitOptions::new().initial_head("main"))?;
    // Syncing 10,000 objects one by one takes longer than everything else.
    repo.config()?.set_str("core.fsync", "none")?;
    let tree = repo.find_tree(repo.treebuilder(None)?.write()?)?;
    let mut parent: Option<Oid> = None;
    let mut all = Vec::new();
    for index in 0..commits {
        let time = START + 3600 * index.cast_signed();
        let who = Signature::new("Ada", "ada@example.com", &Time::new(time, 0))?;
        let parent_commit = parent.map(|id| repo.find_commit(id)).transpose()?;
        let parents: Vec<_> = parent_commit.iter().collect();
        let id = repo.commit(
            None,
            &who,
            &who,
            &format!("Change {index}"),
            &tree,
            &parents,
        )?;
        parent = Some(id);
        if !index.is_multiple_of(every) {
            continue;
        }
        let text = results(index, benchmarks, samples).into_bytes();
        let mut header = Header {
            id: Oid::ZERO_SHA1,
            at: Some(Timestamp::from_second(time)?),
            fields: Vec::new(),
        };
        Contents::of(b"", &text).describe(&mut header);
        all.push((id, vec![Recording::new(header, text)]));
    }
    let last = parent.context("at least one commit")?;
    repo.reference("refs/heads/main", last, true, "long_history")?;
    Store::open(folder.as_ref())?.record_all(&all)?;
    Ok(())
}

/// Benchmark text whose numbers move from commit to commit, with a step up half way.
fn results(commit: u64, benchmarks: u64, samples: u64) -> String {
    let mut text =
        String::from("goos: linux\ngoarch: amd64\npkg: example.com/codec\ncpu: AMD EPYC 7B13\n");
    for benchmark in 0..benchmarks {
        for sample in 0..samples {
            let noise = (commit * 7919 + benchmark * 104_729 + sample * 1_299_709) % 97;
            let step = if commit % 5000 >= 2500 { 50 } else { 0 };
            let time = 1000 + 100 * benchmark + step + noise;
            let _ = writeln!(
                text,
                "BenchmarkEncode/size={benchmark}-8 \t  700000\t      {time} ns/op\t      48 B/op\t       2 allocs/op"
            );
        }
    }
    text.push_str("PASS\nok  \texample.com/codec\t12.3s\n");
    text
}
