//! Maps the source positions of two versions to each other, so that both use the same name for a file, and the same
//! number for a line that an edit moved.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{DiffOptions, Patch};

use super::read::Profile;

/// Larger files are not compared line by line, in bytes.
const LARGE: u64 = 8 << 20;

/// The sources of base and head.
#[derive(Debug)]
pub(super) struct Sources {
    /// Both roots, each as it was said and without symbolic links.
    roots: [[PathBuf; 2]; 2],
    /// What each file is called by its profiles, and is from the root, if it is below that.
    names: HashMap<Arc<str>, Option<Arc<str>>>,
    /// For each line of the base's file, counted from 1, the head's; 0 where it has none.
    lines: HashMap<Arc<str>, Option<Vec<i64>>>,
}

impl Sources {
    pub(super) fn new(roots: [&Path; 2]) -> Self {
        let both = |root: &Path| {
            let real = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
            [root.to_owned(), real]
        };
        Self {
            roots: roots.map(both),
            names: HashMap::new(),
            lines: HashMap::new(),
        }
    }

    /// Calls files by their paths from the root and lines of the base as the head numbers them. What
    /// is elsewhere, in GOROOT or the cache of modules, keeps its name.
    pub(super) fn place(&mut self, side: usize, profile: &mut Profile) {
        for frame in &mut profile.frames {
            let known = self.names.get(&frame.file).cloned();
            let name = known.unwrap_or_else(|| {
                let name = self.name(&frame.file).map(Arc::from);
                self.names.insert(frame.file.clone(), name.clone());
                name
            });
            let Some(name) = name else { continue };
            if side == 0 {
                if !self.lines.contains_key(&name) {
                    let lines = self.moved(&name);
                    self.lines.insert(name.clone(), lines);
                }
                let lines = self.lines.get(&name).and_then(Option::as_ref);
                let at = usize::try_from(frame.line - 1).ok();
                match at.and_then(|at| lines?.get(at)) {
                    Some(0) => frame.removed = true,
                    Some(line) => frame.line = *line,
                    None => {}
                }
            }
            frame.file = name;
        }
    }

    /// The path from the root, with slashes.
    fn name(&self, file: &str) -> Option<String> {
        let path = Path::new(file);
        if path.is_absolute() {
            let mut roots = self.roots.iter().flatten();
            let below = roots.find_map(|root| path.strip_prefix(root).ok())?;
            return slashed(below);
        }
        // As -trimpath has it: the import path of the module, then the path in it. The packages of
        // Go itself have no dot in front, modules that were fetched have a version.
        let (host, mut rest) = file.split_once('/')?;
        if !host.contains('.') || file.contains('@') {
            return None;
        }
        loop {
            let is_there = |root: &PathBuf| root.join(rest).is_file();
            if self.roots.iter().flatten().any(is_there) {
                return Some(rest.to_owned());
            }
            rest = rest.split_once('/')?.1;
        }
    }

    /// Where the lines of the base's file went; nothing where the two cannot be compared.
    fn moved(&self, name: &str) -> Option<Vec<i64>> {
        let read = |[root, _]: &[PathBuf; 2]| {
            let path = root.join(name);
            let size = fs::metadata(&path).ok()?.len();
            (size <= LARGE).then(|| fs::read(path).ok())?
        };
        let [base, head] = &self.roots;
        moved(&read(base)?, &read(head)?)
    }
}

fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// How many lines further an edited line is looked for: files that programs write have many.
const FAR: usize = 200;

