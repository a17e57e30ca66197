//! The one list of what can be reached by name: what the C and the Python door are built on.

pub mod functions;
