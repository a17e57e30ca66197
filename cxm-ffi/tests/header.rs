//! `include/cxm.h` is what cbindgen makes of the source. `CXM_BLESS=1` writes it again.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The conventions as the head of the header: the same words as in the crate's documentation.
fn conventions() -> String {
    let mut head = String::from("/*\n");
    for line in include_str!("../src/conventions.md").lines() {
        writeln!(head, " * {}", line.replace('`', "")).unwrap();
    }
    let lines: Vec<_> = head.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n */"
}

/// What cbindgen cannot know: the version, and the macros that save typing.
fn macros() -> String {
    let mut parts = env!("CARGO_PKG_VERSION").split('.');
    let mut part = || parts.next().unwrap();
    format!(
        r#"/* The version of this header; compare with cxm_version_string(). */
#define CXM_VERSION "{}"
#define CXM_VERSION_MAJOR {}
#define CXM_VERSION_MINOR {}
#define CXM_VERSION_PATCH {}

/* The length of a text that ends with a zero byte. */
#define CXM_NUL_TERMINATED SIZE_MAX

/* cxm_error err = CXM_ERROR_INIT; */
#define CXM_ERROR_INIT {{sizeof(cxm_error), 0, UINT64_MAX, {{0}}, {{0}}}}

/* cxm_interval interval = CXM_INTERVAL_INIT; */
#define CXM_INTERVAL_INIT {{sizeof(cxm_interval), 0.0, 0.0, 0.0, {{0}}}}

/* cxm_key key = CXM_KEY_INIT; */
#define CXM_KEY_INIT {{sizeof(cxm_key), 0, 0, NULL, 0}}

/* cxm_key ann = CXM_KEY_OF_TEXT("ann"); for a text that ends with a zero byte */
#define CXM_KEY_OF_TEXT(text) {{sizeof(cxm_key), CXM_KEY_TEXT, 0, (text), CXM_NUL_TERMINATED}}

/* cxm_key seventeen = CXM_KEY_OF_INTEGER(17); */
#define CXM_KEY_OF_INTEGER(integer) {{sizeof(cxm_key), CXM_KEY_INTEGER, (integer), NULL, 0}}

/* cxm_event event = CXM_EVENT(CXM_KEY_OF_TEXT("ann"), CXM_KEY_OF_TEXT("shop"), time); no more is
 * known of it */
#define CXM_EVENT(customer, touchpoint, time) \
    {{sizeof(cxm_event), customer, touchpoint, (time), CXM_KEY_INIT, CXM_KEY_INIT, CXM_KEY_INIT, \
     CXM_KEY_INIT, NULL, NULL}}

/* cxm_column ratings = CXM_COLUMN(CXM_TYPE_U8, data, length); every row has a value */
#define CXM_COLUMN(type, data, length) \
    {{sizeof(cxm_column), (type), (data), (length), NULL, CXM_VALIDITY_NONE, 0}}

/* cxm_named_column ages = CXM_NAMED_COLUMN("age", CXM_TYPE_F64, data, length) */
#define CXM_NAMED_COLUMN(name, type, data, length) \
    {{sizeof(cxm_named_column), (name), CXM_NUL_TERMINATED, CXM_COLUMN(type, data, length)}}

/* cxm_answers answers = CXM_ANSWERS(&customers, &times, &scores); no references yet */
#define CXM_ANSWERS(customers, times, scores) \
    {{sizeof(cxm_answers), (customers), (times), (scores), NULL, NULL}}

/* cxm_key_column keys = CXM_KEY_COLUMN(CXM_TYPE_TEXT, data, length); every row has a key */
#define CXM_KEY_COLUMN(type, data, length) \
    {{sizeof(cxm_key_column), (type), (data), (length), NULL, CXM_VALIDITY_NONE, 0, NULL}}

#if defined(CXM_ARROW)
/* From the header of the Arrow C data interface. */
struct ArrowArray;
struct ArrowSchema;
#endif"#,
        env!("CARGO_PKG_VERSION"),
        part(),
        part(),
        part()
    )
}

fn generated() -> String {
    let rename =
        [("FFI_ArrowArray", "struct ArrowArray"), ("FFI_ArrowSchema", "struct ArrowSchema")];
    let rename = rename.map(|(from, to)| (from.to_owned(), to.to_owned()));
    // Texts stand behind a pointer to void, so no signature leads to their type.
    let include = vec!["cxm_text".to_owned()];
    let rename = HashMap::from(rename);
    let config = cbindgen::Config {
        language: cbindgen::Language::C,
        cpp_compat: true,
        header: Some(conventions()),
        include_guard: Some("CXM_H".to_owned()),
        autogen_warning: Some(
            "/* Generated from the Rust source of cxm-ffi. Do not edit. */".to_owned(),
        ),
        no_includes: true,
        after_includes: Some(format!("#include <stddef.h>\n#include <stdint.h>\n\n{}", macros())),
        documentation_style: cbindgen::DocumentationStyle::C99,
        line_length: 100,
        tab_width: 4,
        usize_is_size_t: true,
        style: cbindgen::Style::Both,
        sort_by: cbindgen::SortKey::None,
        export: cbindgen::ExportConfig { include, rename, ..Default::default() },
        defines: HashMap::from([("feature = arrow".to_owned(), "CXM_ARROW".to_owned())]),
        ..Default::default()
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bindings =
        cbindgen::Builder::new().with_crate(root).with_config(config).generate().unwrap();
    let mut header = Vec::new();
    bindings.write(&mut header);
    let header = String::from_utf8(header).unwrap();
    header.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn the_header_is_what_the_source_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/cxm.h");
    let generated = generated();
    if std::env::var_os("CXM_BLESS").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(
        committed == generated,
        "include/cxm.h is stale: CXM_BLESS=1 cargo test -p cxm-ffi --test header"
    );
}