/// For each line of the base the number of the head's, or 0.
fn moved(base: &[u8], head: &[u8]) -> Option<Vec<i64>> {
    let lines = |text: &[u8]| -> Vec<Vec<u8>> {
        let lines = text.split(|byte| *byte == b'\n');
        lines.map(|line| line.trim_ascii().to_vec()).collect()
    };
    let mut options = DiffOptions::new();
    options.context_lines(0).force_text(true);
    let patch = Patch::from_buffers(base, None, head, None, Some(&mut options)).ok()?;
    let (base, head) = (lines(base), lines(head));
    let mut moved = Vec::with_capacity(base.len());
    let mut shift = 0;
    for at in 0..patch.num_hunks() {
        let (hunk, _) = patch.hunk(at).ok()?;
        // A side without lines is told by the line before.
        let start = |start: u32, lines: u32| start as usize - usize::from(lines > 0);
        let old = start(hunk.old_start(), hunk.old_lines());
        let new = start(hunk.new_start(), hunk.new_lines());
        while moved.len() < old {
            moved.push(moved.len() as i64 + 1 + shift);
        }
        let removed = base.get(old..old + hunk.old_lines() as usize)?;
        let added = head.get(new..new + hunk.new_lines() as usize)?;
        let mut from = 0;
        for line in removed {
            let mut rest = added.iter().enumerate().skip(from).take(FAR);
            let edited = rest.find(|(_, candidate)| is_edit(line, candidate));
            moved.push(edited.map_or(0, |(at, _)| (new + at + 1) as i64));
            from = edited.map_or(from, |(at, _)| at + 1);
        }
        shift = (new + added.len()) as i64 - moved.len() as i64;
    }
    while moved.len() < base.len() {
        moved.push(moved.len() as i64 + 1 + shift);
    }
    Some(moved)
}

/// Whether a line is another one edited: half of it stands at the ends of both.
fn is_edit(one: &[u8], other: &[u8]) -> bool {
    let longer = one.len().max(other.len());
    let shorter = one.len().min(other.len());
    let same = |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| {
        pairs.take_while(|(one, other)| one == other).count()
    };
    let start = same(&mut one.iter().zip(other));
    let end = same(&mut one.iter().rev().zip(other.iter().rev()));
    (start + end).min(shorter) * 2 >= longer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::read::Frame;

    #[test]
    fn lines_keep_their_place_in_the_text() {
        let base = b"package a\n\nfunc f() {\n\tspin(400)\n\told()\n\tend()\n}\n";
        let head = b"package a\n\n// f spins.\nfunc f() {\n\t// More.\n\tspin(8000)\n\tend()\n}\n";
        assert_eq!(
            moved(base, head),
            Some(vec![1, 2, 4, 6, 0, 7, 8, 9]),
            "the comment shifts, the edit stays, old() is gone"
        );
        assert_eq!(moved(base, base), Some((1..=8).collect()));
        assert_eq!(moved(b"a\nb\n", b""), Some(vec![0, 0, 1]));
    }

    #[test]
    fn both_versions_call_a_file_the_same() {
        let place = tempfile::tempdir().unwrap();
        let [base, head] = ["base", "head"].map(|side| place.path().join(side));
        for (root, text) in [(&base, "a\nb\n"), (&head, "new\na\nb\n")] {
            fs::create_dir_all(root.join("sub")).unwrap();
            fs::write(root.join("sub/f.go"), text).unwrap();
        }
        let mut sources = Sources::new([&base, &head]);
        let mut placed = |side: usize, file: &str| {
            let frame = Frame {
                function: "f".into(),
                file: file.into(),
                line: 2,
                removed: false,
            };
            let mut profile = Profile {
                sample_types: Vec::new(),
                default: 0,
                period: None,
                frames: vec![frame],
                samples: Vec::new(),
            };
            sources.place(side, &mut profile);
            let frame = profile.frames.remove(0);
            (frame.file.to_string(), frame.line)
        };
        let file = |root: &Path| root.join("sub/f.go").display().to_string();
        assert_eq!(placed(0, &file(&base)), ("sub/f.go".into(), 3));
        assert_eq!(placed(1, &file(&head)), ("sub/f.go".into(), 2));
        // With -trimpath.
        let trimmed = "example.com/m/sub/f.go";
        assert_eq!(placed(0, trimmed), ("sub/f.go".into(), 3));
        for elsewhere in [
            "/usr/lib/go/src/fmt/print.go",
            "fmt/sub/f.go",
            "example.com/m@v1.0.0/sub/f.go",
            "_testmain.go",
            "",
        ] {
            assert_eq!(placed(0, elsewhere), (elsewhere.into(), 2));
        }
    }
}
