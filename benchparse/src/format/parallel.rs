//! Reads one input with several threads.
//!
//! Threads split the input into blocks of whole lines and parse them independently of what comes before.
//! A single thread then takes the blocks in order and applies them as a [`Reader`](super::Reader)
//! would. The records, their order and all numbers are therefore the same for any number of threads.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Scope, scope};

use super::parser::Parser;
use super::plain::Block;
use super::record::Record;
use super::records::Records;
use super::repair_mode::RepairMode;
use super::stream::Blocks;
use crate::input::{Diagnostics, Feeder, Repairs};

/// How many blocks there are at most for each thread.
const BLOCKS: usize = 3;

/// What there is to say of an input besides its records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Findings {
    /// What was repaired.
    pub repairs: Repairs,
    /// What kept benchmarks from giving results. Empty with [`RepairMode::Off`].
    pub diagnostics: Diagnostics,
}

impl Parser {
    /// Gives each record of an input that this parser was told to [`begin`](Parser::begin), on the
    /// calling thread, while up to `threads` read. The records are those of a
    /// [`Reader`](super::Reader), in the same order.
    ///
    /// # Errors
    /// Those of [`Reader::next_record`](super::Reader::next_record), and the first that `each` gives.
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    /// use benchparse::format::{RepairMode, Parser, Record};
    ///
    /// let text = "BenchmarkEncode-8 1000 1726 ns/op\n".repeat(100_000);
    /// let (mut parser, mut count) = (Parser::new(), 0);
    /// parser.begin(b"old.txt", b"old");
    /// let threads = NonZeroUsize::MIN.saturating_add(1);
    /// let found = parser.read_each(text.as_bytes(), RepairMode::Repair, threads, |record| {
    ///     count += u32::from(matches!(record, Record::Result(_)));
    ///     std::io::Result::Ok(())
    /// })?;
    /// assert_eq!(count, 100_000);
    /// assert!(found.repairs.is_empty());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn read_each<R: Read + Send, E: From<io::Error>>(
        &mut self,
        input: R,
        repair_mode: RepairMode,
        threads: NonZeroUsize,
        each: impl FnMut(Record<'_>) -> Result<(), E>,
    ) -> Result<Findings, E> {
        let mut lines = repair_mode.lines(input);
        let Some(feeder) = lines.take_feeder()? else {
            let records: Records<'_, R, Feeder<R>> = Records::new(self, lines, repair_mode);
            return drain(records, each);
        };
        let shared = Shared::new(feeder, BLOCKS * threads.get());
        scope(|scope| {
            let mut records = Records::new(self, lines, repair_mode);
            records.stream_mut().set_blocks(SideBySide {
                shared: &shared,
                scope,
                helpers: threads.get() - 1,
                next: 0,
            });
            drain(records, each)
        })
    }
}

fn drain<R: Read, B: Blocks, E: From<io::Error>>(
    mut records: Records<'_, R, B>,
    each: impl FnMut(Record<'_>) -> Result<(), E>,
) -> Result<Findings, E> {
    records.give(each)?;
    Ok(Findings {
        repairs: records.repairs(),
        diagnostics: records.diagnostics().clone(),
    })
}

/// What the threads share.
struct Shared<R> {
    source: Mutex<Source<R>>,
    queue: Mutex<Queue>,
    changed: Condvar,
    /// How many blocks there may be.
    most: usize,
}

/// Where blocks come from. They are numbered in the order of their text.
struct Source<R> {
    feeder: Feeder<R>,
    next: usize,
    ended: bool,
}

#[derive(Default)]
struct Queue {
    /// Blocks that were read, the next to be taken first; `None` while a thread is at it.
    ready: VecDeque<Option<BlockRead>>,
    /// The number of the first of them.
    first: usize,
    free: Vec<Block>,
    made: usize,
    /// Whether there is nothing left to read, or nobody who wants it.
    closed: bool,
}

/// A block's number: whatever becomes of the thread, something is put there.
struct Claim<'s, R: Read> {
    shared: &'s Shared<R>,
    number: usize,
    read: Option<BlockRead>,
}

impl<R: Read> Drop for Claim<'_, R> {
    fn drop(&mut self) {
        let panicked = || Err(io::Error::other("a thread of the reader panicked"));
        let read = self.read.take().unwrap_or_else(panicked);
        self.shared.put(self.number, read);
    }
}

/// What reading a block gave: nothing at the end of the input.
type BlockRead = io::Result<Option<Block>>;

impl Queue {
    fn put(&mut self, number: usize, read: BlockRead) {
        let place = number - self.first;
        while self.ready.len() <= place {
            self.ready.push_back(None);
        }
        self.ready[place] = Some(read);
    }

