//! Writes tables as Markdown for GitHub and GitLab, with unchanged rows folded.

use benchparse::compare::{Ratio, Row, Table, Tables};
use benchparse::unit::Scale;
use bstr::ByteSlice as _;

use super::headings::{self, text_of};

/// Writes all tables. A table shows the rows that changed and folds the others; one without a
/// change is folded as a whole.
pub fn write(out: &mut String, tables: &Tables) {
    let mut previous = None;
    for table in tables.tables() {
        let changed: Vec<String> = headings::changed(tables, previous, table)
            .map(|heading| escape(&heading))
            .collect();
        if !changed.is_empty() {
            blank_line(out);
            out.push_str(&changed.join("<br>\n"));
            out.push('\n');
        }
        blank_line(out);
        table_sections(out, tables, table);
        previous = Some(&table.headings[..]);
    }
}

fn blank_line(out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
}

fn table_sections(out: &mut String, tables: &Tables, table: &Table) {
    let unit = escape(text_of(tables, table.unit));
    let (changed, same): (Vec<Row<'_>>, Vec<Row<'_>>) = if table.columns.len() > 1 {
        table.rows().partition(Row::is_changed)
    } else {
        (table.rows().collect(), Vec::new())
    };
    if changed.is_empty() {
        fold(
            out,
            &format!("{unit}: {} unchanged", benchmarks(same.len())),
            |out| {
                grid(out, tables, table, &same, true);
            },
        );
        return;
    }
    grid(out, tables, table, &changed, same.is_empty());
    if !same.is_empty() {
        out.push('\n');
        fold(
            out,
            &format!("{unit}: {} unchanged", benchmarks(same.len())),
            |out| {
                grid(out, tables, table, &same, true);
            },
        );
    }
}

fn benchmarks(count: usize) -> String {
    format!("{count} benchmark{}", if count == 1 { "" } else { "s" })
}

fn fold(out: &mut String, summary: &str, content: impl FnOnce(&mut String)) {
    out.push_str("<details><summary>");
    out.push_str(summary);
    out.push_str("</summary>\n\n");
    content(out);
    out.push_str("\n</details>\n");
}

fn grid(out: &mut String, tables: &Tables, table: &Table, rows: &[Row<'_>], with_geomean: bool) {
    let mut header = vec![escape(text_of(tables, table.unit))];
    let mut ruler = vec!["---".to_owned()];
    for (place, column) in table.columns.iter().enumerate() {
        let values = column.values.iter().map(|&value| text_of(tables, value));
        header.push(escape(&bstr::join(" ", values)));
        ruler.push("---:".to_owned());
        if place > 0 {
            header.push("vs base".to_owned());
            ruler.push(":---".to_owned());
        }
    }
    line(out, &header);
    line(out, &ruler);
    for row in rows {
        line(out, &fields(tables, table, row));
    }
    if with_geomean && table.rows().len() > 1 {
        line(out, &geomean_fields(table));
    }
}

fn fields(tables: &Tables, table: &Table, row: &Row<'_>) -> Vec<String> {
    let centers = row.cells.iter().map(|cell| cell.summary.center);
    let scale = Scale::for_values(centers, table.class);
    let mut fields = vec![escape(text_of(tables, row.label))];
    for place in 0..table.columns.len() {
        let cell = row.cell(place);
        fields.push(cell.map_or_else(String::new, |cell| {
            let value = scale.format(cell.summary.center);
            format!("{value} ± {}", cell.summary.range_text())
        }));
        if place > 0 {
            let compared = cell.and_then(|cell| Some((row.baseline()?, cell, cell.comparison?)));
            fields.push(compared.map_or_else(String::new, |(old, new, comparison)| {
                let delta = comparison.delta_text(old.summary.center, new.summary.center);
                let detail = comparison.detail_text();
                if comparison.is_significant() {
                    format!("**{delta}** ({detail})")
                } else {
                    format!("{} ({detail})", delta.replace('~', "\\~"))
                }
            }));
        }
    }
    fields
}

fn geomean_fields(table: &Table) -> Vec<String> {
    let mut fields = vec!["*geomean*".to_owned()];
    for (place, geomean) in table.geomeans.iter().enumerate() {
        let scaled = |summary: f64| Scale::for_values([summary], table.class).format(summary);
        fields.push(geomean.summary.map_or_else(String::new, scaled));
        if place > 0 {
            let ratio = geomean.ratio.unwrap_or(Ratio::Undefined);
            fields.push(ratio.delta_text());
        }
    }
    fields
}

fn line(out: &mut String, fields: &[String]) {
    out.push_str("| ");
    out.push_str(&fields.join(" | "));
    out.push_str(" |\n");
}

/// A text that GitHub and GitLab show as it is.
pub(super) fn escape(text: &[u8]) -> String {
    let mut escaped = String::new();
    for letter in text.to_str_lossy().chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '$' | '@' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
