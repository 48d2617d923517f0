//! Where benchmarks are in the source.

use std::fs;
use std::path::{Path, PathBuf};

use crate::report::annotations::Places;
use crate::report::verdicts::CheckReport;

/// More files than this are not looked at.
const FILE_LIMIT: usize = 20_000;

/// Looks for the functions of a report's benchmarks below the working directory. A benchmark is
/// where its package's folder, which ends its import path, has a test file with its function.
pub(super) fn places(report: &CheckReport) -> Places {
    let mut places = Places::new();
    let mut files = Vec::new();
    test_files(Path::new("."), &mut files);
    let sources: Vec<(PathBuf, String)> = files
        .into_iter()
        .filter_map(|file| Some((file.clone(), fs::read_to_string(file).ok()?)))
        .collect();
    for row in &report.rows {
        let base = row.benchmark.split('/').next().unwrap_or_default();
        let base = match base.rsplit_once('-') {
            Some((name, digits)) if digits.bytes().all(|digit| digit.is_ascii_digit()) => name,
            _ => base,
        };
        let function = format!("func Benchmark{base}(");
        let found = sources.iter().find_map(|(file, text)| {
            let folder = file.parent()?.to_str()?.trim_start_matches("./");
            let of_package = folder.is_empty() || folder == "." || row.package.ends_with(folder);
            let line = text.lines().position(|line| line.starts_with(&function))?;
            let path = file.to_str()?.trim_start_matches("./");
            of_package.then(|| (path.to_owned(), line + 1))
        });
        if let Some(found) = found {
            places.insert((row.package.clone(), row.benchmark.clone()), found);
        }
    }
    places
}

fn test_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if files.len() >= FILE_LIMIT {
            return;
        }
        if path.is_dir() && !path.is_symlink() {
            let passed_over =
                name.starts_with('.') || matches!(name, "vendor" | "node_modules" | "target");
            if !passed_over {
                test_files(&path, files);
            }
        } else if name.ends_with("_test.go") {
            files.push(path);
        }
    }
}