    fn take(&mut self) -> Option<BlockRead> {
        let read = self.ready.front_mut()?.take()?;
        self.ready.pop_front();
        self.first += 1;
        Some(read)
    }

    fn free_block(&mut self, most: usize) -> Option<Block> {
        if self.closed {
            return None;
        }
        self.free.pop().or_else(|| {
            let may = self.made < most;
            self.made += usize::from(may);
            may.then(Block::default)
        })
    }
}

impl<R: Read> Shared<R> {
    fn new(feeder: Feeder<R>, most: usize) -> Self {
        Self {
            source: Mutex::new(Source {
                feeder,
                next: 0,
                ended: false,
            }),
            queue: Mutex::default(),
            changed: Condvar::new(),
            most,
        }
    }

    /// Reads the next block of the input.
    fn read(&self, mut block: Block) {
        let mut source = lock(&self.source);
        if source.ended {
            return;
        }
        let filled = source.feeder.fill(&mut block.text);
        source.ended = !matches!(filled, Ok(true));
        let number = source.next;
        source.next += 1;
        drop(source);
        let mut claim = Claim {
            shared: self,
            number,
            read: None,
        };
        claim.read = Some(filled.map(|filled| {
            filled.then(|| {
                block.parse();
                block
            })
        }));
    }

    fn put(&self, number: usize, read: BlockRead) {
        let mut queue = lock(&self.queue);
        queue.closed |= !matches!(read, Ok(Some(_)));
        queue.put(number, read);
        drop(queue);
        self.changed.notify_all();
    }

    /// Reads blocks as long as there are some.
    fn help(&self) {
        loop {
            let mut queue = lock(&self.queue);
            let block = loop {
                if queue.closed {
                    return;
                }
                if let Some(block) = queue.free_block(self.most) {
                    break block;
                }
                queue = self.wait(queue);
            };
            drop(queue);
            self.read(block);
        }
    }

    fn wait<'q>(&self, queue: MutexGuard<'q, Queue>) -> MutexGuard<'q, Queue> {
        self.changed
            .wait(queue)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

// What a thread held when it panicked is whole: nothing that can panic runs under a lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The blocks in their order, for the thread that takes them.
struct SideBySide<'scope, 'env, R> {
    shared: &'scope Shared<R>,
    scope: &'scope Scope<'scope, 'env>,
    /// Threads that are still to be started.
    helpers: usize,
    /// How many blocks were taken.
    next: usize,
}

impl<R: Read + Send> Blocks for SideBySide<'_, '_, R> {
    fn next_block(&mut self, block: &mut Block) -> io::Result<bool> {
        let shared = self.shared;
        // The first blocks are small: they are quicker read than a thread started.
        if self.next > 3 && self.helpers > 0 {
            for _ in 0..std::mem::take(&mut self.helpers) {
                self.scope.spawn(move || shared.help());
            }
        }
        let mut queue = lock(&shared.queue);
        if self.next > 0 {
            queue.free.push(std::mem::take(block));
            shared.changed.notify_all();
        }
        loop {
            if let Some(read) = queue.take() {
                self.next += 1;
                let Some(read) = read? else {
                    return Ok(false);
                };
                *block = read;
                return Ok(true);
            }
            queue = match queue.free_block(shared.most) {
                Some(free) => {
                    drop(queue);
                    shared.read(free);
                    lock(&shared.queue)
                }
                None => shared.wait(queue),
            };
        }
    }
}

impl<R> Drop for SideBySide<'_, '_, R> {
    fn drop(&mut self) {
        lock(&self.shared.queue).closed = true;
        self.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Symbol;
    use crate::format::plain::{BlockLine, Place};
    use crate::input::Lines;
    use proptest::prelude::*;

    /// Gives at most so many bytes at a time, so that blocks begin and end anywhere, and fails at the
    /// end if it is told to.
    struct Pieces<'a> {
        text: &'a [u8],
        sizes: Vec<usize>,
        next: usize,
        fails: bool,
    }

