//! Accepts Go-style flags with one dash, such as `-filter`.

use std::ffi::OsString;

/// Writes Go's `-name` and `-name=value` as GNU's `--name` and `--name=value`, for the flags of
/// `command` that have such a long name. Everything after `--` stays as it is.
pub fn gnu_style(
    command: &clap::Command,
    arguments: impl IntoIterator<Item = OsString>,
) -> Vec<OsString> {
    let is_flag = |name: &str| {
        command
            .get_arguments()
            .any(|flag| flag.get_long() == Some(name))
            || matches!(name, "help" | "version")
    };
    let takes_value = |name: &str| {
        command
            .get_arguments()
            .any(|flag| flag.get_long() == Some(name) && needs_value(flag))
    };
    let mut only_inputs = false;
    let mut is_value = false;
    let rewrite = |argument: OsString| {
        if only_inputs || std::mem::take(&mut is_value) {
            return argument;
        }
        let Some(text) = argument.to_str() else {
            return argument;
        };
        only_inputs = text == "--";
        let dashed = text.strip_prefix('-').filter(|rest| !rest.is_empty());
        let Some(flag) = dashed.map(|rest| rest.strip_prefix('-').unwrap_or(rest)) else {
            return argument;
        };
        let name = flag.split_once('=').map_or(flag, |(name, _)| name);
        is_value = name == flag && takes_value(name);
        if is_flag(name) {
            format!("--{flag}").into()
        } else {
            argument
        }
    };
    arguments.into_iter().map(rewrite).collect()
}

/// Whether what follows is the flag's value whatever it looks like.
fn needs_value(flag: &clap::Arg) -> bool {
    let may_be_without = |count: clap::builder::ValueRange| count.min_values() == 0;
    flag.get_action().takes_values() && !flag.get_num_args().is_some_and(may_be_without)
}

/// Does the same for a program with commands: each command's flags are known from the command on.
pub fn gnu_style_commands(
    command: &clap::Command,
    arguments: impl IntoIterator<Item = OsString>,
) -> Vec<OsString> {
    let mut arguments = arguments.into_iter();
    let mut before = Vec::new();
    while let Some(argument) = arguments.next() {
        let known = argument.to_str();
        let known = known.and_then(|name| command.find_subcommand(name));
        let takes_value = argument == "-C";
        before.push(argument);
        match known {
            Some(known) if known.has_subcommands() => {
                before.extend(gnu_style_commands(known, arguments));
                break;
            }
            Some(known) => {
                before.extend(gnu_style(known, arguments));
                break;
            }
            None if takes_value => before.extend(arguments.next()),
            None => {}
        }
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, ArgAction, Command};

    fn rewritten(arguments: &[&str]) -> Vec<String> {
        let command = Command::new("x")
            .arg(Arg::new("alpha").long("alpha"))
            .arg(Arg::new("pin").long("pin").num_args(0..=1))
            .arg(Arg::new("quiet").long("quiet").action(ArgAction::SetTrue));
        gnu_style(&command, arguments.iter().map(OsString::from))
            .into_iter()
            .map(|argument| argument.into_string().unwrap())
            .collect()
    }

    #[test]
    fn one_dash_becomes_two() {
        assert_eq!(rewritten(&["-alpha", "1"]), ["--alpha", "1"]);
        assert_eq!(rewritten(&["-alpha=1"]), ["--alpha=1"]);
        assert_eq!(rewritten(&["--alpha", "1"]), ["--alpha", "1"]);
    }

    #[test]
    fn a_command_knows_its_flags() {
        let inner = Command::new("diff").arg(Arg::new("alpha").long("alpha"));
        let outer = Command::new("profile").subcommand(inner.clone());
        let command = Command::new("x").subcommand(inner).subcommand(outer);
        let rewritten =
            |arguments: &[&str]| gnu_style_commands(&command, arguments.iter().map(OsString::from));
        assert_eq!(
            rewritten(&["x", "-C", "diff", "diff", "-alpha", "1"]),
            ["x", "-C", "diff", "diff", "--alpha", "1"]
        );
        assert_eq!(
            rewritten(&["x", "profile", "diff", "-alpha=1", "-C"]),
            ["x", "profile", "diff", "--alpha=1", "-C"]
        );
    }

    #[test]
    fn values_and_inputs_stay() {
        assert_eq!(rewritten(&["-alpha", "-alpha"]), ["--alpha", "-alpha"]);
        assert_eq!(rewritten(&["-quiet", "-alpha"]), ["--quiet", "--alpha"]);
        assert_eq!(rewritten(&["-pin", "-alpha"]), ["--pin", "--alpha"]);
        assert_eq!(rewritten(&["--", "-alpha"]), ["--", "-alpha"]);
        assert_eq!(rewritten(&["-", "-x"]), ["-", "-x"]);
    }
}
