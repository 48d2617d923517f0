//! What `--help` says, word for word. `SNAPSHOTS=overwrite` writes it anew.

use std::path::Path;

use snapbox::{Data, assert_data_eq};

use testsupport::repositories::Sandbox;

#[test]
fn every_command_has_help_with_examples() {
    let sandbox = Sandbox::new();
    let place = sandbox.at("nowhere");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/baseline");
    for command in [
        "record",
        "log",
        "show",
        "push",
        "pull",
        "prune",
        "import",
        "export",
        "init",
        "profile add",
        "profile list",
        "profile get",
        "profile diff",
    ] {
        let mut benchcli = place.command(env!("CARGO_BIN_EXE_benchcli"));
        let output = benchcli
            .args(command.split(' '))
            .arg("--help")
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(help.contains("Examples:\n"), "{help}");
        let path = golden.join(format!("{}.txt", command.replace(' ', "-")));
        assert_data_eq!(help, Data::read_from(&path, None));
    }
}
