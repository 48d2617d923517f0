//! Writes comma-separated values as benchstat does.

use benchparse::compare::{Row, Table, Tables};
use benchparse::number::shortest;

use super::headings::{self, text_of};
use super::notes::varying;
use super::text::geomean_notes;

/// Writes all tables to `out`, and to `warnings` what the text table has as footnotes: one line
/// each, with a spreadsheet's reference to the field it is about.
pub fn write(out: &mut Vec<u8>, warnings: &mut Vec<u8>, tables: &Tables) {
    let mut sheet = Sheet {
        out,
        warnings,
        line: 0,
    };
    let mut previous = None;
    for table in tables.tables() {
        if previous.is_some() {
            sheet.record(&[]);
        }
        for heading in headings::changed(tables, previous, table) {
            sheet.record(&[heading]);
        }
        sheet.table(tables, table);
        previous = Some(&table.headings[..]);
    }
}

struct Sheet<'o> {
    out: &'o mut Vec<u8>,
    warnings: &'o mut Vec<u8>,
    /// Records written so far.
    line: usize,
}

/// The field of a group's centre; range, difference and detail follow.
fn group_start(group: usize) -> usize {
    if group == 0 { 1 } else { 4 * group - 1 }
}

/// Puts a field in its place.
fn put(record: &mut Vec<Vec<u8>>, place: usize, field: impl Into<Vec<u8>>) {
    if record.len() <= place {
        record.resize(place + 1, Vec::new());
    }
    record[place] = field.into();
}

impl Sheet<'_> {
    fn table(&mut self, tables: &Tables, table: &Table) {
        let width = group_start(table.columns.len());
        for field in 0..tables.column_keys().len() {
            let mut record = vec![Vec::new(); width];
            for (group, column) in table.columns.iter().enumerate() {
                put(
                    &mut record,
                    group_start(group),
                    text_of(tables, column.values[field]),
                );
            }
            self.record(&record);
        }
        let mut record = Vec::new();
        for group in 0..table.columns.len() {
            let start = group_start(group);
            put(&mut record, start, text_of(tables, table.unit));
            put(&mut record, start + 1, "CI");
            if group > 0 {
                put(&mut record, start + 2, "vs base");
                put(&mut record, start + 3, "P");
            }
        }
        self.record(&record);
        for row in table.rows() {
            self.row(tables, &row);
        }
        self.geomeans(table, width);
    }

    fn row(&mut self, tables: &Tables, row: &Row<'_>) {
        let mut record = vec![text_of(tables, row.label).to_vec()];
        for cell in row.cells {
            let start = group_start(cell.column);
            put(&mut record, start, shortest(cell.summary.center));
            put(&mut record, start + 1, cell.summary.range_text());
            if !cell.varying.is_empty() {
                let keys = cell.varying.iter().map(|&key| text_of(tables, key));
                self.warn(start, &varying(keys));
            }
            if let Some(warning) = &cell.summary.warning {
                self.warn(start, warning.to_string().as_bytes());
            }
            if let (Some(baseline), Some(comparison)) = (row.baseline(), &cell.comparison) {
                let (old, new) = (baseline.summary.center, cell.summary.center);
                put(&mut record, start + 2, comparison.delta_text(old, new));
                put(&mut record, start + 3, comparison.detail_text());
                if let Some(warning) = &comparison.warning {
                    self.warn(start + 2, warning.to_string().as_bytes());
                }
            }
        }
        self.record(&record);
    }

    fn geomeans(&mut self, table: &Table, width: usize) {
        let mut record = vec![Vec::new(); width];
        put(&mut record, 0, "geomean");
        for (group, geomean) in table.geomeans.iter().enumerate() {
            let start = group_start(group);
            if let Some(summary) = geomean.summary {
                put(&mut record, start, shortest(summary));
            }
            if let Some(ratio) = geomean.ratio {
                put(&mut record, start + 2, ratio.delta_text());
            }
            for note in geomean_notes(geomean) {
                self.warn(start, &note);
            }
        }
        self.record(&record);
    }

    fn record(&mut self, fields: &[Vec<u8>]) {
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                self.out.push(b',');
            }
            self.field(field);
        }
        self.out.push(b'\n');
        self.line += 1;
    }

    fn field(&mut self, field: &[u8]) {
        if !needs_quotes(field) {
            self.out.extend_from_slice(field);
            return;
        }
        self.out.push(b'"');
        for &byte in field {
            if byte == b'"' {
                self.out.push(b'"');
            }
            self.out.push(byte);
        }
        self.out.push(b'"');
    }

    /// A warning about a field of the record that is written next.
    fn warn(&mut self, field: usize, text: &[u8]) {
        let reference = format!("{}{}: ", letters(field), self.line + 1);
        self.warnings.extend_from_slice(reference.as_bytes());
        self.warnings.extend_from_slice(text);
        self.warnings.push(b'\n');
    }
}

fn needs_quotes(field: &[u8]) -> bool {
    use bstr::ByteSlice as _;
    field == b"\\."
        || field.find_byteset(",\"\r\n").is_some()
        || field.chars().next().is_some_and(char::is_whitespace)
}

/// The letters of a field: digits to base 26 with `A` for zero, so `BA` comes after `Z`.
fn letters(mut field: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (field % 26) as u8));
        field /= 26;
        if field == 0 {
            break;
        }
    }
    letters.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_go_on_after_z_with_ba() {
        assert_eq!(letters(1), "B");
        assert_eq!(letters(25), "Z");
        assert_eq!(letters(26), "BA");
        assert_eq!(letters(26 * 26), "BAA");
    }
}
