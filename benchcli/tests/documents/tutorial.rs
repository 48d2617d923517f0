//! The commands of `examples/gobench/README.md`, one after the other, as a reader types them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::isolated::{has, isolated};

/// The blocks that a reader types, and the exit status of the last command in each.
const ENDS: [u8; 10] = [0, 0, 0, 0, 1, 1, 0, 0, 0, 0];

#[test]
fn the_tutorial_works_as_it_is_told() {
    if !has("go", "GO_REQUIRED", "the_tutorial_works_as_it_is_told") {
        return;
    }
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let readme = fs::read_to_string(examples.join("gobench/README.md")).expect("readable");
    let blocks: Vec<&str> = readme
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect();
    assert_eq!(blocks.len(), ENDS.len());

    let folder = tempfile::tempdir().expect("a temporary folder");
    let project = folder.path().join("project");
    fs::create_dir(&project).expect("made");
    symlink(
        fs::canonicalize(&examples).expect("there"),
        project.join("examples"),
    )
    .expect("linked");
    // As it is told, in less time.
    let mut script = String::new();
    for block in &blocks {
        script += &block.replace("50ms", "1ms");
        script += "echo \"[end $?]\"\n";
    }
    let programs = Path::new(env!("CARGO_BIN_EXE_benchcli")).parent();
    let mut path = programs.expect("a folder").as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let output = isolated("bash", &project)
        .args(["--noprofile", "--norc", "-c", &script])
        .env("PATH", path)
        .output()
        .expect("bash runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let ends: Vec<&str> = stdout
        .lines()
        .filter_map(|line| line.strip_prefix("[end ")?.strip_suffix(']'))
        .collect();
    let expected: Vec<String> = ENDS.iter().map(u8::to_string).collect();
    assert_eq!(ends, expected, "{stdout}{stderr}");
    // Counters do not depend on the machine, nor does the top contributor.
    for said in [
        "allocs/op",
        "+600.00%",
        "Clean up titles",
        "text.cleaned, called from example.com/gobench/text.Title",
    ] {
        assert!(stdout.contains(said), "{said}: {stdout}{stderr}");
    }
    assert!(project.join("../gobench/report.html").is_file());
}
