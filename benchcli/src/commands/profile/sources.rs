//! Resolves arguments of `benchcli profile` to files and to kept profiles.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};

use crate::baseline::{Kept, Store};
use crate::hint::WithHint as _;
use crate::pipeline::baselines::short;
use crate::profile::read::Profile;

/// The kind of an execution trace.
pub(super) const TRACE: &str = "trace";

/// A profile with words for where it is from.
type Placed = (String, Profile);

/// What one argument means.
pub(super) enum Source {
    /// A file.
    File(Box<Placed>),
    /// Profiles of a commit.
    Kept(Choice),
}

/// Profiles of a commit, of which one name is to be chosen.
pub(super) struct Choice {
    store: Store,
    revision: String,
    /// At least one.
    pub(super) profiles: Vec<Kept>,
}

impl Choice {
    /// The kept profiles that `REV[:NAME]` means; several where it names no profile, or where a name
    /// was added more than once.
    pub(super) fn find(store: Store, text: &str) -> Result<Self> {
        // A commit's name has no colon.
        let (revision, name) = match text.split_once(':') {
            Some((revision, name)) => (revision, Some(name)),
            None => (text, None),
        };
        let commit = store.resolve(revision)?.id();
        let mut of_commit = store.profiles()?.all()?;
        of_commit.retain(|kept| kept.commit == commit);
        if of_commit.is_empty() {
            return Err(anyhow!("{revision}: no profile is kept with commit {}", short(commit)).hint("run `benchcli profile list` to see which profiles are kept, or `benchcli pull` to fetch the remote's profiles"));
        }
        let is_named = |kept: &Kept, name: &str| {
            kept.name() == name || name.len() >= 4 && kept.id.to_string().starts_with(name)
        };
        let known = names(&of_commit);
        let mut profiles = of_commit;
        if let Some(name) = name {
            profiles.retain(|kept| is_named(kept, name));
            if profiles.is_empty() {
                bail!(
                    "{text}: commit {} has no such profile; it has {known}",
                    short(commit)
                );
            }
        }
        Ok(Self {
            store,
            revision: revision.to_owned(),
            profiles,
        })
    }

    /// Leaves those for which something is true, if there are any.
    fn prefer(&mut self, is_wanted: impl Fn(&Kept) -> bool) {
        if self.profiles.iter().any(&is_wanted) {
            self.profiles.retain(is_wanted);
        }
    }

    /// Checks that what is left has one name.
    pub(super) fn one_or_error(&self) -> Result<()> {
        let all: BTreeSet<_> = self.profiles.iter().map(Kept::name).collect();
        if all.len() > 1 {
            let all: Vec<_> = all
                .iter()
                .map(|name| format!("{}:{name}", self.revision))
                .collect();
            return Err(anyhow!(
                "{}: several profiles are kept with this commit",
                self.revision
            )
            .hint(format!("name one: {}", all.join(", "))));
        }
        Ok(())
    }

    /// What a profile is called in messages.
    pub(super) fn place(&self, kept: &Kept) -> String {
        format!("{}:{}", self.revision, kept.name())
    }

    /// The data of a profile, as it was.
    pub(super) fn data(&self, kept: &Kept) -> Result<Vec<u8>> {
        self.store.profiles()?.data(kept)
    }

    fn kinds(&self) -> BTreeSet<String> {
        let known = self.profiles.iter().filter_map(|kept| kept.about.as_ref());
        known.map(|about| about.kind.clone()).collect()
    }
}

/// The names of profiles, each once.
fn names(profiles: &[Kept]) -> String {
    let names: BTreeSet<_> = profiles.iter().map(Kept::name).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

impl Source {
    /// What an argument means. A file goes before a commit of the same name.
    pub(super) fn find(argument: &OsStr) -> Result<Self> {
        let path = Path::new(argument);
        let is_there = path.exists();
        match argument.to_str() {
            Some(text) if !is_there && !looks_like_file(text) => {
                let store = Store::open(Path::new(".")).with_context(|| {
                    format!("{text}: no such file, and cannot look for a commit")
                })?;
                Choice::find(store, text).map(Self::Kept)
            }
            _ => {
                let place = path.display().to_string();
                let bytes = fs::read(path).with_context(|| place.clone())?;
                let profile = Profile::read(&bytes).with_context(|| place.clone())?;
                Ok(Self::File(Box::new((place, profile))))
            }
        }
    }

    /// Its profiles: several where a name was added more than once.
    pub(super) fn only(self) -> Result<Vec<Placed>> {
        let choice = match self {
            Self::File(placed) => return Ok(vec![*placed]),
            Self::Kept(choice) => choice,
        };
        choice.one_or_error()?;
        let read = |kept: &Kept| {
            let place = choice.place(kept);
            let profile = Profile::read(&choice.data(kept)?);
            Ok((place.clone(), profile.context(place)?))
        };
        choice.profiles.iter().map(read).collect()
    }

    fn kinds(&self) -> BTreeSet<String> {
        match self {
            Self::File(placed) => {
                let profile = &placed.1;
                let kind = profile.sample_types.get(profile.default);
                kind.iter().map(|kind| kind.name.clone()).collect()
            }
            Self::Kept(choice) => choice.kinds(),
        }
    }
}

/// Whether a word was meant as a file that is not there, so that the message should say so.
fn looks_like_file(text: &str) -> bool {
    let is_revision = || Store::open(Path::new(".")).is_ok_and(|store| store.resolve(text).is_ok());
    !text.contains(':') && (text.contains(['.', '/', '\\']) || text == "-") && !is_revision()
}

/// The profiles of both sides. Where one leaves a choice the other decides.
pub(super) fn pair(old: &OsStr, new: &OsStr, kind: Option<&str>) -> Result<[Vec<Placed>; 2]> {
    let mut sides = [Source::find(old)?, Source::find(new)?];
    for at in [0, 1] {
        let other = &sides[1 - at];
        let kinds = other.kinds();
        let other_names: Option<BTreeSet<String>> = match other {
            Source::Kept(choice) => Some(choice.profiles.iter().map(Kept::name).collect()),
            Source::File(_) => None,
        };
        let Source::Kept(choice) = &mut sides[at] else {
            continue;
        };
        let kind_of = |kept: &Kept| kept.about.as_ref().map(|about| about.kind.clone());
        choice.prefer(|kept| kind_of(kept).as_deref() != Some(TRACE));
        if let Some(kind) = kind {
            choice.prefer(|kept| kind_of(kept).as_deref() == Some(kind));
        }
        choice.prefer(|kept| kind_of(kept).is_some_and(|kind| kinds.contains(&kind)));
        if let Some(names) = other_names {
            choice.prefer(|kept| names.contains(&kept.name()));
        }
    }
    let [old, new] = sides;
    Ok([old.only()?, new.only()?])
}
