//! Saves the raw output of both sides for people and other tools.

use std::fs;
use std::io;
use std::path::Path;

use crate::atomic_file::write_whole;

/// What the files of both sides are called.
pub const NAMES: [&str; 2] = ["old.txt", "new.txt"];

/// Writes the texts of both sides into a folder, each whole or not at all.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn save(folder: &Path, texts: &[Vec<u8>; 2]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, text) in NAMES.iter().zip(texts) {
        write_whole(&folder.join(name), text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_there_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let into = folder.path().join("raw");
        for text in ["one", "two"] {
            save(&into, &[text.into(), b"new".to_vec()]).unwrap();
        }
        let names = fs::read_dir(&into)
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.collect();
        names.sort();
        assert_eq!(names, ["new.txt", "old.txt"]);
        assert_eq!(fs::read(into.join("old.txt")).unwrap(), b"two");
    }
}
