//! Arrow columns of any type and content, handed to the C door.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    cxm_fuzz::arrow_input::check(bytes);
});
