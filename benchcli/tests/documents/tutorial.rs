//! The commands of `examples/gobench/README.md`, one after the other, as a reader types them.

use std::fs;
use std::os::unix::fs::symlink;

use testsupport::isolated::isolated;
use testsupport::paths::{project, search_path};
use testsupport::tools::has_go;

/// The blocks that a reader types, and the exit status of the last command in each.
const ENDS: [u8; 10] = [0, 0, 0, 0, 1, 1, 0, 0, 0, 0];

#[test]
fn the_tutorial_works_as_it_is_told() {
    if !has_go("the_tutorial_works_as_it_is_told") {
        return;
    }
    let examples = project("examples");
    let readme = fs::read_to_string(examples.join("gobench/README.md")).expect("readable");
    let blocks: Vec<&str> = readme
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect();
    assert_eq!(blocks.len(), ENDS.len());

    let folder = tempfile::tempdir().expect("a temporary folder");
    let work = folder.path().join("project");
    fs::create_dir(&work).expect("made");
    symlink(
        fs::canonicalize(&examples).expect("there"),
        work.join("examples"),
    )
    .expect("linked");
    // As it is told, in less time.
    let mut script = String::new();
    for block in &blocks {
        script += &block.replace("50ms", "1ms");
        script += "echo \"[end $?]\"\n";
    }
    let output = isolated("bash", &work)
        .args(["--noprofile", "--norc", "-c", &script])
        .env("PATH", search_path())
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
    assert!(work.join("../gobench/report.html").is_file());
}
