//! Prints rankings for people.

use std::fmt::{Result, Write as _};

use benchparse::compare::Ranking;
use benchparse::number::fixed;
use benchparse::unit::{Class, Scale};
use bstr::ByteSlice as _;

/// Writes each group's alternatives, the best first.
///
/// # Errors
/// Never in practice: a `String` takes everything.
pub fn write(out: &mut String, rankings: &[Ranking]) -> Result {
    let mut previous: &[_] = &[];
    for (place, ranking) in rankings.iter().enumerate() {
        if place > 0 {
            out.push('\n');
        }
        if ranking.headings != previous {
            for (key, value) in &ranking.headings {
                if !value.is_empty() {
                    writeln!(out, "{}: {}", key.as_bstr(), value.as_bstr())?;
                }
            }
            previous = &ranking.headings;
        }
        group(out, ranking)?;
    }
    Ok(())
}

fn group(out: &mut String, ranking: &Ranking) -> Result {
    writeln!(
        out,
        "{} ({})",
        ranking.group.as_bstr(),
        ranking.unit.as_bstr()
    )?;
    let best = ranking
        .places
        .first()
        .map(|best| best.name.as_bstr().to_string())
        .unwrap_or_default();
    let class = Class::of(&ranking.unit);
    let is_speed = ranking.unit.starts_with(b"sec") || ranking.unit.ends_with(b"/s");
    let better = if is_speed { "faster" } else { "better" };
    let width = |text: &str| text.chars().count();
    let widest = |texts: &[String]| {
        texts
            .iter()
            .map(|text| width(text))
            .max()
            .unwrap_or_default()
    };
    let names: Vec<String> = ranking
        .places
        .iter()
        .map(|place| place.name.as_bstr().to_string())
        .collect();
    let centers: Vec<String> = ranking
        .places
        .iter()
        .map(|place| Scale::for_values([place.center], class).format(place.center))
        .collect();
    let (name_width, center_width) = (widest(&names), widest(&centers));
    for ((place, name), center) in ranking.places.iter().zip(&names).zip(&centers) {
        write!(out, "  {name:name_width$}  {center:>center_width$}")?;
        if let Some(behind) = &place.behind {
            let factor = |ratio: f64| fixed(ratio, if ratio < 100.0 { 2 } else { 0 });
            let interval = if behind.high.is_finite() {
                format!(" [{}, {}]", factor(behind.low), factor(behind.high))
            } else {
                format!(" (too few samples for an interval: {})", place.samples)
            };
            let factor = factor(behind.estimate);
            write!(out, "  {best} is {factor}× {better}{interval}")?;
        }
        out.push('\n');
    }
    Ok(())
}
