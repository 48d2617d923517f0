//! Reports how quiet the machine was during a run.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::num::NonZero;
use std::path::Path;

/// What the system says of itself at one moment. Other systems than Linux say nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    processors: usize,
    load: Option<f64>,
    governors: BTreeSet<String>,
    has_turbo: Option<bool>,
    throttled: Option<u64>,
    on_battery: bool,
    /// Ticks taken by other virtual machines, and all ticks.
    ticks: Option<(u64, u64)>,
    /// How often the control group was held back.
    held_back: Option<u64>,
}

/// A load from which others disturb, in processors.
const LOAD: f64 = 0.5;

/// A share of stolen time from which it disturbs.
const STOLEN: f64 = 0.005;

impl Snapshot {
    /// Looks now.
    pub fn take() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self::of(Path::new("/"), processors)
    }

    /// Looks at the files of `/proc` and `/sys` below a folder.
    fn of(root: &Path, processors: usize) -> Self {
        let text = |path: &str| fs::read_to_string(root.join(path)).ok();
        let folders = |path: &str| -> Vec<String> {
            let entries = fs::read_dir(root.join(path))
                .into_iter()
                .flatten()
                .flatten();
            let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
            names.map(|name| format!("{path}/{name}")).collect()
        };
        let cpus: Vec<String> = folders("sys/devices/system/cpu")
            .into_iter()
            .filter(|path| {
                let name = path.rsplit("/cpu").next().unwrap_or_default();
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
            })
            .collect();
        let of_cpus = |file: &str| -> Vec<String> {
            let texts = cpus.iter().filter_map(|cpu| text(&format!("{cpu}/{file}")));
            texts.map(|text| text.trim().to_owned()).collect()
        };
        let throttled: Vec<u64> = of_cpus("thermal_throttle/core_throttle_count")
            .iter()
            .filter_map(|count| count.parse().ok())
            .collect();
        let no_turbo = text("sys/devices/system/cpu/intel_pstate/no_turbo");
        let boost = text("sys/devices/system/cpu/cpufreq/boost");
        let load = text("proc/loadavg");
        let load = load
            .as_deref()
            .and_then(|load| load.split(' ').next()?.parse().ok());
        Self {
            processors,
            load,
            governors: of_cpus("cpufreq/scaling_governor").into_iter().collect(),
            has_turbo: no_turbo
                .map(|off| off.trim() == "0")
                .or(boost.map(|on| on.trim() == "1")),
            throttled: (!throttled.is_empty()).then(|| throttled.iter().sum()),
            on_battery: folders("sys/class/power_supply").iter().any(|supply| {
                text(&format!("{supply}/status")).is_some_and(|it| it.trim() == "Discharging")
            }),
            ticks: text("proc/stat").as_deref().and_then(ticks),
            held_back: text("sys/fs/cgroup/cpu.stat").as_deref().and_then(|stat| {
                let mut lines = stat.lines();
                lines.find_map(|line| line.strip_prefix("nr_throttled ")?.parse().ok())
            }),
        }
    }
}

/// The stolen and all ticks of the first line of `/proc/stat`.
fn ticks(stat: &str) -> Option<(u64, u64)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    // What guests use is in the user's time already.
    let ticks = line.split_ascii_whitespace().take(8);
    let ticks: Vec<u64> = ticks.filter_map(|ticks| ticks.parse().ok()).collect();
    Some((*ticks.get(7)?, ticks.iter().sum()))
}

/// What disturbed a run, and what is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quietness {
    used: Vec<String>,
    disturbances: Vec<String>,
    unknown: Vec<&'static str>,
}

impl Quietness {
    /// What happened between two moments; `used` is what was done for quiet, such as `pinned to
    /// processor 1`.
    pub fn between(before: &Snapshot, after: &Snapshot, used: Vec<String>) -> Self {
        let mut quiet = Self {
            used,
            ..Self::default()
        };
        let mut look = |name, disturbance: Option<Option<String>>| match disturbance {
            None => quiet.unknown.push(name),
            Some(disturbance) => quiet.disturbances.extend(disturbance),
        };
        look(
            "load",
            before.load.map(|load| {
                let processors = before.processors;
                let end = if processors == 1 { "" } else { "s" };
                (load >= LOAD).then(|| format!("load {load:.1} on {processors} processor{end}"))
            }),
        );
        let stolen = before.ticks.zip(after.ticks).map(|(before, after)| {
            let all = after.1.saturating_sub(before.1).max(1);
            let stolen = after.0.saturating_sub(before.0) as f64 / all as f64;
            (stolen >= STOLEN).then(|| {
                format!(
                    "{:.1}% of the time went to other virtual machines",
                    stolen * 100.0
                )
            })
        });
        look("time that virtual machines take", stolen);
        let scaling: Vec<&str> = before.governors.iter().map(String::as_str).collect();
        look(
            "frequency scaling",
            (!scaling.is_empty()).then(|| {
                (scaling != ["performance"])
                    .then(|| format!("frequency scaling is {}", scaling.join(" and ")))
            }),
        );
        look(
            "turbo",
            before
                .has_turbo
                .map(|on| on.then(|| "turbo is on".to_owned())),
        );
        let grown = |before: Option<u64>, after: Option<u64>| {
            before
                .zip(after)
                .map(|(before, after)| after.saturating_sub(before))
        };
        look(
            "throttling",
            grown(before.throttled, after.throttled).map(|times| {
                (times > 0).then(|| format!("throttled {times} times because of heat"))
            }),
        );
        look(
            "processor quota",
            grown(before.held_back, after.held_back).map(|times| {
                (times > 0).then(|| format!("throttled {times} times by a CPU quota"))
            }),
        );
        let battery = before.on_battery || after.on_battery;
        quiet
            .disturbances
            .extend(battery.then(|| "on battery".to_owned()));
        quiet
    }
}

