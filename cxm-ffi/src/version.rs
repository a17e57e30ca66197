//! What this library is, at run time.

use std::ffi::c_char;

/// The number of the binary interface: as long as it stays, nothing is removed or resized.
pub const CXM_ABI_VERSION: u32 = 1;

/// The version of the library that runs, such as "0.1.0"; compare with CXM_VERSION of the header.
///
/// Never NULL; a constant that ends with a zero byte. May be called from any thread.
#[unsafe(no_mangle)]
pub extern "C" fn cxm_version_string() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The CXM_ABI_VERSION of the library that runs; a program may go on where it is the header's.
///
/// May be called from any thread.
#[unsafe(no_mangle)]
pub extern "C" fn cxm_abi_version() -> u32 {
    CXM_ABI_VERSION
}
