//! The files that `benchcli init` writes.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::detect::Modules;
use crate::args::benchcli::Ci;

/// A file to be written.
pub(super) struct NewFile {
    pub(super) path: PathBuf,
    text: String,
}

/// What is written for these modules.
pub(super) fn files(root: &Path, ci: Ci, branch: &str, modules: &Modules) -> Vec<NewFile> {
    let mut files: Vec<(&str, &str)> = vec![("benchcli.toml", include_str!("benchcli.toml"))];
    match ci {
        Ci::Github => files.extend([
            (
                ".github/workflows/benchmarks.yml",
                include_str!("github.yml"),
            ),
            (
                ".github/workflows/benchmarks-comment.yml",
                include_str!("github-comment.yml"),
            ),
        ]),
        Ci::Gitlab => files.push((".gitlab/benchmarks.yml", include_str!("gitlab.yml"))),
        Ci::None => {}
    }
    let has_workspace = root.join("go.work").is_file();
    files
        .into_iter()
        .map(|(path, text)| NewFile {
            path: root.join(path),
            text: fill(text, branch, modules, has_workspace),
        })
        .collect()
}

/// Writes a file that is not there.
pub(super) fn write(file: &NewFile) -> Result<()> {
    let context = || format!("cannot write {}", file.path.display());
    if let Some(folder) = file.path.parent() {
        fs::create_dir_all(folder).with_context(context)?;
    }
    let new = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&file.path);
    new.and_then(|mut new| new.write_all(file.text.as_bytes()))
        .with_context(context)
}

fn fill(text: &str, branch: &str, modules: &Modules, has_workspace: bool) -> String {
    let folder = written(modules.folder());
    let go_mod = match &modules.chosen[..] {
        [_, _, ..] if has_workspace => "go.work".to_owned(),
        [first, ..] => format!("{}/go.mod", written(&first.folder)),
        [] => format!("{folder}/go.mod"),
    };
    text.replace("{branch}", branch)
        .replace("{folder}/go.mod", &yaml(&go_mod))
        .replace("cd {folder}", &yaml(&format!("cd {}", shell(&folder))))
        .replace("{folder}", &yaml(&folder))
}

fn written(folder: &Path) -> String {
    match folder.to_string_lossy().replace('\\', "/") {
        folder if folder.is_empty() => ".".to_owned(),
        folder => folder,
    }
}

/// A word of a shell's.
fn shell(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_./-".contains(letter);
    let word = match word.strip_prefix('-') {
        Some(_) => format!("./{word}"),
        None => word.to_owned(),
    };
    if word.chars().all(is_plain) {
        word
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A value of YAML's on a line of its own.
fn yaml(value: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_./-' ".contains(letter);
    let begins_well = value.starts_with(|first: char| first.is_alphanumeric() || first == '.');
    if begins_well && !value.ends_with(' ') && value.chars().all(is_plain) {
        value.to_owned()
    } else {
        // YAML reads the strings of JSON.
        serde_json::Value::from(value).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::super::detect::Module;
    use super::*;

    fn filled(text: &str, folders: &[&str], has_workspace: bool) -> String {
        let chosen = folders.iter().map(|folder| Module {
            folder: folder.into(),
            path: "example.com/m".into(),
        });
        let modules = Modules {
            chosen: chosen.collect(),
            others: 0,
        };
        fill(text, "main", &modules, has_workspace)
    }

    #[test]
    fn a_folder_is_quoted_for_who_reads_it() {
        for (folder, cd, directory) in [
            ("", "- cd .", "working-directory: ."),
            ("go", "- cd go", "working-directory: go"),
            ("svc a", "- cd 'svc a'", "working-directory: svc a"),
            (
                "it's: a",
                r#"- "cd 'it'\\''s: a'""#,
                r#"working-directory: "it's: a""#,
            ),
            ("-x", "- cd ./-x", r#"working-directory: "-x""#),
        ] {
            assert_eq!(filled("- cd {folder}", &[folder], false), cd);
            let text = "working-directory: {folder}";
            assert_eq!(filled(text, &[folder], false), directory);
        }
    }

    #[test]
    fn several_modules_are_measured_from_above() {
        let text = "in: {folder}\nfile: {folder}/go.mod\n";
        assert_eq!(
            filled(text, &["a", "svc b"], false),
            "in: .\nfile: a/go.mod\n"
        );
        assert!(filled(text, &["a", "b"], true).contains("file: go.work\n"));
        for workflow in [include_str!("github.yml"), include_str!("gitlab.yml")] {
            let filled = filled(workflow, &["a", "b"], false);
            assert!(!filled.contains("{folder}"), "{filled}");
        }
    }
}
