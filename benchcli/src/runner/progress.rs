//! Shows the progress of a run and the time that is left.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ui;
use crate::visible::visible;

/// Tells people how a run goes: a bar on a terminal, a line a round elsewhere.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    rounds: u32,
    started: Instant,
}

impl Progress {
    /// Begins to tell, of so many rounds.
    pub fn start(rounds: u32) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bar:24} {msg}") {
                bar.set_style(style.progress_chars("━╸─"));
            }
            bar
        });
        Self {
            bar,
            rounds,
            started: Instant::now(),
        }
    }

    /// A round has begun; `left` is the time that is expected from here, known after the first.
    pub fn subject(
        &self,
        round: u32,
        position: (usize, usize),
        name: &str,
        left: Option<Duration>,
    ) {
        let Some(bar) = &self.bar else { return };
        let (at, of) = position;
        let of_all = u64::from(self.rounds) * of as u64;
        bar.set_length(of_all.max(1));
        bar.set_position(u64::from(round - 1) * of as u64 + at as u64);
        let left = left.map_or_else(String::new, |left| format!(", {} left", duration(left)));
        let name = visible(name);
        bar.set_message(format!("round {round} of {}{left}: {name}", self.rounds));
    }

    /// A round is over.
    pub fn round(&self, round: u32, took: Duration, left: Duration, measured: usize) {
        if self.bar.is_some() {
            return;
        }
        let left = if left.is_zero() {
            String::new()
        } else {
            format!(", about {} left", duration(left))
        };
        self.status(&format!(
            "round {round} of {}: {measured} benchmark{} in {}{left}",
            self.rounds,
            if measured == 1 { "" } else { "s" },
            duration(took),
        ));
    }

    /// Says something in between.
    pub fn status(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| ui::status(text)),
            None => ui::status(text),
        }
    }

    /// How long it took so far.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Clears the bar.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A time for people: `0.4 s`, `12 s`, `3 min 5 s`, `1 h 4 min`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    match seconds {
        _ if time < Duration::from_secs(10) => format!("{:.1} s", time.as_secs_f64()),
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_for_people() {
        let shown = |millis| duration(Duration::from_millis(millis));
        assert_eq!(shown(420), "0.4 s");
        assert_eq!(shown(12_300), "12 s");
        assert_eq!(shown(185_000), "3 min 5 s");
        assert_eq!(shown(7_500_000), "2 h 5 min");
    }
}
