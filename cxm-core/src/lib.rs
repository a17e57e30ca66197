//! The numbers of customer experience.
#![forbid(unsafe_code)]

pub mod error;
pub mod numeric;
#[cfg(feature = "registry")]
pub mod registry;
pub mod stats;

pub use error::{Error, ErrorKind, Result};
