//! The tree of a notes commit.
//!
//! It has one blob per commit. The path of a blob is the id of its commit, which git may split with slashes
//! after any pair of digits.

use std::collections::BTreeSet;

use anyhow::Result;
use bstr::ByteSlice as _;
use git2::build::TreeUpdateBuilder;
use git2::{FileMode, ObjectType, Oid, Repository, Tree, TreeEntry};

use super::fault;
use super::note::Note;
use super::refs::NOTES_REF;

const DIGITS: usize = 40;

/// A note's place and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    path: String,
    pub(super) blob: Oid,
}

/// Every note of a tree as commit and blob, in the order of the commits' ids. One commit comes
/// twice where programs with different ideas of the slashes wrote its notes.
pub(super) fn list(repo: &Repository, tree: &Tree<'_>) -> Result<Vec<(Oid, Oid)>> {
    let mut notes = Vec::new();
    walk(repo, tree, "", &mut notes)?;
    notes.sort_unstable();
    Ok(notes)
}

fn walk(
    repo: &Repository,
    tree: &Tree<'_>,
    prefix: &str,
    notes: &mut Vec<(Oid, Oid)>,
) -> Result<()> {
    for entry in tree {
        let Some(digits) = digits(prefix, &entry) else {
            continue;
        };
        match entry.kind() {
            Some(ObjectType::Tree) => walk(repo, &repo.find_tree(entry.id())?, &digits, notes)?,
            _ => notes.push((Oid::from_str(&digits)?, entry.id())),
        }
    }
    Ok(())
}

/// The digits that an entry's name completes: all of them for a note, less for a folder of notes.
fn digits(prefix: &str, entry: &TreeEntry<'_>) -> Option<String> {
    let name = entry.name_bytes();
    if !name
        .iter()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    {
        return None;
    }
    let digits = prefix.to_owned() + name.to_str().ok()?;
    let fits = match entry.kind()? {
        ObjectType::Blob => digits.len() == DIGITS,
        ObjectType::Tree => name.len() == 2 && digits.len() < DIGITS,
        _ => false,
    };
    fits.then_some(digits)
}

/// Where the notes of a commit are.
pub(super) fn places(
    repo: &Repository,
    tree: Option<&Tree<'_>>,
    commit: Oid,
) -> Result<Vec<Place>> {
    let name = commit.to_string();
    let mut places = Vec::new();
    let mut level = tree.cloned();
    let mut done = 0;
    while let Some(tree) = level {
        let (before, rest) = name.split_at(done);
        if let Some(entry) = tree.get_name(rest)
            && entry.kind() == Some(ObjectType::Blob)
        {
            places.push(Place {
                path: slashed(before) + rest,
                blob: entry.id(),
            });
        }
        level = match rest.get(..2).and_then(|pair| tree.get_name(pair)) {
            Some(entry) if entry.kind() == Some(ObjectType::Tree) => {
                Some(repo.find_tree(entry.id())?)
            }
            _ => None,
        };
        done += 2;
    }
    Ok(places)
}

fn slashed(digits: &str) -> String {
    let mut path = String::new();
    for (index, digit) in digits.chars().enumerate() {
        path.push(digit);
        if index % 2 == 1 {
            path.push('/');
        }
    }
    path
}

/// The text of a commit's notes, one after another.
pub(super) fn text(repo: &Repository, tree: Option<&Tree<'_>>, commit: Oid) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    for place in places(repo, tree, commit)? {
        append(repo, place.blob, &mut text)?;
    }
    Ok(text)
}

/// Appends a note's text to another's, starting a line.
pub(super) fn append(repo: &Repository, blob: Oid, text: &mut Vec<u8>) -> Result<()> {
    let found = repo.find_blob(blob);
    let blob = found
        .map_err(|error| fault::unreadable(error, repo, &format!("the note {blob}"), NOTES_REF))?;
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.extend_from_slice(blob.content());
    Ok(())
}

