//! Writes files atomically: readers see the old file or the new one, never a part.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow};

use crate::hint::WithHint as _;

/// Writes a file by way of another beside it, which takes its name when it is complete. A link is
/// followed; a pipe or a device is written to as it is.
///
/// # Errors
/// It cannot be written; what was there before is there still.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
        return fs::write(path, bytes);
    }
    let unfinished = beside(&path);
    let written = fs::write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, &path));
    if written.is_err() {
        // It may not be there at all.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// The name of a file until it is complete.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    path.with_file_name(name)
}

/// Writes a file like [`write_whole`], with an error that says what to do.
///
/// # Errors
/// It cannot be written.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    write_whole(path, bytes).map_err(|error| unwritable(path, error))
}

/// What is said of a place that cannot be written to.
pub(crate) fn unwritable(path: &Path, error: io::Error) -> Error {
    let shown = path.display();
    let folder = path.parent().unwrap_or(path);
    if path.is_dir() && error.kind() == io::ErrorKind::IsADirectory {
        return anyhow!("cannot write {shown}: it is a folder").hint("name a file in it");
    }
    if error.kind() == io::ErrorKind::NotFound && !folder.as_os_str().is_empty() && !folder.exists()
    {
        let folder = folder.display();
        return anyhow!("cannot write {shown}: the folder {folder} does not exist")
            .hint("create the folder first");
    }
    Error::new(error)
        .context(format!("cannot write {shown}"))
        .hint("choose another path")
}

/// Finds out whether a file can be written, before what is to be in it takes its time.
///
/// # Errors
/// It cannot be written.
pub(crate) fn check_file(path: &Path) -> Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let checked = match fs::metadata(&target) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        // Asking a pipe would wait for its reader.
        Ok(found) if !found.is_file() => Ok(()),
        _ => try_out(&beside(&target)),
    };
    checked.map_err(|error| unwritable(path, error))
}

/// Finds out whether files can be written into a folder, which need not be there.
///
/// # Errors
/// They cannot.
pub(crate) fn check_folder(folder: &Path) -> Result<()> {
    let mut there = folder.ancestors().map(|above| match above {
        above if above.as_os_str().is_empty() => Path::new("."),
        above => above,
    });
    let there = there.find(|above| above.exists()).unwrap_or(folder);
    try_out(&beside(&there.join("benchcli"))).map_err(|error| unwritable(folder, error))
}

fn try_out(path: &Path) -> io::Result<()> {
    fs::File::create(path)?;
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hint;

    #[test]
    fn a_place_is_tried_out_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::write(at("a.txt"), "one").unwrap();
        check_file(&at("a.txt")).unwrap();
        check_file(&at("b.txt")).unwrap();
        check_folder(&at("some/where")).unwrap();
        check_folder(folder.path()).unwrap();
        let hint = |checked: Result<()>| hint::of(&*checked.unwrap_err()).map(str::to_owned);
        let no_folder = hint(check_file(&at("no/b.txt")));
        assert_eq!(no_folder.as_deref(), Some("create the folder first"));
        let is_folder = hint(check_file(folder.path()));
        assert_eq!(is_folder.as_deref(), Some("name a file in it"));
        let in_file = hint(check_folder(&at("a.txt/raw")));
        assert_eq!(in_file.as_deref(), Some("choose another path"));
        assert_eq!(fs::read(at("a.txt")).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.txt");
        write_whole(&file, b"one").unwrap();
        write_whole(&file, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(write_whole(folder.path(), b"three").is_err());
        assert!(write_whole(&folder.path().join("no/such"), b"three").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link] = ["a.txt", "link"].map(|name| folder.path().join(name));
        fs::write(&file, "one").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_whole(&link, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        write_whole(Path::new("/dev/null"), b"three").unwrap();
    }
}
