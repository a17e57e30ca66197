//! What the benchmarks share: columns of answers, and the bare loops that they are measured against.

pub mod bare;
pub mod columns;
