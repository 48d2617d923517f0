//! Reads and validates pprof files.

use std::collections::HashMap;
use std::io::{ErrorKind, Read as _};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use prost::Message as _;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use thiserror::Error;

use super::proto;

/// The most bytes that a profile may have once it is unpacked.
pub const LIMIT: u64 = 256 << 20;

/// The most frames that one stack may have: four times what any runtime records.
pub const MOST_DEPTH: usize = 4096;

/// The most frames that all stacks may have together: few bytes can refer to many lines many times.
pub const MOST_FRAMES: usize = 2 << 20;

/// The most numbers that samples and places may have together, a message counted as [`MESSAGE`] of
/// them: decoded they need a multiple of their bytes.
const MOST_NUMBERS: usize = 16 << 20;

/// What a message weighs, in numbers.
const MESSAGE: usize = 8;

/// Why a file is no profile that can be compared.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is nothing in it.
    #[error("the file is empty, expected a pprof profile")]
    Empty,
    /// It is something else.
    #[error("found {0}; expected a pprof profile (gzipped protobuf, as written by -cpuprofile)")]
    NotPprof(&'static str),
    /// The gzip stream or the message ends early.
    #[error("the profile is truncated")]
    Truncated,
    /// The gzip stream is damaged.
    #[error("the gzip data is damaged ({0})")]
    Gzip(String),
    /// Too much to hold in memory.
    #[error("the profile is larger than {} MiB uncompressed", .0 >> 20)]
    Gigantic(u64),
    /// Too many parts to hold in memory.
    #[error("the profile has too many samples and places to hold in memory")]
    Numerous,
    /// Too many frames to hold in memory.
    #[error("the stacks have more than {0} frames in total")]
    Frames(usize),
    /// A stack that is too deep.
    #[error("sample {sample} has a stack of more than {MOST_DEPTH} frames")]
    Deep {
        /// Its place in the profile, counted from 1.
        sample: usize,
    },
    /// The bytes are no message of that type.
    #[error("the profile is damaged: {0}")]
    Message(prost::DecodeError),
    /// An id or index that nothing has.
    #[error("the profile is damaged: {place} refers to {target} {id}, which does not exist")]
    Dangling {
        /// What refers.
        place: String,
        /// What kind of thing it refers to.
        target: &'static str,
        /// The id or index.
        id: i128,
    },
    /// A sample without a value for each type.
    #[error("the profile is damaged: sample {sample} has {found} values, expected {expected}")]
    Values {
        /// Its place in the profile, counted from 1.
        sample: usize,
        /// How many it has.
        found: usize,
        /// How many sample types there are.
        expected: usize,
    },
}

impl ReadError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Empty => "check that the program that writes the profile exited normally",
            Self::Truncated | Self::Gzip(_) => "write or copy the profile again",
            Self::Gigantic(_) | Self::Numerous | Self::Frames(_) => {
                "profile for a shorter time or with a lower rate"
            }
            Self::Deep { .. } => "profile a run that does not recurse so deeply",
            _ => return None,
        })
    }
}

/// What a value of a sample counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleType {
    /// `cpu`, `alloc_space`.
    pub name: String,
    /// `nanoseconds`, `bytes`, `count`.
    pub unit: String,
}

/// A place in the code; inlined functions have frames of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Frame {
    /// The function's name, or the address where the profile does not know it.
    pub function: Arc<str>,
    /// The source file, empty where it is not known.
    pub file: Arc<str>,
    /// The line, 0 where it is not known.
    pub line: i64,
    /// Whether the line is one of the base that the head has no more.
    pub removed: bool,
}

/// Values for a stack.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Indices into [`Profile::frames`], the innermost first.
    pub stack: Vec<usize>,
    /// A value for each sample type.
    pub values: Vec<i64>,
}

/// A profile.
#[derive(Debug, Clone)]
pub struct Profile {
    /// What each value counts; there is at least one.
    pub sample_types: Vec<SampleType>,
    /// The one to look at first.
    pub default: usize,
    /// What is counted, and once in how many of it a sample is taken, where the profile says so.
    pub period: Option<(SampleType, i64)>,
    /// All places.
    pub frames: Vec<Frame>,
    /// All samples.
    pub samples: Vec<Sample>,
}

