//! Reading and writing the format.

use benchparse::format::{Parser, Reader, Record, RepairMode, Writer};
use benchparse::name::Name;
use benchparse::unit::tidy;
use proptest::prelude::*;

use super::texts::{Line, lines, name, read, text_of};

const MENDINGS: [RepairMode; 3] = [RepairMode::Repair, RepairMode::Refuse, RepairMode::Off];

fn rewrite(text: &[u8]) -> Vec<u8> {
    let mut parser = Parser::new();
    let mut reader = parser.read(b"f", text);
    let mut writer = Writer::new(Vec::new());
    while let Some(record) = reader.next_record().expect("reading from memory") {
        let written = match record {
            Record::Result(result) => writer.result(&result),
            Record::Unit(unit) => writer.unit(unit),
            _ => Ok(()),
        };
        written.expect("writing to memory");
    }
    writer.into_inner()
}

/// Pieces of lines, so that almost every generated text is nearly one of the format.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&[u8]; 26] = [
        b"Benchmark",
        b"Unit",
        b"A-8",
        b"/n=1",
        b" ",
        b"\t",
        b"\n",
        b"\r\n",
        b"\r",
        b"1",
        b"-2.5e3",
        b"0x1p-4",
        b"ns/op",
        b"MB",
        b"goos:",
        b"k: v",
        b"assume=exact",
        b"=",
        b"nan",
        b"1e999",
        b"\xc2\xa0",
        b"\xe2\x80\x83",
        b"\xff",
        b"\x1b[1m",
        b"\0",
        b"--- BENCH: BenchmarkA",
    ];
    let piece = prop_oneof![
        9 => prop::sample::select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

#[test]
fn a_value_keeps_the_carriage_return_at_its_end() {
    let text = b"k: v\r\r\nBenchmarkA 1 1 x\n";
    let config = &read(text, RepairMode::Off).results[0].config;
    assert_eq!(config, &[(b"k".to_vec(), b"v\r".to_vec())]);
    assert_eq!(rewrite(text), b"k: v\r\r\n\nBenchmarkA 1 1 x\n");
}

proptest! {
    #[test]
    fn what_is_written_reads_back(lines in lines()) {
        let text = text_of(&lines);
        let first = read(text.as_bytes(), RepairMode::Repair);
        let again = read(&rewrite(text.as_bytes()), RepairMode::Refuse);
        prop_assert_eq!(&first.results, &again.results);
        prop_assert_eq!(&first.units, &again.units);
        prop_assert_eq!(&again.errors, &[] as &[String]);
    }

    #[test]
    fn what_is_written_is_written_again(lines in lines()) {
        let once = rewrite(text_of(&lines).as_bytes());
        let twice = rewrite(&once);
        prop_assert_eq!(String::from_utf8(once), String::from_utf8(twice));
    }

    #[test]
    fn every_result_line_is_read(lines in lines()) {
        let found = read(text_of(&lines).as_bytes(), RepairMode::Refuse);
        let results = lines.iter().filter_map(|line| match line {
            Line::Result(result) => Some(result),
            _ => None,
        });
        prop_assert_eq!(results.clone().count(), found.results.len());
        for (line, found) in results.zip(&found.results) {
            prop_assert_eq!(line.name.as_bytes(), &found.name[..]);
            prop_assert_eq!(line.iterations, found.iterations);
            let read = found.measured.iter().zip(&found.written);
            for ((value, unit), (tidied, written)) in line.measured.iter().zip(read) {
                let (bits, text) = written.as_ref().unwrap_or(tidied);
                prop_assert_eq!((&value.to_bits(), unit.as_bytes()), (bits, &text[..]));
            }
        }
    }

    #[test]
    fn line_ends_do_not_matter(lines in lines()) {
        let text = text_of(&lines);
        for repair_mode in MENDINGS {
            let unix = read(text.as_bytes(), repair_mode);
            prop_assert_eq!(&unix, &read(text.replace('\n', "\r\n").as_bytes(), repair_mode));
            let unfinished = text.strip_suffix('\n').unwrap_or(&text);
            prop_assert_eq!(&unix, &read(unfinished.as_bytes(), repair_mode));
        }
    }

    #[test]
    fn log_lines_change_nothing(lines in lines()) {
        let is_log = |line: &Line| matches!(line, Line::Log(_));
        let said: Vec<Line> = lines.iter().filter(|line| !is_log(line)).cloned().collect();
        let (with, without) = (
            read(text_of(&lines).as_bytes(), RepairMode::Refuse),
            read(text_of(&said).as_bytes(), RepairMode::Refuse),
        );
        prop_assert_eq!(with.results, without.results);
        prop_assert_eq!(with.units, without.units);
    }

    #[test]
    fn any_bytes_can_be_read(bytes: Vec<u8>, nearly in nearly()) {
        for text in [bytes, nearly] {
            for repair_mode in MENDINGS {
                let mut parser = Parser::new();
                parser.begin(b"f", b"f");
                let mut reader = Reader::with_repair_mode(&mut parser, &text[..], repair_mode);
                let mut lines = Vec::new();
                while let Ok(Some(record)) = reader.next_record() {
                    if let Record::Result(result) = record {
                        lines.push(result.line());
                    }
                }
                let count = 1 + memchr::memchr_iter(b'\n', &text).count() as u64;
                prop_assert!(lines.iter().all(|line| (1..=count).contains(line)));
            }
        }
    }

    #[test]
    fn what_is_read_of_any_bytes_reads_back(nearly in nearly()) {
        let first = read(&nearly, RepairMode::Repair);
        let again = read(&rewrite(&nearly), RepairMode::Off);
        prop_assert_eq!(first.results, again.results);
        prop_assert_eq!(again.errors, [] as [String; 0]);
    }

    #[test]
    fn the_pieces_of_a_name_are_the_name(text in name(), bytes: Vec<u8>) {
        for name in [text.as_bytes(), &bytes] {
            let name = Name::new(name);
            let mut joined: Vec<u8> = name.parts().flatten().copied().collect();
            joined.extend_from_slice(name.suffix().unwrap_or_default());
            prop_assert_eq!(&joined[..], name.full());
            prop_assert!(name.full().starts_with(name.base()));
        }
    }

    #[test]
    fn a_part_of_a_name_is_found_by_its_key(
        base in "[A-Z][a-z_-]{0,6}",
        keys in prop::collection::hash_set("[a-z]{1,5}", 1..5),
        value in "[^/]{0,8}",
        procs in 1..512u32,
    ) {
        let mut name = base.clone();
        for key in &keys {
            name += &format!("/{key}={value}{key}");
        }
        name += &format!("-{procs}");
        let read = Name::new(name.as_bytes());
        prop_assert_eq!(read.base(), base.as_bytes());
        prop_assert_eq!(read.gomaxprocs().map(<[u8]>::to_vec), Some(procs.to_string().into_bytes()));
        for key in &keys {
            let found = read.sub_value(format!("/{key}"));
            prop_assert_eq!(found.map(<[u8]>::to_vec), Some(format!("{value}{key}").into_bytes()));
        }
    }

    #[test]
    fn a_tidy_unit_stays(unit in "((ns|MB|B|op|x| )?[-/*]?){0,6}", bytes: Vec<u8>) {
        for unit in [unit.as_bytes(), &bytes] {
            let tidied = tidy(unit).unit.into_owned();
            let again = tidy(&tidied);
            prop_assert_eq!((&*again.unit, again.factor), (&tidied[..], 1.0));
        }
    }
}
