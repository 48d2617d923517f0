//! Stores baselines in git, next to the code.
//!
//! Recordings are notes under [`NOTES_REF`], one note per commit. A note is plain Go benchmark text, exactly as it
//! was recorded, and each recording follows [one line](Header) that readers of Go's format ignore.
//! Local operations use libgit2, and network operations use the user's own `git`.

mod ci;
mod environment;
pub mod exchange;
mod fault;
pub mod find;
mod find_error;
mod header;
pub mod history;
mod lock;
pub mod main_branch;
mod note;
mod plain;
mod profiles;
pub mod prune;
mod refs;
mod remote;
mod store;
mod swap;
mod tree;

pub use ci::CiTarget;
pub use environment::{
    Contents, Counts, Environment, NoteSummary, SEVERAL_LAYOUTS, varies_layouts,
};
pub use header::Header;
pub use note::{Note, Recording};
pub use plain::storable;
pub use profiles::{About, Kept};
pub use refs::NOTES_REF;
pub use remote::{Remote, Shared, SyncScope};
pub use store::{Store, missing};