impl Profile {
    /// Reads a profile, packed with gzip or not.
    ///
    /// # Errors
    /// The bytes are no profile, a damaged one, or one that is too big.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        Self::read_within(bytes, LIMIT)
    }

    /// As [`Profile::read`], with a limit of its own for the unpacked bytes.
    ///
    /// # Errors
    /// As [`Profile::read`].
    pub fn read_within(bytes: &[u8], limit: u64) -> Result<Self, ReadError> {
        if bytes.is_empty() {
            return Err(ReadError::Empty);
        }
        let unpacked;
        let message = if bytes.starts_with(&[0x1f, 0x8b]) {
            unpacked = unpack(bytes, limit)?;
            &unpacked
        } else {
            bytes
        };
        if message.is_empty() {
            return Err(ReadError::Empty);
        }
        if message.len() as u64 > limit {
            return Err(ReadError::Gigantic(limit));
        }
        if let Some(found) = other_format(message) {
            return Err(ReadError::NotPprof(found));
        }
        if !is_moderate(message) {
            return Err(ReadError::Numerous);
        }
        let raw = proto::Profile::decode(message).map_err(|error| {
            if is_text(message) {
                ReadError::NotPprof("text")
            } else if error.to_string().contains("buffer underflow") {
                ReadError::Truncated
            } else {
                ReadError::Message(error)
            }
        })?;
        if raw.sample_type.is_empty() {
            return Err(ReadError::NotPprof("a message without sample types"));
        }
        resolve(&raw)
    }

    /// What one sample adds to a value of that type; 0 where every event is looked at, or where the
    /// profile does not say.
    pub fn grain(&self, sample_type: usize) -> f64 {
        let kind = self.sample_types.get(sample_type);
        let (Some(kind), Some((counted, period))) = (kind, &self.period) else {
            return 0.0;
        };
        match &*kind.unit {
            unit if unit == counted.unit && *period > 1 => *period as f64,
            "count" if self.is_clocked() => 1.0,
            _ => 0.0,
        }
    }

    /// Whether a sample is taken once in so much time.
    pub fn is_clocked(&self) -> bool {
        let period = self.period.as_ref();
        period.is_some_and(|(counted, _)| counted.unit.ends_with("seconds"))
    }

    /// The index of the sample type with that name, or of the default one.
    pub fn sample_type(&self, name: Option<&str>) -> Option<usize> {
        let Some(name) = name else {
            return Some(self.default);
        };
        self.sample_types.iter().position(|kind| kind.name == name)
    }
}

fn unpack(bytes: &[u8], limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut unpacked = Vec::new();
    let mut decoder = MultiGzDecoder::new(bytes).take(limit + 1);
    match decoder.read_to_end(&mut unpacked) {
        Ok(_) if unpacked.len() as u64 > limit => Err(ReadError::Gigantic(limit)),
        Ok(_) => Ok(unpacked),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(ReadError::Truncated),
        Err(error) => Err(ReadError::Gzip(error.to_string())),
    }
}

/// What well-known thing that is no profile begins so.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: [(&[u8], &str); 8] = [
        (
            b"go 1.",
            "an execution trace (view it with `go tool trace`)",
        ),
        (b"<", "HTML or XML"),
        (b"mode: ", "a coverage profile"),
        (b"heap profile: ", "a text profile, as debug=1 asks for"),
        (
            b"goroutine profile: ",
            "a text profile, as debug=1 asks for",
        ),
        (b"--- ", "a text profile, as debug=1 asks for"),
        (b"\x7fELF", "a program"),
        (b"PERFILE2", "data of Linux perf"),
    ];

    let begins = |(beginning, _): &&(&[u8], &str)| bytes.starts_with(beginning);
    BEGINNINGS.iter().find(begins).map(|(_, what)| *what)
}

/// Whether a message can be decoded within reasonable memory. What is damaged is left to the decoder.
fn is_moderate(mut message: &[u8]) -> bool {
    const SAMPLE: u32 = 2;
    const LOCATION: u32 = 4;

    let mut room = MOST_NUMBERS;
    while !message.is_empty() {
        let Ok((tag, kind)) = decode_key(&mut message) else {
            return true;
        };
        if kind != WireType::LengthDelimited {
            if skip_field(kind, tag, &mut message, DecodeContext::default()).is_err() {
                return true;
            }
            continue;
        }
        let length = decode_varint(&mut message).ok();
        let length = length.and_then(|length| usize::try_from(length).ok());
        let Some((field, rest)) = length.and_then(|length| message.split_at_checked(length)) else {
            return true;
        };
        message = rest;
        // Every number ends with a byte without the highest bit.
        let ends = |field: &[u8]| field.iter().filter(|byte| **byte < 0x80).count();
        let numbers = match tag {
            SAMPLE | LOCATION => ends(field),
            _ => 0,
        };
        let Some(left) = room.checked_sub(MESSAGE + numbers) else {
            return false;
        };
        room = left;
    }
    true
}

fn is_text(bytes: &[u8]) -> bool {
    let start = bytes.get(..512).unwrap_or(bytes);
    start
        .iter()
        .all(|byte| !byte.is_ascii_control() || matches!(byte, b'\n' | b'\r' | b'\t'))
}

