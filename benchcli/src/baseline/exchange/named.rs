//! Imports files that are named after the commit whose results they contain.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use bstr::ByteSlice as _;
use git2::{ObjectType, Oid, Repository, Tree};

use super::super::environment::Contents;
use super::super::store::Store;
use super::{Imported, Kept};

/// Fewer digits than git itself ever shows are no name.
const FEWEST_DIGITS: usize = 7;

/// Takes every file of a folder and of those in it.
pub(super) fn folder(store: &Store, path: &Path, imported: &mut Imported) -> Result<()> {
    for file in files(path)? {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.strip_prefix(path).unwrap_or(&file).to_string_lossy();
        imported.take(store, &name, &bytes)?;
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let context = || format!("cannot read {}", folder.display());
        for entry in fs::read_dir(&folder).with_context(context)? {
            let entry = entry.with_context(context)?;
            let kind = entry.file_type().with_context(context)?;
            if kind.is_dir() && entry.file_name() != ".git" {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Takes every file of a branch, or of the folder in it that `REV:PATH` names.
pub(super) fn tree(store: &Store, source: &str, imported: &mut Imported) -> Result<()> {
    let repo = store.repo();
    let object = match repo.revparse_single(source) {
        // What libgit2 says to it names no way out.
        Err(error) if error.code() == git2::ErrorCode::NotFound => bail!(
            "{source} is not a file, a folder or a branch; to name a directory in a branch, use BRANCH:PATH (`git branch --all` lists the branches)"
        ),
        found => found.with_context(|| format!("cannot look up {source}"))?,
    };
    if let Some(blob) = object.as_blob() {
        let name = source.split_once(':').map_or(source, |(_, path)| path);
        return imported.take(store, name, blob.content());
    }
    let tree = object.peel_to_tree()?;
    let mut blobs = Vec::new();
    list(repo, &tree, "", &mut blobs)?;
    for (name, blob) in blobs {
        imported.take(store, &name, repo.find_blob(blob)?.content())?;
    }
    Ok(())
}

fn list(
    repo: &Repository,
    tree: &Tree<'_>,
    folder: &str,
    blobs: &mut Vec<(String, Oid)>,
) -> Result<()> {
    for entry in tree {
        let name = format!("{folder}{}", entry.name_bytes().as_bstr());
        match entry.kind() {
            Some(ObjectType::Blob) => blobs.push((name, entry.id())),
            Some(ObjectType::Tree) => {
                list(repo, &repo.find_tree(entry.id())?, &(name + "/"), blobs)?;
            }
            _ => {}
        }
    }
    Ok(())
}

impl Imported {
    fn take(&mut self, store: &Store, name: &str, bytes: &[u8]) -> Result<()> {
        if !self.json(name, bytes)? && !self.named(store, name, bytes) {
            let has_results = Contents::of(b"", bytes).samples > 0;
            let reason = if has_results {
                "its name contains no commit or tag of this repository"
            } else {
                "it contains no benchmark results"
            };
            self.skipped.push(format!("{name}: {reason}"));
        }
        Ok(())
    }

    /// Takes a file of results that is named by a commit; says whether it is one.
    pub(super) fn named(&mut self, store: &Store, name: &str, bytes: &[u8]) -> bool {
        let Some(revision) = revision(store, name) else {
            return false;
        };
        if Contents::of(name.as_bytes(), bytes).samples == 0 {
            return false;
        }
        self.kept.push(Kept {
            revision,
            at: None,
            place: name.to_owned(),
            text: bytes.to_vec(),
        });
        true
    }
}

/// The commit that a path names: by the first digits of its id in the file's name or in that of a
/// folder, or as the tag that the file is called after.
fn revision(store: &Store, path: &str) -> Option<String> {
    for part in path.rsplit('/') {
        let mut ids: Vec<_> = part.split(|char: char| !char.is_ascii_hexdigit()).collect();
        ids.retain(|id| (FEWEST_DIGITS..=40).contains(&id.len()));
        ids.sort_by_key(|id| std::cmp::Reverse(id.len()));
        let known = ids.into_iter().find_map(|id| {
            let object = store.repo().revparse_single(id).ok()?;
            // A branch or tag may be called so.
            let commit = object.peel_to_commit().ok()?.id().to_string();
            commit
                .starts_with(&id.to_ascii_lowercase())
                .then_some(commit)
        });
        if known.is_some() {
            return known;
        }
    }
    let file = path.rsplit('/').next()?;
    let mut stem = file;
    loop {
        let tag = format!("refs/tags/{stem}");
        if let Ok(reference) = store.repo().find_reference(&tag) {
            return Some(reference.peel_to_commit().ok()?.id().to_string());
        }
        stem = stem.rsplit_once('.')?.0;
    }
}
