//! Converts input such as `go test -json` into plain benchmark text that can be stored.

use benchparse::format::{Parser, Reader, Record, RepairMode, Writer};
use benchparse::input::{Diagnostic, DiagnosticKind};

use super::environment::Contents;
use crate::measured_marks::{has_marks, parts};

/// The text to store for some input, and what was repaired where that is not the input itself.
///
/// A note has to be benchmark text for every program. Input whose results can be read without
/// repair is stored to the byte. Of JSON, UTF-16, torn or decorated lines the results are stored,
/// with their configuration, and then what failed, as `go test` prints it.
pub fn storable(input: Vec<u8>, contents: &Contents) -> (Vec<u8>, Vec<String>) {
    if read(&input, RepairMode::Off, |_| {}).samples == contents.samples {
        return (input, Vec::new());
    }
    let Outcome { repairs, .. } = read(&input, RepairMode::Repair, |_| {});
    let parts = if has_marks(&input) {
        parts(&input)
    } else {
        vec![[Vec::new(), input]]
    };
    let mut text = Vec::new();
    for [marks, results] in parts {
        text.extend(marks);
        let mut writer = Writer::new(Vec::new());
        read(&results, RepairMode::Repair, |record| {
            // Writing to memory does not fail.
            let _ = match record {
                Record::Result(result) => writer.result(result),
                Record::Unit(metadata) => writer.unit(*metadata),
                _ => Ok(()),
            };
        });
        text.extend(writer.into_inner());
    }
    for diagnostic in &contents.diagnostics {
        failure(&mut text, diagnostic);
    }
    (text, repairs)
}

/// Adds the lines from which a failure is read again.
fn failure(text: &mut Vec<u8>, diagnostic: &Diagnostic) {
    let package = diagnostic.package.as_deref();
    let benchmark = diagnostic.benchmark.as_deref();
    let lines = match (diagnostic.kind, benchmark, package) {
        (DiagnosticKind::Skipped | DiagnosticKind::NoName, ..) => return,
        (_, Some(benchmark), Some(package)) => {
            format!("pkg: {package}\n--- FAIL: {benchmark}\n")
        }
        (_, Some(benchmark), None) => format!("--- FAIL: {benchmark}\n"),
        (_, None, Some(package)) => format!("FAIL\t{package}\n"),
        (_, None, None) => "exit status 1\n".to_owned(),
    };
    text.extend_from_slice(lines.as_bytes());
}

struct Outcome {
    samples: usize,
    repairs: Vec<String>,
}

fn read(input: &[u8], repair_mode: RepairMode, mut each: impl FnMut(&Record<'_>)) -> Outcome {
    let mut parser = Parser::new();
    parser.begin(b"", b"");
    let mut reader = Reader::with_repair_mode(&mut parser, input, repair_mode);
    let mut samples = 0;
    while let Ok(Some(record)) = reader.next_record() {
        samples += usize::from(matches!(record, Record::Result(_)));
        each(&record);
    }
    let repairs = reader.repairs();
    let repairs = repairs.iter().map(|repair| repair.to_string()).collect();
    Outcome { samples, repairs }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(input: &[u8]) -> (String, bool) {
        let contents = Contents::of(b"", input);
        let (text, repairs) = storable(input.to_vec(), &contents);
        (String::from_utf8(text).unwrap(), repairs.is_empty())
    }

    #[test]
    fn plain_text_stays_to_the_byte() {
        let text = "goos: linux\r\n\r\nnoise\nBenchmarkA-8   1\t 5 ns/op\nPASS";
        assert_eq!(stored(text.as_bytes()), (text.to_owned(), true));
    }

    #[test]
    fn marks_of_a_run_stay_before_their_results() {
        let line = |name: &str| format!("pkg: p\n\u{1b}[1mBenchmark{name}\u{1b}[0m 1 5 ns/op\n");
        let (one, two) = (line("A"), line("B"));
        let text = format!(
            "# benchcli: measured rounds=1 seed=1\n# benchcli: layout 0\n{one}# benchcli: layout 1\n{two}"
        );
        let (kept, is_plain) = stored(text.as_bytes());
        assert!(!is_plain);
        assert_eq!(
            kept,
            "# benchcli: measured rounds=1 seed=1\n# benchcli: layout 0\npkg: p\n\nBenchmarkA 1 5 ns/op\n\
             # benchcli: layout 1\npkg: p\n\nBenchmarkB 1 5 ns/op\n"
        );
    }

    #[test]
    fn of_json_and_utf_16_the_results_are_stored() {
        let plain = "goos: linux\n\nBenchmarkA-8 1 5 ns/op\n";
        let json = "{\"Action\":\"output\",\"Package\":\"x\",\"Output\":\"goos: linux\\n\"}\n\
            {\"Action\":\"output\",\"Package\":\"x\",\"Test\":\"BenchmarkA\",\"Output\":\"BenchmarkA-8 \\t\"}\n\
            {\"Action\":\"output\",\"Package\":\"x\",\"Test\":\"BenchmarkA\",\"Output\":\" 1\\t 5 ns/op\\n\"}\n";
        assert_eq!(stored(json.as_bytes()), (plain.to_owned(), false));
        let failing = format!(
            "{json}{{\"Action\":\"output\",\"Package\":\"x\",\"Test\":\"BenchmarkC\",\
             \"Output\":\"--- FAIL: BenchmarkC\\n\"}}\n"
        );
        let (text, _) = stored(failing.as_bytes());
        let [before, after] = [failing.as_bytes(), text.as_bytes()].map(|text| {
            Contents::of(b"", text)
                .diagnostics
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        });
        assert_eq!(before, ["BenchmarkC failed"]);
        assert_eq!(before, after, "{text}");
        let utf16 = "\u{feff}goos: linux\nBenchmarkA-8 1 5 ns/op\n".encode_utf16();
        let utf16: Vec<u8> = utf16.flat_map(u16::to_le_bytes).collect();
        assert_eq!(stored(&utf16), (plain.to_owned(), false));
    }
}
