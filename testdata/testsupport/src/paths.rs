//! Where the files and programs of this workspace are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A path in the workspace.
pub fn project(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("this package is two folders down").join(path)
}

/// A file of the test data; the empty name is the folder.
pub fn testdata(name: &str) -> PathBuf {
    project("testdata").join(name)
}

/// One of our programs. Only tests and benches of the package that it belongs to can rely on its being built.
pub fn program(name: &str) -> PathBuf {
    assert_cmd::cargo::cargo_bin(name)
}

/// The variable `PATH` with our programs first.
pub fn search_path() -> OsString {
    let ours = program("benchcli");
    let others = std::env::var_os("PATH").unwrap_or_default();
    let folders = ours.parent().map(Path::to_owned).into_iter();
    std::env::join_paths(folders.chain(std::env::split_paths(&others)))
        .expect("no folder has a colon")
}
