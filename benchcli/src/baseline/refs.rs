//! The names of the refs that hold baselines and profiles.

use git2::Oid;

/// The ref that the notes are under.
pub const NOTES_REF: &str = "refs/notes/benchmarks";

/// The ref that profiles are under.
pub(super) const PROFILES_REF: &str = "refs/benchcli/profiles";

/// Where a ref goes.
pub(super) enum Change {
    /// To a commit that is there.
    Commit(Oid),
    /// To a new commit.
    Tree {
        /// Its tree.
        tree: Oid,
        /// Its parents, which are there.
        parents: Vec<Oid>,
    },
}