    impl<'a> Pieces<'a> {
        fn new(text: &'a [u8], sizes: &[usize], fails: bool) -> Self {
            Self {
                text,
                sizes: sizes.to_vec(),
                next: 0,
                fails,
            }
        }
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.text.is_empty() && self.fails {
                return Err(io::Error::other("cable pulled"));
            }
            let size = self.sizes[self.next % self.sizes.len()].min(buffer.len());
            self.next += 1;
            self.text.read(&mut buffer[..size])
        }
    }

    /// All that can be told of a record, symbols as numbers.
    fn told(record: &Record<'_>) -> String {
        let Record::Result(result) = record else {
            return format!("{record:?}");
        };
        let bits = |value: f64| value.to_bits();
        let measured = result.measurements().iter().map(|measured| {
            let written = measured
                .written
                .map(|(value, unit)| (bits(value), unit.index()));
            (bits(measured.value), measured.unit.index(), written)
        });
        let config = result.config().entries().iter();
        let config = config.map(|(key, value)| (key.index(), value.index()));
        format!(
            "{:?} {} {:?} {:?} {:?} {:?} {}",
            result.name_symbol().index(),
            result.iterations(),
            measured.collect::<Vec<_>>(),
            config.collect::<Vec<_>>(),
            result.config_id(),
            result.label_symbol().index(),
            result.line(),
        )
    }

    /// What an input says, and every text seen, in the order of first appearance.
    #[derive(Debug, PartialEq)]
    struct Told {
        records: Vec<String>,
        findings: String,
        texts: Vec<Vec<u8>>,
    }

    /// Reads two inputs after each other, the way that `read` does.
    fn tell(
        text: &[u8],
        read: impl Fn(&mut Parser, &[u8], &mut Vec<String>) -> io::Result<Findings>,
    ) -> Told {
        let mut parser = Parser::new();
        let mut records = Vec::new();
        let mut findings = String::new();
        for (label, text) in [("a", text), ("b", &text[text.len() / 2..])] {
            parser.begin(label.as_bytes(), label.as_bytes());
            match read(&mut parser, text, &mut records) {
                Ok(found) => findings += &format!("{:?} {:?}", found.repairs, found.diagnostics),
                Err(error) => findings += &error.to_string(),
            }
        }
        let symbols = parser.symbols();
        let all = (0..symbols.len() as u32).map(|index| symbols.at(index));
        let texts = all.map(|symbol: Symbol| symbols.own_text(symbol).to_vec());
        Told {
            records,
            findings,
            texts: texts.collect(),
        }
    }

    /// One line after the other, each read by the grammar.
    fn by_lines(text: &[u8], repair_mode: RepairMode, fails: bool) -> Told {
        tell(text, |parser, text, records| {
            let lines: Lines<_> = repair_mode.lines(Pieces::new(text, &[1 << 20], fails));
            let lines: Records<'_, _, Feeder<Pieces<'_>>> =
                Records::new(parser, lines, repair_mode);
            drain(lines, |record| {
                records.push(told(&record));
                Ok(())
            })
        })
    }

    fn by_blocks(
        text: &[u8],
        repair_mode: RepairMode,
        fails: bool,
        sizes: &[usize],
        threads: usize,
    ) -> Told {
        let threads = NonZeroUsize::new(threads).unwrap();
        tell(text, |parser, text, records| {
            let pieces = Pieces::new(text, sizes, fails);
            parser.read_each(pieces, repair_mode, threads, |record| {
                records.push(told(&record));
                Ok(())
            })
        })
    }

    /// Lines of all kinds, good, bad and in need of repair, in pieces that make still others.
    fn text() -> impl Strategy<Value = Vec<u8>> {
        const PIECES: [&str; 44] = [
            "BenchmarkA-8   \t     100\t      5 ns/op\n",
            "BenchmarkA-8   \t     100\t      6.25 ns/op\n",
            "BenchmarkA-8   \t     100\t      5 ns/op\t 16 B/op\t 1 allocs/op\n",
            "BenchmarkB/n=10-8\t1000000000\t 0.3141 ns/op\t      12.5 MB/s\n",
            "BenchmarkB/n=10-8\t1234567\t 1234567.1234567 ns/op\r\n",
            "BenchmarkLong/unit 1 5 nanoseconds/per-operation-of-it 7 hits/op\n",
            "BenchmarkLong/unit 1 5 nanoseconds/per-operation-of-us 7 hits/op\n",
            "BenchmarkA 12345678 12345678.5 ns/op 1e6 x 0x1p4 y -3 z +Inf w NaN v\n",
            "BenchmarkA 1 .5 ns/op 5. B/op 0.0000000001 x 123456789012345678 y\n",
            "Benchmark 1 1 ns/op\n",
            "BenchmarkLoess/é=ü\u{a0}3 4\u{2003}µs/op  \n",
            "BenchmarkLöß-8 3 4 µs/op  \n",
            "BenchmarkTrailing 1 1 ns/op \t \r\n",
            "BenchmarkTwice 1 1 ns/op 2 ns/op\n",
            "BenchmarkControl\u{1} 1 1 ns/op\n",
            "BenchmarkVertical\u{b}1 1 ns/op\u{b}2 B/op\n",
            "BenchmarkA-8   \t",
            "     200\t   7.0 ns/op\n",
            "BenchmarkA-8\n",
            "BenchmarkA-8 x 1 ns/op\n",
            "BenchmarkA-8 1 1e999 ns/op\n",
            "BenchmarkA-8 1 1 ns/op 2\n",
            "BenchmarkA-8 1\n",
            "BenchmarkA-88 1 1 ns/op\n",
            "BenchmarkA-8\u{1b}[0m 1 1 ns/op\n",
            "\u{1b}[32mBenchmarkA-8 1 1 ns/op\u{1b}[0m\n",
            "BenchmarkA-8 1 1 ns/op\u{1b}[0m\n",
            "goos: linux\n",
            "goos: plan9\r\n",
            "goos:\n",
            "pkg: example.com/m\n",
            "key: value\n",
            "panic: oh no\n",
            "Unit ns/op assume=exact better=higher\n",
            "Unit B/op better=lower nonsense\n",
            "Unit ns/op assume=nothing\n",
            "PASS\n",
            "ok  \texample.com/m\t1.0s\n",
            "FAIL\texample.com/m\t1.0s\n",
            "2023-05-24T15:53:21.1Z BenchmarkA-2 \t100\t 2.502 ns/op\n",
            "  BenchmarkA-8 1 1 ns/op\n",
            "\n",
            "\r",
            "log",
        ];
        let piece = prop_oneof![
            30 => prop::sample::select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
            1 => prop::collection::vec(any::<u8>(), 0..20),
            1 => (0..120u32).prop_map(|n| format!("BenchmarkA 1 1 unit{n}\n").into_bytes()),
            1 => "[ -~]{0,12}\n".prop_map(String::into_bytes),
        ];
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    fn repair_mode() -> impl Strategy<Value = RepairMode> {
        prop::sample::select(vec![
            RepairMode::Repair,
            RepairMode::Refuse,
            RepairMode::Off,
        ])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn blocks_say_what_their_lines_say(
            text in text(),
            repair_mode in repair_mode(),
            fails: bool,
            sizes in prop::collection::vec(prop_oneof![4 => 1..90usize, 1 => 1..900usize], 1..6),
            threads in 1..4usize,
        ) {
            // A stream that fails loses what it had of its last line, however it came.
            let whole = memchr::memrchr(b'\n', &text).map_or(0, |last| last + 1);
            let text = if fails { &text[..whole] } else { &text };
            prop_assert_eq!(
                by_blocks(text, repair_mode, fails, &sizes, threads),
                by_lines(text, repair_mode, fails)
            );
        }

        #[test]
        fn results_as_go_test_prints_them_need_no_grammar(
            lines in prop::collection::vec(
                (0..3u8, 1..1u64 << 40, 0..1u64 << 33, 0..4usize, 0..3u64), 1..20),
        ) {
            let text: String = lines
                .iter()
                .map(|&(name, count, time, places, bytes)| {
                    let time = time as f64 / 10f64.powi(places as i32);
                    format!("BenchmarkN{name}-8\t{count:8}\t{time:10.places$} ns/op\t{bytes:8} B/op\n")
                })
                .collect();
            let mut feeder = mending_off(text.as_bytes());
            let mut block = Block::default();
            prop_assert!(feeder.next_block(&mut block).unwrap());
            let mut place = Place::default();
            while let Some(line) = block.next(&mut place) {
                prop_assert!(matches!(line, BlockLine::Result(_)));
            }
        }
    }

    fn mending_off(text: &[u8]) -> Feeder<&[u8]> {
        let mut lines = RepairMode::Off.lines(text);
        lines.take_feeder().unwrap().unwrap()
    }

    #[test]
    fn large_inputs_are_read_in_their_order() {
        let mut text = String::new();
        for number in 0..40_000 {
            let package = number / 1000;
            if number % 1000 == 0 {
                text += &format!("pkg: p{package}\n");
            }
            text += &format!("BenchmarkN{number}-8\t{number}\t{number}.5 ns/op\n");
            if number % 700 == 0 {
                text += "BenchmarkBad 1\nUnit ns/op assume=exact\n";
            }
        }
        let lines = by_lines(text.as_bytes(), RepairMode::Repair, false);
        for threads in [1, 2, 3] {
            let blocks = by_blocks(
                text.as_bytes(),
                RepairMode::Repair,
                false,
                &[1 << 20],
                threads,
            );
            assert!(blocks == lines, "{threads} threads");
        }
    }

    #[test]
    fn whoever_wants_no_more_stops_all_threads() {
        let text = "BenchmarkA 1 1 ns/op\n".repeat(200_000);
        let mut parser = Parser::new();
        parser.begin(b"f", b"f");
        let mut count = 0;
        let threads = NonZeroUsize::new(3).unwrap();
        let read = parser.read_each(text.as_bytes(), RepairMode::Repair, threads, |_| {
            count += 1;
            if count < 100_000 {
                return Ok(());
            }
            Err(io::Error::other("enough"))
        });
        assert_eq!(
            read.err().map(|error| error.to_string()),
            Some("enough".into())
        );
    }
}
