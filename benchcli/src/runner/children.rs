//! Starts child processes and makes sure that they end when this program does.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::group::{self, Force};
use super::guard::Guard;

/// What a program did.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it complained of.
    pub stderr: Vec<u8>,
    /// How long it took.
    pub elapsed: Duration,
}

impl Ran {
    /// How it ended, for people.
    pub fn ending(&self) -> String {
        group::describe(self.status)
    }
}

/// Why there is nothing to say of a program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChildError {
    /// It could not be started.
    #[error("cannot start {program}")]
    Start {
        /// The program.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// It could not be waited for.
    #[error("cannot wait for {program}")]
    Wait {
        /// The program.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// Everything is being stopped.
    #[error("stopped by a signal")]
    Stopped,
}

/// All programs that run, each in a process group of its own.
#[derive(Debug, Clone, Default)]
pub struct Children {
    state: Arc<Mutex<ChildrenState>>,
}

#[derive(Debug, Default)]
struct ChildrenState {
    stopping: bool,
    leaders: BTreeSet<u32>,
    guard: Option<Guard>,
}

impl ChildrenState {
    fn update_guard(&mut self) {
        if let Some(guard) = &mut self.guard {
            guard.update(&self.leaders);
        }
    }
}

/// How long programs have to tidy up once they are asked to end.
const GRACE: Duration = Duration::from_secs(2);

impl Children {
    /// Runs a program to its end. Whatever it started and left behind is ended with it.
    ///
    /// # Errors
    /// It does not start, or everything was stopped before it ended.
    pub fn run(&self, command: &mut Command) -> Result<Ran, ChildError> {
        let program = command.get_program().to_string_lossy().into_owned();
        group::lead(command);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let started = Instant::now();
        let mut child = {
            let mut state = self.lock();
            if state.stopping {
                return Err(ChildError::Stopped);
            }
            let child = command.spawn().map_err(|source| ChildError::Start {
                program: program.clone(),
                source,
            })?;
            state.leaders.insert(child.id());
            state.update_guard();
            child
        };
        let stdout = drain(child.stdout.take());
        let stderr = drain(child.stderr.take());
        let waited = group::wait(&child);
        let elapsed = started.elapsed();
        let status = {
            let mut state = self.lock();
            // What the program left behind would hold its output open, and disturb what comes next.
            group::signal(child.id(), Force::Kill);
            let status = waited.and_then(|()| child.wait());
            state.leaders.remove(&child.id());
            state.update_guard();
            if state.stopping {
                return Err(ChildError::Stopped);
            }
            status
        };
        let status = status.map_err(|source| ChildError::Wait { program, source })?;
        Ok(Ran {
            status,
            stdout: stdout.join().unwrap_or_default(),
            stderr: stderr.join().unwrap_or_default(),
            elapsed,
        })
    }

    /// Ends all programs, and lets no other start. A second call gives them no time.
    pub fn stop(&self) {
        let mut state = self.lock();
        let again = state.stopping;
        state.stopping = true;
        let force = if again { Force::Kill } else { Force::Ask };
        for leader in &state.leaders {
            group::signal(*leader, force);
        }
        if again {
            return;
        }
        drop(state);
        let children = self.clone();
        thread::spawn(move || {
            thread::sleep(GRACE);
            for leader in &children.lock().leaders {
                group::signal(*leader, Force::Kill);
            }
        });
    }

    /// Lets a guard know which programs run.
    pub(super) fn set_guard(&self, guard: Option<Guard>) {
        let mut state = self.lock();
        state.guard = guard;
        state.update_guard();
    }

    fn lock(&self) -> MutexGuard<'_, ChildrenState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before an error is still what the program printed.
            let _ = pipe.read_to_end(&mut text);
        }
        text
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_outputs_are_kept_however_long() {
        let mut command = shell("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; exit 3");
        let ran = Children::default().run(&mut command).unwrap();
        assert_eq!(ran.stdout.len(), 300_000);
        assert_eq!(ran.stderr.len(), 300_000);
        assert_eq!(ran.ending(), "exit status 3");
    }

    #[test]
    fn what_a_program_leaves_behind_ends_with_it() {
        let started = Instant::now();
        // The one that stays holds the output open.
        let ran = Children::default().run(&mut shell("sleep 60 & echo on"));
        assert_eq!(ran.unwrap().stdout, b"on\n");
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn stopping_ends_what_runs_and_refuses_what_comes() {
        let children = Children::default();
        let runs = children.clone();
        let running = thread::spawn(move || runs.run(&mut shell("sleep 60 & sleep 60")));
        while children.lock().leaders.is_empty() {
            thread::yield_now();
        }
        children.stop();
        let ended = running.join().unwrap();
        assert!(matches!(ended, Err(ChildError::Stopped)));
        let refused = children.run(&mut shell("true"));
        assert!(matches!(refused, Err(ChildError::Stopped)));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = Children::default()
            .run(&mut Command::new("no-such-program"))
            .unwrap_err();
        assert_eq!(error.to_string(), "cannot start no-such-program");
    }
}