/// A tree with the notes of some commits set, or removed where there is no text.
pub(super) fn edit(
    repo: &Repository,
    tree: Option<&Tree<'_>>,
    changes: &[(Oid, Option<Oid>)],
) -> Result<Oid> {
    let empty;
    let tree = if let Some(tree) = tree {
        tree
    } else {
        empty = repo.find_tree(repo.treebuilder(None)?.write()?)?;
        &empty
    };
    let mut updates = TreeUpdateBuilder::new();
    let mut any = false;
    for (commit, blob) in changes {
        let places = places(repo, Some(tree), *commit)?;
        let name = commit.to_string();
        let path = match &places[..] {
            [only] => only.path.clone(),
            // Pairs of digits keep every tree small, and with it what a new note costs.
            _ => format!("{}/{}", &name[..2], &name[2..]),
        };
        for place in places {
            if place.path != path || blob.is_none() {
                updates.remove(place.path);
                any = true;
            }
        }
        if let Some(blob) = blob {
            updates.upsert(path, *blob, FileMode::Blob);
            any = true;
        }
    }
    if !any {
        return Ok(tree.id());
    }
    Ok(updates.create_updated(repo, tree)?)
}

/// The commits whose notes are not the same in both trees. Only what differs is read.
pub(super) fn differing(
    repo: &Repository,
    one: Option<&Tree<'_>>,
    other: Option<&Tree<'_>>,
) -> Result<BTreeSet<Oid>> {
    let mut commits = BTreeSet::new();
    differ(repo, one, other, "", &mut commits)?;
    Ok(commits)
}

fn differ(
    repo: &Repository,
    one: Option<&Tree<'_>>,
    other: Option<&Tree<'_>>,
    prefix: &str,
    commits: &mut BTreeSet<Oid>,
) -> Result<()> {
    let sides = [(one, other), (other, one)];
    for (side, (from, to)) in sides.into_iter().enumerate() {
        for entry in from.into_iter().flatten() {
            let same = to.and_then(|tree| tree.get_name_bytes(entry.name_bytes()));
            if same.as_ref().is_some_and(|same| same.id() == entry.id()) {
                continue;
            }
            let Some(digits) = digits(prefix, &entry) else {
                continue;
            };
            if entry.kind() != Some(ObjectType::Tree) {
                commits.insert(Oid::from_str(&digits)?);
                continue;
            }
            let same = same.filter(|same| same.kind() == Some(ObjectType::Tree));
            // The second side has only those folders left that the first has not.
            if side == 1 && same.is_some() {
                continue;
            }
            let from = repo.find_tree(entry.id())?;
            let to = same.map(|same| repo.find_tree(same.id())).transpose()?;
            differ(repo, Some(&from), to.as_ref(), &digits, commits)?;
        }
    }
    Ok(())
}

/// The union of two trees' recordings; what one side removed since all common ancestors (`bases`)
/// stays removed.
pub(super) fn merge(
    repo: &Repository,
    ours: &Tree<'_>,
    theirs: &Tree<'_>,
    bases: &[Tree<'_>],
) -> Result<Oid> {
    let mut changes = Vec::new();
    for commit in differing(repo, Some(ours), Some(theirs))? {
        let our_places = places(repo, Some(ours), commit)?;
        let their_places = places(repo, Some(theirs), commit)?;
        if blobs(&our_places) == blobs(&their_places) {
            continue;
        }
        let was_known = bases.iter().map(|base| places(repo, Some(base), commit));
        let was_known = was_known.collect::<Result<Vec<_>>>()?;
        let is_new = was_known.iter().any(Vec::is_empty) || bases.is_empty();
        match (&our_places[..], &their_places[..]) {
            ([_], []) if is_new => continue,
            ([], [only]) if is_new => {
                changes.push((commit, Some(only.blob)));
                continue;
            }
            _ => {}
        }
        let our_text = text(repo, Some(ours), commit)?;
        let their_text = text(repo, Some(theirs), commit)?;
        let (our_note, their_note) = (Note::parse(&our_text), Note::parse(&their_text));
        let mut base_texts = Vec::new();
        for base in bases {
            base_texts.push(text(repo, Some(base), commit)?);
        }
        let base_notes: Vec<_> = base_texts.iter().map(|text| Note::parse(text)).collect();
        let mut merged = our_note.clone();
        merged.merge(their_note.clone());
        merged.retain(|recording| {
            let id = recording.header.id;
            let was_there =
                !base_notes.is_empty() && base_notes.iter().all(|base| base.contains(id));
            (our_note.contains(id) && their_note.contains(id)) || !was_there
        });
        let blob = if merged.is_empty() {
            None
        } else {
            Some(repo.blob(&merged.encode())?)
        };
        changes.push((commit, blob));
    }
    edit(repo, Some(ours), &changes)
}

fn blobs(places: &[Place]) -> Vec<Oid> {
    places.iter().map(|place| place.blob).collect()
}
