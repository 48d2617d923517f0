//! Changes to the code of a repository.

use std::fs;
use std::path::Path;

/// It allocates more.
pub(super) fn make_dearer(folder: &Path) {
    let code = folder.join("m.go");
    let dearer = fs::read_to_string(&code)
        .expect("readable")
        .replace("= make", "= append(make([]byte, 8), 1)\n\tSink = make");
    fs::write(&code, dearer).expect("written");
}

/// It does not compile.
pub(super) fn break_the_build(folder: &Path) {
    let test = folder.join("m_test.go");
    let broken = fs::read_to_string(&test).expect("readable") + "\nvar Wrong int = nothing\n";
    fs::write(test, broken).expect("written");
}
