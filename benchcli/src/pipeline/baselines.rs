//! Code that the baseline commands share: short ids, counts, and the JSON of recordings.

use std::fmt::Display;

use git2::Oid;

use crate::baseline::{Note, Recording};
use crate::plural::counted;
use crate::ui::warn;

/// Names what is not as `benchcli` wrote it.
pub(crate) fn warn_of_faults(commit: Oid, note: &Note<'_>) {
    for fault in note.recordings().into_iter().filter_map(Recording::fault) {
        warn(&format!("note of commit {}: {fault}", short(commit)));
    }
}

/// The first digits of an id.
pub(crate) fn short(id: impl Display) -> String {
    let mut id = id.to_string();
    id.truncate(10);
    id
}

/// What went from one side to the other; `None` where nothing did.
pub(crate) fn moved(commits: usize, profiles: usize) -> Option<String> {
    let baselines = (commits > 0).then(|| format!("baselines of {}", counted(commits, "commit")));
    let profiles = (profiles > 0).then(|| counted(profiles, "profile"));
    let what: Vec<_> = baselines.into_iter().chain(profiles).collect();
    (!what.is_empty()).then(|| what.join(" and "))
}

/// What a note's headers say, as JSON.
#[derive(serde::Serialize, schemars::JsonSchema)]
pub(crate) struct RecordingReport {
    run: String,
    at: Option<String>,
    bytes: usize,
    fields: serde_json::Map<String, serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl RecordingReport {
    pub(crate) fn new(recording: &Recording<'_>, with_text: bool) -> Self {
        let header = &recording.header;
        let fields = header.fields.iter();
        Self {
            run: header.id.to_string(),
            at: header.at.map(|at| at.to_string()),
            bytes: recording.text.len(),
            fields: fields
                .map(|(key, value)| (key.clone(), value.to_string().into()))
                .collect(),
            fault: recording.fault().map(|fault| fault.to_string()),
            text: with_text.then(|| String::from_utf8_lossy(&recording.text).into_owned()),
        }
    }
}