impl fmt::Display for Quietness {
    /// `quiet`, or what disturbed; then what was done, and what is not known.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.disturbances.is_empty() {
            out.write_str("quiet")?;
        } else {
            out.write_str(&self.disturbances.join(", "))?;
        }
        if !self.used.is_empty() {
            write!(out, "; {}", self.used.join(", "))?;
        }
        if !self.unknown.is_empty() {
            write!(out, "; not known: {}", self.unknown.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(files: &[(&str, &str)]) -> Snapshot {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Snapshot::of(root.path(), 2)
    }

    const CPU: &str = "sys/devices/system/cpu";

    fn all(load: &str, steal: u32, governor: &str, count: &str) -> Snapshot {
        machine(&[
            ("proc/loadavg", &format!("{load} 0.10 0.05 1/100 42\n")),
            (
                "proc/stat",
                &format!(
                    "cpu  100 0 100 {} 0 0 0 {steal} 7 7\ncpu0 1\n",
                    800 + steal * 10
                ),
            ),
            (&format!("{CPU}/cpu0/cpufreq/scaling_governor"), governor),
            (
                &format!("{CPU}/cpu1/cpufreq/scaling_governor"),
                "performance\n",
            ),
            (&format!("{CPU}/cpufreq/boost"), "0\n"),
            (
                &format!("{CPU}/cpu0/thermal_throttle/core_throttle_count"),
                count,
            ),
            ("sys/fs/cgroup/cpu.stat", "usage_usec 5\nnr_throttled 3\n"),
            ("sys/class/power_supply/BAT0/status", "Full\n"),
        ])
    }

    fn text(before: &Snapshot, after: &Snapshot) -> String {
        Quietness::between(before, after, Vec::new()).to_string()
    }

    #[test]
    fn a_quiet_machine_is_quiet() {
        let quiet = all("0.05", 0, "performance\n", "9");
        assert_eq!(text(&quiet, &quiet), "quiet");
    }

    #[test]
    fn each_disturbance_is_named() {
        let before = all("3.14", 0, "powersave\n", "9");
        let after = all("0.05", 100, "powersave\n", "11");
        assert_eq!(
            text(&before, &after),
            "load 3.1 on 2 processors, 9.1% of the time went to other virtual machines, \
             frequency scaling is performance and powersave, throttled 2 times because of heat"
        );
        let laptop = machine(&[
            ("sys/class/power_supply/BAT0/status", "Discharging\n"),
            (&format!("{CPU}/intel_pstate/no_turbo"), "0\n"),
            ("sys/fs/cgroup/cpu.stat", "nr_throttled 0\n"),
        ]);
        let later = Snapshot {
            held_back: Some(4),
            ..laptop.clone()
        };
        let printed = text(&laptop, &later);
        assert!(printed.starts_with(
            "turbo is on, throttled 4 times by a CPU quota, on battery; not known: load"
        ));
    }

    #[test]
    fn what_is_not_known_is_said() {
        let used = vec!["pinned to processor 1".to_owned()];
        let nothing = machine(&[]);
        assert_eq!(
            Quietness::between(&nothing, &nothing, used).to_string(),
            "quiet; pinned to processor 1; not known: load, time that virtual machines take, \
             frequency scaling, turbo, throttling, processor quota"
        );
    }

    #[test]
    fn files_of_any_content_are_survived() {
        let odd = machine(&[
            ("proc/loadavg", ""),
            ("proc/stat", "cpu x y z\n"),
            (
                &format!("{CPU}/cpu0/thermal_throttle/core_throttle_count"),
                "many",
            ),
            (&format!("{CPU}/cpuidle"), ""),
        ]);
        assert_eq!(odd, machine(&[]));
    }
}
