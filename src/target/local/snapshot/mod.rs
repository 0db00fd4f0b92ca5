//! Snapshots of an instance: what Kafka, ZooKeeper and Redis hold, as of one point in time.
//!
//! # One point in time
//!
//! KAR acts in this order: a request is a record of Kafka, its effect is keys of Redis, its response is a record again. A
//! request whose effect is in Redis and whose response is missing is done again, as after any failure. What must never be
//! is a response in Kafka whose effect is missing in Redis: nobody would do it again.
//!
//! So no server answers anybody between the moment when the first one stands still and the moment when all are copied.
//! Whatever a client was told before, it was told by a server that had it; but Redis answers up to two seconds before it
//! writes to its file. Hence the order: Kafka stands still first, and accepts no response any more; Redis takes no more
//! writes, and is waited for until all that it acknowledged is in its file; then it and ZooKeeper stand still too, and the
//! copy begins. Kafka and ZooKeeper write before they acknowledge; what lies in the system's cache is read from there.
//!
//! A copy is what a crash would leave: Kafka checks the end of its logs when it starts from it, and up to a minute of
//! DeleteRecords may be undone, which KAR, who recovers from crashes, expects.

mod hold;
mod list;
mod manifest;
pub mod report;
mod restore;
mod save;
mod store;

pub use hold::resume_what_was_left;
pub use list::{Deleted, Listed, Snapshots, delete, list};
pub use manifest::{KafkaData, Manifest, Part};
pub use restore::{Restored, forget, is_half_restored, kept, refuse_half_restored, restore};
pub use save::{Saved, save};
pub use store::SnapshotName;
