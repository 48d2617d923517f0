//! Changes to the benchmark of a repository.

use std::fs;
use std::path::Path;

/// It allocates more.
pub(super) fn make_dearer(folder: &Path) {
    let test = folder.join("m_test.go");
    let dearer = fs::read_to_string(&test)
        .expect("readable")
        .replace("= make", "= append(make([]byte, 8), 1)\n\t\tSink = make");
    fs::write(&test, dearer).expect("written");
}

/// It does not compile.
pub(super) fn break_the_build(folder: &Path) {
    let test = folder.join("m_test.go");
    let broken = fs::read_to_string(&test).expect("readable") + "\nvar Wrong int = nothing\n";
    fs::write(test, broken).expect("written");
}
