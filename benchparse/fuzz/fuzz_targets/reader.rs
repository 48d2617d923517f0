//! Any bytes can be read, and what is read can be written and read again.
#![no_main]

use benchparse::compare::{Collector, Thresholds, TableOptions};
use benchparse::format::{RepairMode, Parser, Reader, Record, Writer};
use libfuzzer_sys::fuzz_target;

/// Reads a text; gives it as the writer writes it, and what its results say.
fn rewrite(text: &[u8], repair_mode: RepairMode) -> (Vec<u8>, Vec<Vec<u64>>) {
    let mut parser = Parser::new();
    let mut collector = Collector::new(TableOptions::default());
    let mut writer = Writer::new(Vec::new());
    let mut said = Vec::new();
    parser.begin(b"f", b"f");
    let mut reader = Reader::with_repair_mode(&mut parser, text, repair_mode);
    let last = 1 + text.iter().filter(|&&byte| byte == b'\n').count() as u64;
    while let Ok(Some(record)) = reader.next_record() {
        let written = match record {
            Record::Result(result) => {
                assert!((1..=last).contains(&result.line()));
                collector.add(&result);
                said.push(result.values().map(|(value, _)| value.to_bits()).collect());
                writer.result(&result)
            }
            Record::Unit(unit) => writer.unit(unit),
            Record::Error(error) => {
                assert!((1..=last).contains(&error.line));
                Ok(())
            }
            _ => Ok(()),
        };
        written.expect("writing to memory");
    }
    let _ = reader.diagnostics();
    let _ = reader.repairs();
    collector.finish(&parser, Thresholds::default()).expect("one parser");
    (writer.into_inner(), said)
}

fuzz_target!(|text: &[u8]| {
    rewrite(text, RepairMode::Off);
    rewrite(text, RepairMode::Refuse);
    let (written, said) = rewrite(text, RepairMode::Repair);
    let (again, said_again) = rewrite(&written, RepairMode::Off);
    assert_eq!(said, said_again);
    assert_eq!(written, again);
});
