//! Reads `benchcli.toml`, the settings of the gate.

mod accept;
mod error;
mod percent;
mod rename;
mod rule;
mod threshold;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use benchparse::gate::{Action, Policy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

pub use accept::{Accept, Acceptances};
pub use error::ConfigError;
pub use rename::Renames;
pub use rule::{Rule, Rules};
pub use threshold::{Amount, Threshold};

/// The name of the file that is looked for.
pub const FILE_NAME: &str = "benchcli.toml";

/// What is said of a gate without units.
pub const NO_GATE: &str = "gate lists no units, so nothing could ever fail";
/// What to do about it.
pub const NAME_ONE: &str = "name one, such as \"ns/op\"";

/// The contents of a configuration file. What is not set has its default.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The smallest change that counts, such as "5%", or "3% or 1ns" for a change that must reach both. By default
    /// 3 % where old and new were measured in turn, else 10 %.
    pub threshold: Option<Threshold>,
    /// The false discovery rate, 0.05 by default.
    pub q: Option<f64>,
    /// The fewest values a side with which timings are judged, 5 by default.
    pub min_samples: Option<usize>,
    /// Whether to judge timings although the environment seems to have shifted.
    pub assume_stable: Option<bool>,
    /// The units that may fail a run; all by default.
    pub gate: Option<Vec<String>>,
    /// What a benchmark that is better in one unit and worse in another does: fail by default.
    pub traded: Option<ActionName>,
    /// What a row without a verdict does: warn by default.
    pub inconclusive: Option<ActionName>,
    /// What a benchmark that is gone does: warn by default.
    pub missing: Option<ActionName>,
    /// Configuration keys that name the environment: cpu, goos and goarch by default.
    pub environment: Option<Vec<String>>,
    /// Configuration keys that may differ between old and new.
    pub ignore: Option<Vec<String>>,
    /// Labels that a recording must have to be a baseline for `--base REV|auto`.
    pub labels: BTreeMap<String, String>,
    /// The most MiB that all profiles kept by `benchcli profile add` may have together, 100 by default.
    pub profiles_mib: Option<u32>,
    /// Benchmarks that have got another name, old = "new", both without the word Benchmark. A base
    /// name stands for all its sub-benchmarks.
    #[schemars(with = "BTreeMap<String, String>")]
    pub rename: BTreeMap<String, Spanned<String>>,
    /// Settings for some rows; of several that match a row the last one that sets something counts.
    #[schemars(with = "Vec<Rule>")]
    pub rule: Vec<Spanned<Rule>>,
    /// Regressions that are accepted.
    #[schemars(with = "Vec<Accept>")]
    pub accept: Vec<Spanned<Accept>>,
}

/// What an outcome does to the run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum ActionName {
    /// The run fails.
    Fail,
    /// The run passes, and the report mentions them.
    Warn,
    /// The run passes.
    Ignore,
}

impl From<ActionName> for Action {
    fn from(name: ActionName) -> Self {
        match name {
            ActionName::Fail => Self::Fail,
            ActionName::Warn => Self::Warn,
            ActionName::Ignore => Self::Ignore,
        }
    }
}

/// A configuration with the file it came from.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The file, if there is one.
    pub path: Option<PathBuf>,
    /// What it says.
    pub config: Config,
    /// What has got another name, ready to be asked.
    pub renames: Renames,
    /// Its rules, ready to be asked.
    pub rules: Rules,
    /// Its accepted regressions, ready to be asked.
    pub acceptances: Acceptances,
}

