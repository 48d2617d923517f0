//! Profiles of several versions of Go and of other programs: `testdata/profiles/writers`, which its
//! `make.sh` makes.

use std::fs;
use std::path::PathBuf;

use crate::pprof::{damage, equals_pprof};
use benchcli::profile::Answer;
use benchcli::profile::per_op::Costs;
use benchcli::profile::read::Profile;
use testsupport::paths::testdata;
use testsupport::tools::has_go;

/// What a writer measures, and which function contributes what is new.
struct Pair {
    files: [PathBuf; 2],
    sample_types: &'static [&'static str],
    contributor: &'static str,
}

fn pairs() -> Vec<Pair> {
    const TITLE: &str = "example.com/gobench/text.Title";
    const HEAP: [&str; 4] = [
        "alloc_objects",
        "alloc_space",
        "inuse_objects",
        "inuse_space",
    ];

    let folder = testdata("profiles/writers");
    let names = fs::read_dir(&folder).expect("there").map(|entry| {
        let name = entry.expect("readable").file_name();
        name.into_string().expect("UTF-8")
    });
    let mut old: Vec<String> = names.filter(|name| name.contains("-old.")).collect();
    old.sort();
    let pairs = old.iter().map(|name| {
        let (sample_types, contributor): (&[_], _) = match name.split_once('-').expect("a pair") {
            ("rust", _) => (&["samples", "cpu"], "writer::inner"),
            ("node", "old.cpu.pprof") => (&["sample", "wall"], "inner"),
            ("node", _) => (&["objects", "space"], "repeat"),
            (_, "old.cpu.pprof") => (&["samples", "cpu"], TITLE),
            _ => (&HEAP, TITLE),
        };
        Pair {
            files: [
                folder.join(name),
                folder.join(name.replace("-old.", "-new.")),
            ],
            sample_types,
            contributor,
        }
    });
    pairs.collect()
}

#[test]
fn every_writer_is_read_and_its_contributor_named() {
    let pairs = pairs();
    assert_eq!(pairs.len(), 13);
    for pair in pairs {
        let [old, new] = pair.files.each_ref().map(|file| {
            let bytes = fs::read(file).expect("there");
            damage(&bytes);
            Profile::read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        });
        for profile in [&old, &new] {
            let kinds: Vec<&str> = profile
                .sample_types
                .iter()
                .map(|kind| kind.name.as_str())
                .collect();
            assert_eq!(kinds, pair.sample_types, "{:?}", pair.files);
        }
        let kind = &old.sample_types[old.default];
        let costs = [&old, &new].map(|profile| Costs::of(profile, old.default, 1.0));
        let answer = Answer::new(kind, false, costs.map(|costs| vec![costs]));
        let contributor = answer.top_contributor.expect("it costs more");
        assert_eq!(contributor.function, pair.contributor, "{:?}", pair.files);
    }
}

#[test]
fn every_writer_is_read_as_pprof_reads_it() {
    if !has_go("every_writer_is_read_as_pprof_reads_it") {
        return;
    }
    for pair in pairs() {
        for kind in pair.sample_types {
            equals_pprof(&pair.files, kind);
        }
    }
}
