//! Bytes that are taken for a log of another system, in every format.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    cxm_fuzz::interchange::check(bytes);
});
