//! Bytes that are taken for a state, as they are and within a flawless frame.
#![no_main]

use cxm_fuzz::state_bytes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    state_bytes::check(bytes);
    state_bytes::check(&state_bytes::framed(bytes));
});
