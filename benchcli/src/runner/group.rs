//! Signals process groups: a program together with everything that it started.

use std::io;
use std::process::{Child, Command, ExitStatus};

/// How hard a group is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Force {
    /// It may tidy up.
    Ask,
    /// It ends now.
    Kill,
}

#[cfg(unix)]
mod system {
    use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};

    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

    use super::{Child, Command, ExitStatus, Force, io};

    /// Lets a program lead a group of its own: the terminal's Ctrl-C is then for us alone.
    pub(in super::super) fn lead(command: &mut Command) {
        command.process_group(0);
    }

    pub(in super::super) fn signal(leader: u32, force: Force) {
        let signal = match force {
            Force::Ask => Signal::TERM,
            Force::Kill => Signal::KILL,
        };
        if let Some(pid) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
            // A group that is gone needs no signal.
            let _ = kill_process_group(pid, signal);
        }
    }

    /// Waits until the leader has ended, without taking its status: until that is taken, no other
    /// group can get its number.
    pub(in super::super) fn wait(child: &Child) -> io::Result<()> {
        let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
            return Ok(());
        };
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        loop {
            match waitid(WaitId::Pid(pid), options) {
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(_) => return Ok(()),
            }
        }
    }

    pub(in super::super) fn describe(status: ExitStatus) -> String {
        match (status.code(), status.signal()) {
            (Some(code), _) => format!("exit status {code}"),
            (None, Some(signal)) => format!("killed by signal {signal}"),
            (None, None) => status.to_string(),
        }
    }
}

#[cfg(not(unix))]
mod system {
    use super::{Child, Command, ExitStatus, Force, io};

    pub(in super::super) fn lead(_command: &mut Command) {}

    pub(in super::super) fn signal(_leader: u32, _force: Force) {}

    pub(in super::super) fn wait(_child: &Child) -> io::Result<()> {
        Ok(())
    }

    pub(in super::super) fn describe(status: ExitStatus) -> String {
        status.to_string()
    }
}

pub(super) use system::{describe, lead, signal, wait};
