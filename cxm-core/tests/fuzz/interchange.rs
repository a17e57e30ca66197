//! What must hold for any bytes that are taken for a log.

use cxm_core::calculator::table::Table;
use cxm_core::registry::interactions::{FORMATS, read};
use serde_json::{Value, json};

/// Options that lead everywhere.
fn options(format: &str) -> [Value; 2] {
    let observation = json!({"kind": "nps", "scale": {"lowest": 0, "highest": 10}});
    let more = match format {
        "csv" => json!({
            "delimiter": ";", "customer": "Kunde", "touchpoint": "Kontakt", "time": "Zeit",
            "value": "Betrag", "score": "Note", "observation": observation,
        }),
        "xes" => json!({
            "customer": "buyer", "transitions": ["complete"], "score": "satisfaction",
            "observation": observation, "duplicates": "drop",
        }),
        "ocel" => json!({
            "customer_type": "customer", "object_type": "order", "through_objects": true,
            "value": "total",
        }),
        "segment" => json!({
            "resolve_aliases": true, "duplicates": "drop", "erased": ["ann"],
        }),
        _ => json!({
            "namespace": "CRMID", "resolve_aliases": true, "duplicates": "drop",
            "erased": ["c-17"],
        }),
    };
    let plain = if format == "ocel" { json!({"customer_type": "customer"}) } else { json!({}) };
    [plain, more]
}

fn number(report: &Value, name: &str) -> u64 {
    report[name].as_u64().expect("a count")
}

fn check_reading(table: &Table, report: &Value) {
    let skipped = report["skipped"].as_object().expect("counts").values();
    let skipped: u64 = skipped.map(|count| count.as_u64().expect("a count")).sum();
    let interactions = number(report, "interactions");
    assert_eq!(interactions, table.len() as u64);
    assert_eq!(number(report, "records") + number(report, "repeated"), interactions + skipped);
    assert!(number(report, "resolved") <= interactions);
    for name in ["skipped", "unreadable", "rounded", "unmapped"] {
        let counts = report[name].as_object().expect("counts");
        assert!(counts.len() <= 257);
        assert!(counts.keys().all(|name| !name.is_empty() && name.len() <= 80));
    }
    for name in ["customer", "touchpoint"] {
        let keys = table.column(name).expect("a column").keys().expect("keys");
        assert!(keys.iter().all(|key| !key.to_string().is_empty()));
    }
}

/// Reads the bytes as every format, under every set of options: a lawful reading or an error.
pub fn check(bytes: &[u8]) {
    for format in FORMATS {
        for options in options(format.name) {
            if let Ok((table, report)) = read(format.name, bytes, &options) {
                check_reading(&table, &report);
                let again = read(format.name, bytes, &options).expect("read before");
                assert_eq!((table, report), again);
            }
            let mut strict = options.clone();
            strict["invalid"] = "error".into();
            // Strict readings are those that had nothing to leave out for being odd.
            if let (Ok((_, strict)), Ok((_, plain))) =
                (read(format.name, bytes, &strict), read(format.name, bytes, &options))
            {
                assert_eq!(strict, plain);
            }
        }
    }
}