impl Loaded {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it cannot be read, or says something that makes no sense.
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        let mut loaded = Self::from_text(path, &text)?;
        loaded.path = Some(path.to_owned());
        Ok(loaded)
    }

    /// Reads the text of a file; `path` is for messages.
    ///
    /// # Errors
    /// Where it says something that makes no sense.
    pub fn from_text(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let place = error::Place { path, text };
        let config: Config = toml::from_str(text).map_err(|error| place.syntax(&error))?;
        let policy = config.policy();
        policy.check().map_err(|error| {
            let key = match error {
                benchparse::gate::PolicyError::Threshold { .. } => "threshold",
                benchparse::gate::PolicyError::MinSamples => "min-samples",
                _ => "q",
            };
            place.at_key(key, &error.to_string())
        })?;
        if config.gate.as_ref().is_some_and(Vec::is_empty) {
            return Err(place.at_key("gate", NO_GATE).with_hint(NAME_ONE));
        }
        let renames = Renames::new(&config.rename, &place)?;
        let rules = Rules::new(&config.rule, &place)?;
        let acceptances = Acceptances::new(&config.accept, &place)?;
        Ok(Self {
            path: None,
            config,
            renames,
            rules,
            acceptances,
        })
    }

    /// Looks for the file from `from` upwards, up to the root of the repository.
    ///
    /// # Errors
    /// Where a file is found and cannot be read.
    pub fn find(from: &Path) -> Result<Self, ConfigError> {
        for folder in from.ancestors() {
            let file = folder.join(FILE_NAME);
            if file.is_file() {
                return Self::from_file(&file);
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        Ok(Self::default())
    }
}

impl Config {
    /// The policy that the file asks for.
    pub fn policy(&self) -> Policy {
        let action = |name: Option<ActionName>, default| name.map_or(default, Action::from);
        let mut policy = Policy::default();
        policy.threshold = self
            .threshold
            .as_ref()
            .map(|threshold| threshold.relative.0);
        policy.q = self.q.unwrap_or(policy.q);
        policy.min_samples = self.min_samples.unwrap_or(policy.min_samples);
        policy.assume_stable = self.assume_stable.unwrap_or(policy.assume_stable);
        policy.on_traded = action(self.traded, policy.on_traded);
        policy.on_inconclusive = action(self.inconclusive, policy.on_inconclusive);
        policy.on_missing = action(self.missing, policy.on_missing);
        policy
    }

    /// The keys that name the environment.
    pub fn environment_keys(&self) -> Vec<String> {
        let default = || ["cpu", "goos", "goarch"].map(str::to_owned).to_vec();
        self.environment.clone().unwrap_or_else(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Loaded, String> {
        Loaded::from_text(Path::new("benchcli.toml"), text).map_err(|error| match error.hint() {
            Some(hint) => format!("{error}\n{hint}"),
            None => error.to_string(),
        })
    }

    #[test]
    fn a_full_file() {
        let loaded = load(
            r#"
threshold = "5%"
q = 0.01
min-samples = 6
gate = ["ns/op", "allocs/op"]
traded = "warn"
inconclusive = "fail"
missing = "ignore"
environment = ["cpu"]
ignore = ["commit"]

[[rule]]
filter = ".name:/^Slow/ .unit:ns/op"
threshold = "20%"

[[rule]]
filter = ".unit:frames/s"
class = "exact"
tolerance = { abs = 2, rel = "1%" }
direction = "higher"

[[accept]]
benchmark = "Encode/n=10"
unit = "ns/op"
up-to = "30%"
reason = "checksums"
until = "2099-01-01"
"#,
        )
        .unwrap();
        let policy = loaded.config.policy();
        assert_eq!(policy.threshold, Some(0.05));
        assert_eq!(policy.on_traded, Action::Warn);
        assert_eq!(loaded.config.environment_keys(), ["cpu"]);
    }

    #[test]
    fn renamed_benchmarks_have_their_newest_name() {
        let text = r#"
[rename]
Encode = "Marshal"
"Encode/old" = "Legacy"
Marshal = "Write"
Tree = "Tree/size=1"
"#;
        let renames = load(text).unwrap().renames;
        for (name, expected) in [
            ("Encode", Some("Write")),
            ("Encode-8", Some("Write-8")),
            ("Encode/n=10-8", Some("Write/n=10-8")),
            ("Encode/old/n=10-8", Some("Legacy/n=10-8")),
            ("Marshal-8", Some("Write-8")),
            ("Tree-2", Some("Tree/size=1-2")),
            ("Encoder-8", None),
            ("Encode-fast-8", None),
            ("Write-8", None),
        ] {
            assert_eq!(renames.apply(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn faults_have_a_place_and_a_remedy() {
        for (text, message) in [
            (
                "q = 0.05\nthresold = \"5%\"\n",
                "benchcli.toml:2:1: unknown key `thresold`; did you mean `threshold`?",
            ),
            (
                "threshold = 5\n",
                "benchcli.toml:1:13: expected a percentage in quotes, such as \"5%\", found 5",
            ),
            (
                "threshold = \"0%\"\n",
                "benchcli.toml:1:13: expected a percentage above 0%, such as 5%, found 0%",
            ),
            (
                "q = 2.0\n",
                "benchcli.toml:1:1: q 2: expected a false discovery rate between 0 and 1, such as 0.05",
            ),
            (
                "traded = \"explode\"\n",
                "benchcli.toml:1:10: unknown value `explode`, expected one of `fail`, `warn`, `ignore`",
            ),
            (
                "[[rule]]\nfilter = \"foo\"\nthreshold = \"5%\"\n",
                "benchcli.toml:2:11: rule: invalid filter: expected key:value",
            ),
            (
                "[[rule]]\nfilter = \"*\"\n",
                "benchcli.toml:2:10: rule: the rule sets nothing\nset threshold, class, tolerance, direction or gate",
            ),
            (
                "[[rule]]\nfilter = \"*\"\nclass = \"timing\"\ntolerance = { abs = 1 }\n",
                "benchcli.toml:4:13: rule: tolerance is for class = \"exact\"; timings have a threshold",
            ),
            (
                "[[rule]]\nfilter = \"*\"\ntolerance = { abs = nan }\n",
                "benchcli.toml:3:13: rule: the tolerance is negative or not a number; expected 0 or more",
            ),
            (
                "[[rule]]\nfilter = \".unit:a\"\ngate = true\n[[rule]]\nfilter = \".unit:a\"\ngate = false\n",
                "benchcli.toml:6:8: rule: gate contradicts the one on line 3 for the same filter\nkeep one",
            ),
            (
                "q = 0.1\ngate = []\n",
                "benchcli.toml:2:1: gate lists no units, so nothing could ever fail\nname one, such as \"ns/op\"",
            ),
            (
                "[rename]\nA = \"\"\n",
                "benchcli.toml:2:5: rename: a name is empty, expected old = \"new\"",
            ),
            (
                "[rename]\nBenchmarkA = \"B\"\n",
                "benchcli.toml:2:14: rename: BenchmarkA starts with Benchmark\nomit the word Benchmark",
            ),
            (
                "[rename]\nA = \"A\"\n",
                "benchcli.toml:2:5: rename: A is renamed to itself\nremove the line",
            ),
            (
                "[rename]\nX = \"A\"\nA = \"B\"\nB = \"A\"\n",
                "benchcli.toml:3:5: rename: A → B → A forms a cycle\nremove the line of the newest name",
            ),
            (
                "[rename]\nA = 5\n",
                "benchcli.toml:2:5: invalid type: integer `5`, expected a string",
            ),
            (
                "min-samples = -1\n",
                "benchcli.toml:1:15: invalid value: integer `-1`, expected a whole number of at least 0",
            ),
            (
                "[[accept]]\nbenchmark = \"A\"\n",
                "benchcli.toml:1:1: missing key `unit`\nfor example, unit = \"ns/op\"",
            ),
            (
                "[[accept]]\nbenchmark = \"A\"\nunit = \"ns/op\"\nup-to = \"10%\"\nreason = \" \"\n",
                "benchcli.toml:1:1: accept: the reason is empty\ngive a reason for the readers of the report",
            ),
            (
                "[[accept]]\nbenchmark = \"/(/\"\nunit = \"ns/op\"\nup-to = \"10%\"\nreason = \"x\"\n",
                "benchcli.toml:1:1: accept: invalid benchmark pattern: missing close \"/\"",
            ),
        ] {
            let got = load(text).unwrap_err();
            assert_eq!(got, message);
        }
    }
}
