//! Finds the packages whose test binary is the same on both sides.
//!
//! Both sides are built with `-trimpath` and without a build ID, so that two checkouts of the same code give the same
//! bytes. These builds are compared and never run: a benchmark may look for its files by the path of its source,
//! which `-trimpath` takes away.

use std::fs;
use std::path::Path;

use super::build::{self, Build};
use super::children::{ChildError, Children};
use super::go_flags::{GoFlags, LinkerFlags};

/// Whether each pair of builds, base and head, gives the same binary. A build that fails is like no other. The
/// binaries stay where the builds say.
///
/// # Errors
/// The go command cannot be run, or everything was stopped.
pub fn are_same(
    children: &Children,
    pairs: &[[Build; 2]],
    flags: &GoFlags,
    linker_flags: &LinkerFlags,
) -> Result<Vec<bool>, ChildError> {
    let mut build_flags = linker_flags.add_to(&flags.build, "-buildid=");
    build_flags.extend(["-trimpath", "-buildvcs=false"].map(str::to_owned));
    let jobs: Vec<Build> = pairs.iter().flatten().cloned().collect();
    build::build(children, &jobs, &build_flags)?;
    Ok(pairs
        .iter()
        .map(|[base, head]| is_same_file(&base.binary, &head.binary))
        .collect())
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::read(one), fs::read(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_like_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, other, gone] = ["one", "other", "gone"].map(|name| folder.path().join(name));
        fs::write(&one, "same").expect("a file");
        fs::write(&other, "same").expect("a file");
        assert!(is_same_file(&one, &other));
        assert!(!is_same_file(&gone, &gone));
    }
}
