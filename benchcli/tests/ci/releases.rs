//! A place that releases are downloaded from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::runner::Runner;

/// Where a release's files are.
const RELEASES: &str = "github.com/benchparse/benchparse/releases/download";

/// Gives `curl` what lies below a folder, by address.
const CURL: &str = r#"
while [ $# -gt 1 ]; do
  if [ "$1" = --output ] || [ "$1" = -o ]; then into=$2; fi
  shift
done
mkdir -p "$(dirname "$into")"
cp "$SERVED/${1#https://}" "$into" || exit 22
"#;

/// Answers for the network with what is put there.
pub(super) fn serve(runner: &mut Runner) -> PathBuf {
    let served = runner.temp("served");
    fs::create_dir(&served).expect("made");
    runner.set("SERVED", &served);
    runner.stand_in("curl", CURL);
    served
}

/// Puts our version there for a target; its `benchcli` does what ours does.
pub(super) fn release(served: &Path, target: &str) -> PathBuf {
    let folder = served.join(format!("{RELEASES}/v{}", env!("CARGO_PKG_VERSION")));
    fs::create_dir_all(&folder).expect("made");
    let script = format!(
        "cd \"$(mktemp -d)\"\n\
         printf '#!/bin/sh\\nexec \"{}\" \"$@\"\\n' > benchcli\n\
         chmod +x benchcli\n\
         tar -czf benchcli-{target}.tar.gz benchcli\n\
         sha256sum benchcli-{target}.tar.gz > benchcli-{target}.tar.gz.sha256\n\
         mv benchcli-* \"$0\"\n",
        env!("CARGO_BIN_EXE_benchcli")
    );
    let status = Command::new("bash")
        .args(["-ec", &script])
        .arg(&folder)
        .status();
    assert!(status.expect("bash runs").success());
    folder.join(format!("benchcli-{target}.tar.gz"))
}