fn resolve(raw: &proto::Profile) -> Result<Profile, ReadError> {
    let mut sample_types = Vec::with_capacity(raw.sample_type.len());
    for kind in &raw.sample_type {
        sample_types.push(SampleType {
            name: string(raw, kind.r#type, || "a sample type".into())?,
            unit: string(raw, kind.unit, || "a sample type's unit".into())?,
        });
    }
    let named = string(raw, raw.default_sample_type, || {
        "the default sample type".into()
    })?;
    let default = sample_types
        .iter()
        .position(|kind| !named.is_empty() && kind.name == named)
        .unwrap_or(sample_types.len() - 1);

    let mut period = None;
    if let Some(kind) = &raw.period_type {
        let kind = SampleType {
            name: string(raw, kind.r#type, || "the period's type".into())?,
            unit: string(raw, kind.unit, || "the period's unit".into())?,
        };
        period = Some((kind, raw.period));
    }

    let mut frames = Frames::new(raw)?;
    let mut room = MOST_FRAMES;
    let mut samples = Vec::with_capacity(raw.sample.len());
    for (at, sample) in raw.sample.iter().enumerate() {
        if sample.value.len() != sample_types.len() {
            return Err(ReadError::Values {
                sample: at + 1,
                found: sample.value.len(),
                expected: sample_types.len(),
            });
        }
        let mut stack = Vec::new();
        for id in &sample.location_id {
            let found = frames.locations.get(id);
            let found = found.ok_or_else(|| ReadError::Dangling {
                place: format!("sample {}", at + 1),
                target: "location",
                id: (*id).into(),
            })?;
            if stack.len() + found.len() > MOST_DEPTH {
                return Err(ReadError::Deep { sample: at + 1 });
            }
            room = room
                .checked_sub(found.len())
                .ok_or(ReadError::Frames(MOST_FRAMES))?;
            stack.extend_from_slice(found);
        }
        samples.push(Sample {
            stack,
            values: sample.value.clone(),
        });
    }
    Ok(Profile {
        sample_types,
        default,
        period,
        frames: std::mem::take(&mut frames.all),
        samples,
    })
}

fn string(
    raw: &proto::Profile,
    index: i64,
    place: impl Fn() -> String,
) -> Result<String, ReadError> {
    // The first string is the empty one, whether it is written or not.
    if index == 0 {
        return Ok(String::new());
    }
    let found = usize::try_from(index)
        .ok()
        .and_then(|index| raw.string_table.get(index));
    let found = found.ok_or_else(|| ReadError::Dangling {
        place: place(),
        target: "string",
        id: index.into(),
    })?;
    Ok(String::from_utf8_lossy(found).into_owned())
}

/// Every place, and which ones each location stands for.
struct Frames {
    all: Vec<Frame>,
    locations: HashMap<u64, Vec<usize>>,
}

impl Frames {
    fn new(raw: &proto::Profile) -> Result<Self, ReadError> {
        let mut functions: HashMap<u64, (Arc<str>, Arc<str>)> = HashMap::new();
        for function in &raw.function {
            let place = || format!("function {}", function.id);
            let mut name = string(raw, function.name, place)?;
            if name.is_empty() {
                name = string(raw, function.system_name, place)?;
            }
            let file = string(raw, function.filename, place)?;
            functions.insert(function.id, (Arc::from(name), Arc::from(file)));
        }
        let mut mappings = HashMap::new();
        for mapping in &raw.mapping {
            let place = || format!("mapping {}", mapping.id);
            mappings.insert(mapping.id, string(raw, mapping.filename, place)?);
        }
        let mut frames = Self {
            all: Vec::new(),
            locations: HashMap::new(),
        };
        for location in &raw.location {
            let mut of_location = Vec::new();
            for line in &location.line {
                let found = functions.get(&line.function_id);
                let (function, file) = found.ok_or_else(|| ReadError::Dangling {
                    place: format!("location {}", location.id),
                    target: "function",
                    id: line.function_id.into(),
                })?;
                of_location.push(frames.add(function.clone(), file.clone(), line.line));
            }
            if of_location.is_empty() {
                let mapping = mappings.get(&location.mapping_id);
                let name = unnamed(location.address, mapping.map_or("", String::as_str));
                of_location.push(frames.add(name.into(), "".into(), 0));
            }
            frames.locations.insert(location.id, of_location);
        }
        Ok(frames)
    }

    fn add(&mut self, function: Arc<str>, file: Arc<str>, line: i64) -> usize {
        self.all.push(Frame {
            function,
            file,
            line,
            removed: false,
        });
        self.all.len() - 1
    }
}

/// `0x4e1f20 [program]`.
fn unnamed(address: u64, mapping: &str) -> String {
    match mapping.rsplit('/').next() {
        Some(file) if !file.is_empty() => format!("{address:#x} [{file}]"),
        _ => format!("{address:#x}"),
    }
}
