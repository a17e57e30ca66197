//! The numbers of customer experience.
#![forbid(unsafe_code)]

pub mod error;
pub mod numeric;
pub mod stats;

pub use error::{Error, ErrorKind, Result};
