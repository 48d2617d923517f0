//! What is released, and the workflows of this project.

use std::fs;

use crate::project;

#[test]
fn our_workflows_pin_what_they_use_and_may_only_read() {
    for entry in fs::read_dir(project(".github/workflows")).expect("there") {
        let path = entry.expect("readable").path();
        let workflow = fs::read_to_string(&path).expect("readable");
        assert!(
            workflow.contains("\npermissions:\n  contents: read\n"),
            "{path:?}"
        );
        for used in workflow.split("uses: ").skip(1) {
            let used = used.lines().next().unwrap_or_default();
            let (_, revision) = used.split_once('@').expect("a revision");
            let (revision, version) = revision.split_once(" # v").expect("its version");
            let is_hash = revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_hash && !version.is_empty(), "{path:?}: {used}");
        }
    }
}

#[test]
fn what_is_released_is_what_the_action_installs() {
    let read = |path: &str| fs::read_to_string(project(path)).expect("readable");
    let release = read(".github/workflows/release.yml");
    let action = read("examples/ci/github/action.yml");
    let mut released: Vec<_> = release
        .lines()
        .filter_map(|line| line.trim().strip_suffix(" }")?.split_once("target: "))
        .map(|(_, target)| target)
        .collect();
    let mut installed: Vec<_> = action
        .lines()
        .filter_map(|line| line.trim().strip_suffix(" ;;")?.split_once(") target="))
        .map(|(_, target)| target)
        .collect();
    released.sort_unstable();
    installed.sort_unstable();
    // Where musl is wanted it is there, and slower than glibc linked statically.
    released.retain(|target| *target != "x86_64-unknown-linux-musl");
    assert_eq!(released, installed);
    assert_eq!(released.len(), 5);
    assert!(release.contains("archive=\"benchcli-$TARGET.tar.gz\""));
    assert!(action.contains("benchcli-$target.tar.gz.sha256"));
}
