//! Turns libgit2 errors into messages that users understand.

use std::path::Path;

use anyhow::{Error, anyhow};
use git2::{ErrorClass, ErrorCode, ObjectType, Reference, Repository};

use crate::hint::WithHint as _;

/// Profiles would have more bytes than they may.
#[derive(Debug, thiserror::Error)]
#[error(
    "kept profiles would total {} MiB, more than the limit of {} MiB",
    .bytes.div_ceil(1 << 20),
    .limit >> 20
)]
pub(super) struct TooMuch {
    pub(super) bytes: usize,
    pub(super) limit: usize,
}

/// Why a repository does not open.
pub(super) fn opening(error: git2::Error, dir: &Path) -> Error {
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.into());
    let dir = dir.display();
    let message = error.message();
    if error.code() == ErrorCode::Owner {
        return anyhow!(
            "{dir}: git does not trust the repository because it belongs to another user"
        )
        .hint(format!(
            "if you trust it, run `git config --global --add safe.directory {dir}`"
        ));
    }
    if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Repository {
        return anyhow!("{dir} is not inside a git repository")
            .hint("run benchcli inside a git repository, or specify one with -C DIR");
    }
    if message.contains("refstorage") || message.contains("reftable") {
        return anyhow!(
            "{dir}: the repository stores its refs as a reftable, which benchcli cannot read"
        )
        .hint("run `git refs migrate --ref-format=files`");
    }
    if message.contains("object format") || message.contains("objectformat") {
        return anyhow!(
            "{dir}: the repository uses SHA-256 object ids; benchcli supports only SHA-1"
        );
    }
    Error::new(error).context(format!("cannot open the repository {dir}"))
}

/// What a ref is that should be at a commit of ours.
pub(super) fn no_commit(found: &Reference<'_>, reference: &str) -> Error {
    let kind = found.peel(ObjectType::Any).ok();
    match kind.and_then(|object| object.kind()) {
        Some(kind) => anyhow!("{reference} is a {kind}, expected a commit with notes").hint(format!("run `git update-ref -d {reference}` to remove it and `benchcli pull` to fetch the remote's")),
        None => anyhow!("cannot read the commit of {reference}").hint("run `git fsck` to find out more"),
    }
}

/// Why an object cannot be read.
pub(super) fn unreadable(
    error: git2::Error,
    repo: &Repository,
    what: &str,
    reference: &str,
) -> Error {
    let config = repo.config().and_then(|mut config| config.snapshot());
    let is_partial = config.is_ok_and(|config| {
        config
            .entries(Some("remote\\..*\\.promisor"))
            .is_ok_and(|mut entries| entries.next().is_some())
    });
    if is_partial {
        Error::new(error)
            .context(format!("this partial clone lacks {what}"))
            .hint(format!(
                "run `git fetch --refetch --no-filter REMOTE {reference}`"
            ))
    } else {
        Error::new(error)
            .context(format!("cannot read {what}"))
            .hint("run `git fsck` to find out more")
    }
}

/// Why something could not be stored.
pub(super) fn storing(error: Error, place: &Path) -> Error {
    if error.is::<TooMuch>() {
        return error.hint(
            "remove old ones with `benchcli prune --profiles --older-than 30d`, or raise profiles-mib \
             in benchcli.toml",
        );
    }
    let place = place.display();
    let text = format!("{error:#}");
    let is_full = ["No space left on device", "Disk quota exceeded"]
        .into_iter()
        .find(|reason| text.contains(reason));
    match is_full {
        Some(reason) => anyhow!("{place}: {reason}; nothing was recorded or changed")
            .hint("free some disk space and run the command again"),
        None => error.context(format!("{place}: nothing was recorded")),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;
    use crate::hint;

    #[test]
    fn a_full_disk_is_told_from_other_faults() {
        let text = |fault: &str| {
            let error: Result<(), _> = Err(anyhow!("{fault}"));
            let error = error.context("writing").unwrap_err();
            format!("{:#}", storing(error, Path::new("/repo/.git")))
        };
        assert_eq!(
            text("No space left on device (os error 28)"),
            "/repo/.git: No space left on device; nothing was recorded or changed"
        );
        assert_eq!(
            text("Disk quota exceeded"),
            "/repo/.git: Disk quota exceeded; nothing was recorded or changed"
        );
        assert_eq!(
            text("Permission denied"),
            "/repo/.git: nothing was recorded: writing: Permission denied"
        );
    }

    #[test]
    fn a_repository_of_another_user_is_told_with_what_trusts_it() {
        let error = git2::Error::new(ErrorCode::Owner, ErrorClass::Config, "not owned");
        assert_eq!(
            hint::of(&*opening(error, Path::new("/repo"))),
            Some("if you trust it, run `git config --global --add safe.directory /repo`")
        );
    }
}
