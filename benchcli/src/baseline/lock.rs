//! A lock file that allows one writer at a time.
//!
//! Recordings are safe even without this lock, because the notes ref is updated by compare-and-swap. The lock
//! keeps many writers from retrying again and again. The operating system releases it when its process dies.
//!
//! A killed process can leave behind git's own lock file for the ref. To distinguish that file from the lock
//! of a running git, the intended update is written down before the swap.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use git2::Oid;

/// How long to wait for other writers before going on without the lock.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a lock file must have been empty before it is taken for a dead process's: git writes
/// into it at once.
const EMPTY_FOR: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct WriteLock {
    file: Option<File>,
    intent: PathBuf,
    /// What the process that held the lock before was about to write when it died.
    died_writing: Option<String>,
    empty_since: Option<Instant>,
}

impl WriteLock {
    /// Waits for the lock in a folder of our own.
    pub(super) fn acquire(folder: &Path) -> io::Result<Self> {
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join("lock"))?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        let file = loop {
            match file.try_lock() {
                Ok(()) => break Some(file),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(10));
                }
                // A filesystem without locks, or a writer that stands still.
                Err(_) => break None,
            }
        };
        let intent = folder.join("intent");
        let died_writing = match &file {
            Some(_) => fs::read_to_string(&intent).ok(),
            None => None,
        };
        Ok(Self {
            file,
            intent,
            died_writing,
            empty_since: None,
        })
    }

    /// Says what is about to be written.
    pub(super) fn announce(&self, commit: Oid) -> io::Result<()> {
        match self.file {
            Some(_) => fs::write(&self.intent, commit.to_string()),
            None => Ok(()),
        }
    }

    /// Removes the ref's lock file where a process died that had made it.
    pub(super) fn clear_stale(&mut self, ref_lock: &Path) {
        let (Some(_), Some(intent)) = (&self.file, &self.died_writing) else {
            return;
        };
        let Ok(content) = fs::read_to_string(ref_lock) else {
            return;
        };
        let is_ours = if content.is_empty() {
            let since = self.empty_since.get_or_insert_with(Instant::now);
            since.elapsed() > EMPTY_FOR
        } else {
            content.trim_end() == intent
        };
        if is_ours {
            let _ = fs::remove_file(ref_lock);
            self.died_writing = None;
        }
    }
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        if self.file.is_some() {
            let _ = fs::remove_file(&self.intent);
        }
    }
}
