//! Who pays for what got slower.

use crate::sandbox::{Sandbox, has_go};

const WORK: &str = "package work

var Sink uint64

//go:noinline
func spin(steps int) {
	for i := 0; i < steps; i++ {
		Sink = Sink*31 + uint64(i)
	}
}

var Kept []byte

//go:noinline
func keep(size int) { Kept = make([]byte, size) }

func Work() {
	spin(400)
	keep(bytes)
	slower()
}
";

const TEST: &str = "package work

import \"testing\"

func BenchmarkWork(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Work()
	}
}

func BenchmarkSame(b *testing.B) {
	for i := 0; i < b.N; i++ {
		spin(100)
	}
}
";

#[test]
fn the_function_that_pays_is_named() {
    if !has_go("the_function_that_pays_is_named") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("go.mod", "module example.com/planted\n\ngo 1.22\n");
    sandbox.write("work/work.go", WORK);
    sandbox.write("work/work_test.go", TEST);
    let variant = |bytes: usize, body: &str| {
        format!(
            "package work\n\nconst bytes = {bytes}\n\n//go:noinline\nfunc slower() {{ {body} }}\n"
        )
    };
    sandbox.write("work/variant.go", &variant(64, ""));
    sandbox.commit("Base");
    sandbox.write("work/variant.go", &variant(1024, "spin(8000)"));
    let ran = sandbox.benchcli(&[
        "run",
        "--base",
        "HEAD",
        "--rounds",
        "8",
        "--benchtime",
        "20000x",
        "--explain",
    ]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let said = |text: &str| {
        ran.stdout
            .lines()
            .any(|line| line.starts_with("Work") && line.contains(text))
    };
    assert!(
        said("example.com/planted/work.spin, called from example.com/planted/work.slower"),
        "{}",
        ran.stdout
    );
    assert!(
        said("B/op is in example.com/planted/work.keep"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("\nSame-"), "{}", ran.stdout);
    sandbox.assert_clean();
}
