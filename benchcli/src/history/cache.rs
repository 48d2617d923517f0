//! Caches parsed notes in files, so that each note is parsed once.
//!
//! The files are in the repository's own folder. Each file is written under another name and then renamed. It
//! contains a checksum and the release that wrote it, and it refers to blobs, which never change. If a file
//! is damaged or comes from another release, it is ignored and the notes are parsed again. Deleting the
//! folder is safe and only costs time.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid};

use super::columns::{Column, Segment};
use super::key::SeriesKey;
use super::parallel::in_parallel;
use super::segment_file::{SegmentFile, encode};
use crate::atomic_file::write_whole;

/// Notes in a full segment.
pub(super) const FULL: usize = 512;
/// So many segments that are not full are put together.
const PARTIAL: usize = 12;

const POINTS: &str = "points";
const SAMPLES: &str = "samples";

/// The folder of the cache.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    folder: PathBuf,
}

/// A segment and the file it is in.
#[derive(Debug)]
pub(super) struct Cached {
    pub(super) file: SegmentFile,
    /// Its place on the disk, without the ending.
    stem: Option<PathBuf>,
}

impl Cached {
    /// A segment that is not on the disk.
    pub(super) fn new(file: SegmentFile) -> Self {
        Self { file, stem: None }
    }
}

impl Cache {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.join("trend"),
        }
    }

    /// A file of the folder, for others that keep something there.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Reads all segments.
    pub(super) fn load(&self, with_samples: bool) -> Vec<Cached> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<PathBuf> = paths
            .filter(|path| path.extension().is_some_and(|it| it == POINTS))
            .collect();
        paths.sort();
        let read = |path: &PathBuf| -> Option<Cached> {
            let points = fs::read(path).ok()?;
            let samples = if with_samples {
                Some(fs::read(path.with_extension(SAMPLES)).ok()?)
            } else {
                None
            };
            Some(Cached {
                file: SegmentFile::decode(points, samples)?,
                stem: Some(path.with_extension("")),
            })
        };
        in_parallel(&paths, read).into_iter().flatten().collect()
    }

    /// Writes new segments. Where there are many small ones, or many notes in them are not `live`,
    /// they are put together first.
    ///
    /// # Errors
    /// The folder cannot be written; nothing is lost.
    pub(super) fn store(
        &self,
        new: &[Segment],
        old: &[Cached],
        live: &HashSet<Oid>,
    ) -> io::Result<()> {
        let is_partial = |cached: &&Cached| {
            let notes = &cached.file.notes;
            let living = notes.iter().filter(|note| live.contains(note)).count();
            living < notes.len().min(FULL) * 3 / 4 || notes.len() < FULL / 2
        };
        let partial: Vec<&Cached> = old.iter().filter(is_partial).collect();
        if new.is_empty() && partial.len() <= PARTIAL {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        self.remove_strays();
        if partial.len() <= PARTIAL {
            for segment in new {
                self.write(segment)?;
            }
            return Ok(());
        }
        let mut written = HashSet::new();
        let mut merge = Merge::default();
        for cached in &partial {
            // A small one may have been read without its samples.
            let again;
            let file = if cached.file.samples.is_empty() {
                again = cached.stem.as_ref().and_then(|stem| read_whole(stem));
                again.as_ref()
            } else {
                Some(&cached.file)
            };
            if let Some(file) = file {
                merge.add(file, live);
            }
        }
        for segment in new {
            let (points, samples) = encode(segment);
            if let Some(file) = SegmentFile::decode(points, Some(samples)) {
                merge.add(&file, live);
            }
        }
        for segment in merge.finish() {
            written.insert(self.write(&segment)?);
        }
        for stem in partial.iter().filter_map(|cached| cached.stem.as_ref()) {
            if !written.contains(stem) {
                let _ = fs::remove_file(stem.with_extension(POINTS));
                let _ = fs::remove_file(stem.with_extension(SAMPLES));
            }
        }
        Ok(())
    }

    fn write(&self, segment: &Segment) -> io::Result<PathBuf> {
        let ids: Vec<u8> = segment
            .notes
            .iter()
            .flat_map(|id| id.as_bytes().iter().copied())
            .collect();
        let name = Oid::hash_object(ObjectType::Blob, &ids).map_err(io::Error::other)?;
        let stem = self.folder.join(name.to_string());
        let (points, samples) = encode(segment);
        // The samples first: points without samples would be read in vain.
        write_whole(&stem.with_extension(SAMPLES), &samples)?;
        write_whole(&stem.with_extension(POINTS), &points)?;
        Ok(stem)
    }

    /// Removes what a program that was killed left, and files that cannot be read.
    fn remove_strays(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let is = |ending: &str| path.extension().is_some_and(|it| it == ending);
            let is_old = || {
                let age = fs::metadata(&path).and_then(|it| it.modified()).ok();
                let age = age.and_then(|at| at.elapsed().ok());
                age.is_some_and(|age| age.as_secs() > 3600)
            };
            let is_damaged = || {
                let file = fs::read(&path).ok();
                file.is_some_and(|file| SegmentFile::decode(file, None).is_none())
            };
            if (is("new") && is_old()) || (is(POINTS) && is_damaged()) {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

fn read_whole(stem: &Path) -> Option<SegmentFile> {
    let points = fs::read(stem.with_extension(POINTS)).ok()?;
    let samples = fs::read(stem.with_extension(SAMPLES)).ok()?;
    SegmentFile::decode(points, Some(samples))
}

/// Segments that become others.
#[derive(Default)]
struct Merge {
    done: Vec<Segment>,
    segment: Segment,
    places: HashMap<SeriesKey, usize>,
    known: HashSet<Oid>,
}

impl Merge {
    fn add(&mut self, file: &SegmentFile, live: &HashSet<Oid>) {
        if self.segment.notes.len() + file.notes.len() > FULL {
            self.close();
        }
        let moved: Vec<Option<u32>> = file
            .notes
            .iter()
            .map(|note| {
                (live.contains(note) && self.known.insert(*note)).then(|| {
                    self.segment.notes.push(*note);
                    self.segment.notes.len() as u32 - 1
                })
            })
            .collect();
        let moved = |note: u32| moved.get(note as usize).copied().flatten();
        for fact in &file.units {
            if let Some(note) = moved(fact.note) {
                let fact = fact.clone();
                self.segment
                    .units
                    .push(super::columns::UnitFact { note, ..fact });
            }
        }
        for place in &file.columns {
            let Some(column) = file.column(place) else {
                continue;
            };
            let columns = &mut self.segment.columns;
            let at = *self.places.entry(place.key.clone()).or_insert_with(|| {
                columns.push(Column {
                    key: place.key.clone(),
                    ..Column::default()
                });
                columns.len() - 1
            });
            if let Some(to) = columns.get_mut(at) {
                column.each(|point| {
                    if let Some(note) = moved(point.note) {
                        to.push_point(&super::columns::PointRef { note, ..*point });
                    }
                });
            }
        }
    }

    fn close(&mut self) {
        let mut segment = std::mem::take(&mut self.segment);
        self.places.clear();
        segment.columns.retain(|column| !column.notes.is_empty());
        if !segment.notes.is_empty() {
            self.done.push(segment);
        }
    }

    fn finish(mut self) -> Vec<Segment> {
        self.close();
        self.done
    }
}
