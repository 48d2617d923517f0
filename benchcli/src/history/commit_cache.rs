//! Caches metadata of commits, because reading many loose objects is slow.

use std::collections::HashMap;
use std::fs;

use anyhow::Result;
use git2::Oid;

use super::bytes::{Bytes, opened, put_text, put_u32s, sealed};
use super::cache::Cache;
use super::window::Member;
use crate::atomic_file::write_whole;
use crate::baseline::Store;

const KIND: &str = "trend commits";
const NAME: &str = "commits";
/// So many new commits are worth writing the file.
const WORTH: usize = 64;

/// Commits by id. What a commit says never changes; only in a shallow clone git knows less of its
/// parents than it says, so nothing is kept there.
#[derive(Debug, Default)]
pub(super) struct CommitCache {
    known: HashMap<Oid, Member>,
    new: usize,
    is_off: bool,
}

impl CommitCache {
    pub(super) fn load(store: &Store, cache: &Cache) -> Self {
        let is_off = store.repo().is_shallow();
        let file = if is_off {
            None
        } else {
            fs::read(cache.path(NAME)).ok()
        };
        Self {
            known: file.and_then(|file| decode(&file)).unwrap_or_default(),
            new: 0,
            is_off,
        }
    }

    pub(super) fn read(&mut self, store: &Store, id: Oid) -> Result<Option<Member>> {
        if let Some(member) = self.known.get(&id) {
            return Ok(Some(member.clone()));
        }
        let member = Member::read(store.repo(), id)?;
        if let Some(member) = &member
            && !self.is_off
        {
            self.known.insert(id, member.clone());
            self.new += 1;
        }
        Ok(member)
    }

    /// Writes the file where that is worth it. Failing to is no harm.
    pub(super) fn save(&self, cache: &Cache) {
        if self.new < WORTH || self.is_off {
            return;
        }
        let path = cache.path(NAME);
        if let Some(folder) = path.parent() {
            let _ = fs::create_dir_all(folder);
        }
        let _ = write_whole(&path, &self.encode());
    }

    fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        put_u32s(&mut body, &[self.known.len() as u32]);
        for member in self.known.values() {
            body.extend_from_slice(member.id.as_bytes());
            body.push(u8::from(member.parent.is_some()));
            body.extend_from_slice(member.parent.unwrap_or(Oid::ZERO_SHA1).as_bytes());
            body.extend_from_slice(&member.time.to_le_bytes());
            put_text(&mut body, &member.author);
            put_text(&mut body, &member.subject);
        }
        sealed(KIND, &body)
    }
}

fn decode(file: &[u8]) -> Option<HashMap<Oid, Member>> {
    let mut body = Bytes(file.get(opened(KIND, file)?..)?);
    let count = body.u32()?;
    let mut known = HashMap::new();
    for _ in 0..count {
        let id = Oid::from_bytes(body.take(20)?).ok()?;
        let has_parent = body.byte()? != 0;
        let parent = Oid::from_bytes(body.take(20)?).ok()?;
        let member = Member {
            id,
            parent: has_parent.then_some(parent),
            time: body.u64()?.cast_signed(),
            author: body.text()?,
            subject: body.text()?,
        };
        known.insert(id, member);
    }
    Some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        let member = |byte: u8| {
            let id = Oid::from_bytes(&[byte; 20]).unwrap();
            let member = Member {
                id,
                parent: (byte > 1).then(|| Oid::from_bytes(&[byte - 1; 20]).unwrap()),
                time: -i64::from(byte),
                author: "Ada Łoś".into(),
                subject: String::new(),
            };
            (id, member)
        };
        let cache = CommitCache {
            known: (1..4).map(member).collect(),
            ..CommitCache::default()
        };
        let file = cache.encode();
        assert_eq!(decode(&file), Some(cache.known));
        for end in 0..file.len() {
            assert_eq!(decode(&file[..end]), None);
        }
    }
}
