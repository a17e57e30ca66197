//! Journeys against published logs and against naive implementations.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test may stop at the first surprise"
)]

#[path = "journeys/brute_force.rs"]
mod brute_force;
#[path = "journeys/flows.rs"]
mod flows;
#[path = "journeys/helpdesk.rs"]
mod helpdesk;
#[path = "journeys/paths.rs"]
mod paths;
#[path = "journeys/recount.rs"]
mod recount;
#[path = "journeys/shards.rs"]
mod shards;
#[path = "journeys/stream.rs"]
mod stream;
