//! Pins benchmarks to processors and sets their priority.
//!
//! Child processes inherit both from the thread that starts them. Go only sees the processors that it is allowed to
//! use, so GOMAXPROCS, and with it the suffix of benchmark names, is the number of these processors, on both sides.

use anyhow::Result;

/// The processors that benchmarks may run on, as long as this value lives.
#[derive(Debug)]
pub struct Pinned {
    /// Which, for people.
    pub description: String,
    #[cfg(any(target_os = "linux", target_os = "android"))]
    before: rustix::thread::CpuSet,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use anyhow::{Context as _, Result, bail};
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    use super::Pinned;

    /// Lets what this thread starts run on some processors only: a list such as `2,3`, or `auto` for
    /// the last that is allowed, which has the fewest interrupts on most machines.
    ///
    /// # Errors
    /// The list is none, or has a processor that this program may not use.
    pub fn pin(list: &str) -> Result<Pinned> {
        let before = sched_getaffinity(None).context("--pin: cannot list the processors")?;
        let allowed: Vec<usize> = (0..CpuSet::MAX_CPU)
            .filter(|&cpu| before.is_set(cpu))
            .collect();
        let chosen: Vec<usize> = match (list, allowed.last()) {
            ("auto", Some(last)) => vec![*last],
            _ => list.split(',').map(processor).collect::<Result<_>>()?,
        };
        let mut set = CpuSet::new();
        for &cpu in &chosen {
            if !allowed.contains(&cpu) {
                let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
                bail!(
                    "--pin {list}: processor {cpu} is not available here; available: {}",
                    allowed.join(",")
                );
            }
            set.set(cpu);
        }
        sched_setaffinity(None, &set)
            .with_context(|| format!("--pin {list}: the system does not allow it"))?;
        let names: Vec<String> = chosen.iter().map(ToString::to_string).collect();
        let end = if names.len() == 1 { "" } else { "s" };
        Ok(Pinned {
            description: format!("pinned to processor{end} {}", names.join(",")),
            before,
        })
    }

    fn processor(text: &str) -> Result<usize> {
        match text.parse() {
            Ok(number) => Ok(number),
            Err(_) => bail!("--pin: found {text:?}, expected a list such as 2 or 2,3, or auto"),
        }
    }

    impl Drop for Pinned {
        fn drop(&mut self) {
            // It was allowed before.
            let _ = sched_setaffinity(None, &self.before);
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    use anyhow::{Result, anyhow};

    use super::Pinned;
    use crate::hint::WithHint as _;

    /// Processors can be chosen on Linux only.
    ///
    /// # Errors
    /// Always.
    pub fn pin(list: &str) -> Result<Pinned> {
        let error =
            anyhow!("--pin {list}: this system does not let programs choose their processors");
        Err(error.hint("omit this flag"))
    }
}

pub use system::pin;

/// Gives what is started from now on another priority, from -20 to 19.
///
/// # Errors
/// The system does not allow it.
#[cfg(unix)]
pub fn set_priority(nice: i32) -> Result<String> {
    use anyhow::Context as _;

    rustix::process::setpriority_process(None, nice).with_context(|| {
        format!(
            "--nice {nice}: the system does not allow it; a priority below 0 requires privileges"
        )
    })?;
    Ok(format!("priority {nice}"))
}

/// Priorities are Unix's.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn set_priority(nice: i32) -> Result<String> {
    use crate::hint::WithHint as _;

    let error = anyhow::anyhow!("--nice {nice}: this system does not support priorities");
    Err(error.hint("omit this flag"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn one_processor_for_as_long_as_wanted() {
        let count = || std::thread::available_parallelism().unwrap().get();
        let all = count();
        let pinned = pin("auto").unwrap();
        assert_eq!(count(), 1);
        assert!(pinned.description.starts_with("pinned to processor "));
        drop(pinned);
        assert_eq!(count(), all);
    }

    #[test]
    fn what_cannot_be_pinned_to_is_refused() {
        let message = |list| format!("{:#}", pin(list).unwrap_err());
        assert!(message("1000").contains("processor 1000 is not available here"));
        assert!(message("99999").contains("is not available here"));
        assert!(message("x").contains("expected a list such as 2 or 2,3"));
        assert!(message("").contains("expected a list"));
    }
}
