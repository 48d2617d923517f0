//! The reasons why there is no baseline to compare with.

use git2::Oid;

use crate::hint::WithHint as _;
use crate::plural::counted;

/// Why there is no baseline to compare with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// The main branch is not known.
    #[error("cannot determine the main branch: no branch named {tried}")]
    NoMainBranch {
        /// The names that were looked for.
        tried: String,
    },
    /// The search ended where a shallow clone does.
    #[error("{}", none_in_shallow_clone(*looked_at))]
    Shallow {
        /// Commits that were there to look at.
        looked_at: usize,
    },
    /// HEAD is the first commit of the main branch.
    #[error("HEAD is the first commit, so there is no earlier commit to compare with")]
    NoParent,
    /// Nothing in common with the main branch.
    #[error("HEAD and {branch} have no commit in common")]
    Unrelated {
        /// The main branch.
        branch: String,
    },
    /// There are baselines, of other machines.
    #[error(
        "no baseline from {wanted} in {}; the nearest one, at {commit}{}, is from {found}, and such results cannot be compared",
        counted(*looked_at, "commit"),
        distance(*back)
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
    #[error("{}", none_at_all(*looked_at))]
    None {
        /// Commits that were looked at.
        looked_at: usize,
    },
}

fn none_in_shallow_clone(looked_at: usize) -> String {
    if looked_at == 0 {
        return "this shallow clone has no commits to search for a baseline".to_owned();
    }
    let commits = counted(looked_at, "commit");
    format!("no baseline in the {commits} of this shallow clone")
}

fn none_at_all(looked_at: usize) -> String {
    if looked_at == 1 {
        return "the only commit that HEAD is based on has no baseline".to_owned();
    }
    let commits = counted(looked_at, "commit");
    format!("no baseline in the {commits} that HEAD is based on")
}

/// How far a commit is before the one with which the search began, if it is another.
fn distance(back: usize) -> String {
    if back == 0 {
        return String::new();
    }
    format!(" ({} before the base)", counted(back, "commit"))
}

impl FindError {
    /// The error with what mends it.
    pub(super) fn with_hint(self) -> anyhow::Error {
        let hint = match self {
            Self::NoMainBranch { .. } => {
                "run `git fetch origin` and `git remote set-head origin --auto`; without a remote, run `git config init.defaultBranch NAME`; or name a commit with --base REV"
            }
            Self::Shallow { .. } => "run `git fetch --unshallow`",
            Self::NoParent | Self::Unrelated { .. } => "name a commit with --base REV",
            Self::OtherEnvironment { .. } => {
                "record a baseline of the base commit on this machine and in the same way, with `benchcli run --record-only` (several layouts) or with `go test` and `benchcli record` (one layout); or use --base REV to name a different commit"
            }
            Self::None { .. } => {
                "run `benchcli pull` to fetch the remote's baselines, or `benchcli record --commit REV` to create one"
            }
        };
        self.hint(hint)
    }
}
