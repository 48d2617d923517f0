//! Handles Ctrl-C and similar signals.

use std::io;

use super::children::Children;

/// Ends all programs when this one is asked to: on SIGINT, SIGTERM and SIGHUP. This one goes on, so
/// that it can save what was measured and tidy up.
///
/// # Errors
/// The system does not allow it.
#[cfg(unix)]
pub fn stop_on_signal(children: &Children) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let children = children.clone();
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for _ in signals.forever() {
                children.stop();
            }
        })?;
    Ok(())
}

/// Signals are Unix's; elsewhere the system ends what belongs to a console.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn stop_on_signal(_children: &Children) -> io::Result<()> {
    Ok(())
}
