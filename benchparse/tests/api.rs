//! What Rust's guidelines for interfaces ask of all types, checked by the compiler.

use std::error::Error;
use std::fmt::Debug;

use benchparse::{
    compare, format, gate, grouping, input, name, number, pairing, query, stats, trend, unit,
};

fn is_thread_safe<T: Send + Sync + Debug>() {}

fn is_error<T: Error + Send + Sync + 'static>() {}

#[test]
fn every_type_can_be_sent_shared_and_printed() {
    is_thread_safe::<compare::Cell>();
    is_thread_safe::<compare::Collector>();
    is_thread_safe::<compare::Column>();
    is_thread_safe::<compare::DifferingKey>();
    is_thread_safe::<compare::Geomean>();
    is_thread_safe::<compare::Mismatch>();
    is_thread_safe::<compare::Place>();
    is_thread_safe::<compare::Ranking>();
    is_thread_safe::<compare::Row<'_>>();
    is_thread_safe::<compare::Table>();
    is_thread_safe::<compare::TableOptions>();
    is_thread_safe::<compare::Tables>();
    is_thread_safe::<compare::TableStream>();
    is_thread_safe::<compare::Thresholds>();
    is_thread_safe::<format::BenchmarkResult<'_>>();
    is_thread_safe::<format::Findings>();
    is_thread_safe::<format::Measurement>();
    is_thread_safe::<format::OwnedResult>();
    is_thread_safe::<format::Parser>();
    is_thread_safe::<format::Reader<'_, &[u8]>>();
    is_thread_safe::<format::Record<'_>>();
    is_thread_safe::<format::Results<'_, &[u8]>>();
    is_thread_safe::<format::Symbols>();
    is_thread_safe::<format::UnitMetadata<'_>>();
    is_thread_safe::<format::UnitTable>();
    is_thread_safe::<format::Writer<Vec<u8>>>();
    is_thread_safe::<gate::Finding>();
    is_thread_safe::<gate::Policy>();
    is_thread_safe::<gate::Report>();
    is_thread_safe::<gate::Row>();
    is_thread_safe::<gate::Timings>();
    is_thread_safe::<grouping::Grouping>();
    is_thread_safe::<input::Diagnostics>();
    is_thread_safe::<input::Lines<&[u8]>>();
    is_thread_safe::<input::Repairs>();
    is_thread_safe::<name::Name<'_>>();
    is_thread_safe::<pairing::Pair<'_>>();
    is_thread_safe::<pairing::Pairing>();
    is_thread_safe::<pairing::PairingOptions>();
    is_thread_safe::<query::Filter>();
    is_thread_safe::<query::Key>();
    is_thread_safe::<query::Projection>();
    is_thread_safe::<query::Term>();
    is_thread_safe::<stats::Comparer>();
    is_thread_safe::<stats::Comparison>();
    is_thread_safe::<stats::Sample>();
    is_thread_safe::<stats::Summary>();
    is_thread_safe::<trend::CommitEffect>();
    is_thread_safe::<trend::Findings>();
    is_thread_safe::<trend::History>();
    is_thread_safe::<trend::Segmentation>();
    is_thread_safe::<unit::Scale>();
    is_thread_safe::<unit::Tidied<'_>>();
    is_thread_safe::<unit::UnitSemantics>();
}

#[test]
fn every_error_is_one() {
    is_error::<benchparse::Error>();
    is_error::<format::ForeignParser>();
    is_error::<format::NeedsRepair>();
    is_error::<format::ReadError>();
    is_error::<format::SyntaxError>();
    is_error::<format::SyntaxFault>();
    is_error::<gate::PolicyError>();
    is_error::<number::NumberError>();
    is_error::<query::QueryError>();
}

/// Results that were read by two parsers are not mixed, and neither are their symbols.
#[test]
fn parsers_do_not_mix() {
    let (mut one, mut two) = (format::Parser::new(), format::Parser::new());
    let mut collector = compare::Collector::default();
    let mut pairing = pairing::Pairing::default();
    let mut units = Vec::new();
    for (parser, unit) in [(&mut one, "x"), (&mut two, "y")] {
        let text = format!("BenchmarkA 1 5 {unit}\n");
        let mut reader = parser.read("run.txt", text.as_bytes());
        while let Ok(Some(format::Record::Result(result))) = reader.next_record() {
            collector.add(&result);
            pairing.add(pairing::Side::Base, &result);
            units.push(result.measurements()[0]);
        }
    }
    for parser in [&one, &two] {
        assert!(pairing.rows(parser).is_err());
    }
    assert!(
        collector
            .finish(&one, compare::Thresholds::default())
            .is_err()
    );
    assert_eq!(one.symbols().text(units[0].unit), Some(&b"x"[..]));
    assert_eq!(one.symbols().text(units[1].unit), None);

    // Nor does a filter take the unit of one for that of the other.
    let filter: query::Filter = ".unit:x".parse().unwrap();
    let mut reader = one.read("run.txt", &b"BenchmarkA 1 5 x\n"[..]);
    while let Ok(Some(format::Record::Result(result))) = reader.next_record() {
        assert!(filter.matches(&result, &units[0]));
        assert!(!filter.matches(&result, &units[1]));
    }
}

#[test]
fn tables_know_their_own_texts_only() {
    let tables = |name: &str| {
        let mut parser = format::Parser::new();
        let mut collector = compare::Collector::default();
        let text = format!("Benchmark{name} 1 5 x\n");
        let mut reader = parser.read("run.txt", text.as_bytes());
        while let Ok(Some(format::Record::Result(result))) = reader.next_record() {
            collector.add(&result);
        }
        collector
            .finish(&parser, compare::Thresholds::default())
            .unwrap()
    };
    let (one, two) = (tables("A"), tables("B"));
    let label = |tables: &compare::Tables| tables.tables()[0].rows().next().unwrap().label;
    assert_eq!(one.text(label(&one)), Some(&b"A"[..]));
    assert_eq!(one.text(label(&two)), None);
}
