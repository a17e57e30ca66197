//! The bodies of the fuzz targets: what must hold for any input.

#[path = "../../cxm-core/tests/fuzz/state_bytes.rs"]
pub mod state_bytes;

#[path = "../../cxm-ffi/tests/fuzz/arrow_input.rs"]
pub mod arrow_input;

#[path = "../../cxm-core/tests/fuzz/interchange.rs"]
pub mod interchange;
