//! The temporary folder of a run: files of the base, binaries, and samples.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the names of such folders begin with.
const PREFIX: &str = "benchcli-run-";

/// The file that is locked as long as the folder's run lives.
const LOCK: &str = "lock";

/// A folder without a lock file is of a run that is about to make one, or died before it did.
const BIRTH: Duration = Duration::from_secs(600);

/// A temporary folder that lives as long as this value. The next run removes one that was left by a
/// run that was killed.
#[derive(Debug)]
pub struct Workspace {
    path: PathBuf,
    /// Held, not read: other runs see from it that this one lives.
    _lock: File,
}

/// Makes folders for this user alone.
fn private() -> DirBuilder {
    #[cfg(unix)]
    {
        let mut builder = DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
    }
    #[cfg(not(unix))]
    DirBuilder::new()
}

impl Workspace {
    /// Makes a folder that only this user can read.
    ///
    /// # Errors
    /// There is no room for it in the system's temporary folder.
    pub fn create() -> io::Result<Self> {
        // Links resolved, as git and go print paths.
        let parent = fs::canonicalize(std::env::temp_dir())?;
        loop {
            let path = parent.join(format!("{PREFIX}{:016x}", random()));
            private().create(&path)?;
            let lock = File::create(path.join(LOCK))?;
            lock.lock()?;
            // Somebody who tidied up may have been faster.
            if path.join(LOCK).exists() {
                return Ok(Self { path, _lock: lock });
            }
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the folder with everything in it.
    ///
    /// # Errors
    /// Something in it cannot be removed.
    pub fn remove(self) -> io::Result<()> {
        fs::remove_dir_all(&self.path)
    }
}

/// A number that no other run has.
pub fn random() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

/// Whether a path is that of a run's folder.
pub(super) fn is_workspace(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with(PREFIX))
}

/// Does something with a run's folder if its run is dead, with the folder locked.
pub(super) fn if_abandoned(path: &Path, act: impl FnOnce()) {
    let lock = match File::open(path.join(LOCK)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let modified = fs::metadata(path).and_then(|folder| folder.modified());
            let age = modified.ok().and_then(|at| at.elapsed().ok());
            if !path.exists() || age.is_some_and(|age| age > BIRTH) {
                act();
            }
            return;
        }
        // Of another user.
        Err(_) => return,
    };
    match lock.try_lock() {
        Ok(()) => act(),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
    }
}

/// Removes the folders of dead runs.
pub fn remove_abandoned() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries
        .flatten()
        .filter(|entry| is_workspace(&entry.path()))
    {
        if_abandoned(&entry.path(), || {
            // Whoever owns it can do it another time.
            let _ = fs::remove_dir_all(entry.path());
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_folders_of_dead_runs_are_abandoned() {
        let alive = Workspace::create().unwrap();
        let path = alive.path().to_owned();
        let mut abandoned = false;
        if_abandoned(&path, || abandoned = true);
        assert!(!abandoned && is_workspace(&path));
        // Without its lock, as the end of a process leaves it.
        drop(alive);
        if_abandoned(&path, || abandoned = true);
        assert!(abandoned);
        fs::remove_dir_all(&path).unwrap();
    }
}
