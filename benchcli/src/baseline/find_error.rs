//! Why there is no baseline to compare with.

use git2::Oid;

use crate::wording::counted;

/// Why there is no baseline to compare with. Every message names what mends it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// The main branch is not known.
    #[error(
        "the main branch is not known: none of {tried} is in this repository; \
         run `git fetch origin` and `git remote set-head origin --auto`, or without a remote \
         `git config init.defaultBranch NAME`, or name a commit with --base REV"
    )]
    NoMainBranch {
        /// The names that were looked for.
        tried: String,
    },
    /// The search ended where a shallow clone does.
    #[error(
        "no baseline in the {} of this shallow clone; run `git fetch --unshallow`", counted(*looked_at, "commit")
    )]
    Shallow {
        /// Commits that were there to look at.
        looked_at: usize,
    },
    /// HEAD is the first commit of the main branch.
    #[error("HEAD is the first commit, there is none before it; name a commit with --base REV")]
    NoParent,
    /// Nothing in common with the main branch.
    #[error("HEAD and {branch} have no commit in common; name a commit with --base REV")]
    Unrelated {
        /// The main branch.
        branch: String,
    },
    /// There are baselines, of other machines.
    #[error(
        "no baseline of {wanted} in {}; the nearest, {commit} ({back} back), is of \
         {found}: results of different machines cannot be compared; \
         run `benchcli record` on this one at the base, or name a commit with --base REV",
        counted(*looked_at, "commit")
    )]
    OtherEnvironment {
        /// The environment asked for.
        wanted: String,
        /// Commits that were looked at.
        looked_at: usize,
        /// The nearest commit with a baseline.
        commit: Oid,
        /// How far it is back.
        back: usize,
        /// What it is of.
        found: String,
    },
    /// There are none.
    #[error(
        "no baseline in the {} that HEAD is based on; run `benchcli pull` to fetch \
         those of the remote, or `benchcli record --commit REV` to make one",
        counted(*looked_at, "commit")
    )]
    None {
        /// Commits that were looked at.
        looked_at: usize,
    },
}
