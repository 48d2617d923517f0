//! Which parser results come from.

use super::error::ForeignParser;
use super::parser::Parser;
use super::record::BenchmarkResult;
use super::symbol::TableId;

/// The parser of the first result, for those who keep symbols of results.
#[derive(Debug, Default)]
pub(crate) struct Source {
    table: Option<TableId>,
    is_mixed: bool,
}

impl Source {
    /// Whether a result comes from the parser of the first one.
    #[inline]
    pub(crate) fn has(&mut self, result: &BenchmarkResult<'_>) -> bool {
        self.table == Some(result.symbols().id()) || self.is_first(result)
    }

    #[cold]
    fn is_first(&mut self, result: &BenchmarkResult<'_>) -> bool {
        let is_first = self.table.is_none();
        self.is_mixed |= !is_first;
        self.table.get_or_insert(result.symbols().id());
        is_first
    }

    /// Refuses a parser that not all results came from.
    pub(crate) fn check(&self, parser: &Parser) -> Result<(), ForeignParser> {
        let is_other = self.table.is_some_and(|id| id != parser.symbols().id());
        if self.is_mixed || is_other {
            return Err(ForeignParser);
        }
        Ok(())
    }
}
