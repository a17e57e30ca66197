//! Logs of other systems: what is read, what is lost, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

#[path = "fuzz/interchange.rs"]
#[allow(unreachable_pub, reason = "public where libFuzzer's crate uses it")]
mod fuzz;

use cxm_core::ErrorKind;
use cxm_core::calculator::table::{ColumnData, Table};
use cxm_core::interchange::{InteractionLog, ReadRules, csv, ocel, segment, xdm, xes};
use cxm_core::registry::interactions::{FORMATS, read};
use proptest::prelude::*;
use serde_json::{Value, json};

fn log(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/logs/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

/// A column as JSON has it.
fn column(table: &Table, name: &str) -> Value {
    let column = table.column(name).unwrap();
    let cell = |row: usize| -> Value {
        if !column.is_present(row) {
            return Value::Null;
        }
        match column.data() {
            ColumnData::Keys(keys) => serde_json::to_value(&keys[row]).unwrap(),
            ColumnData::Integers(values) => values[row].into(),
            ColumnData::Floats(values) => values[row].into(),
            ColumnData::Texts(values) => values[row].as_ref().into(),
            other => panic!("{}", other.type_name()),
        }
    };
    (0..table.len()).map(cell).collect()
}

#[test]
fn every_format_is_read_as_its_case_says() {
    let text = log("readings.json");
    let cases: Value = serde_json::from_slice(&text).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    for case in cases {
        let bytes = log(case["file"].as_str().unwrap());
        let (table, report) =
            read(case["format"].as_str().unwrap(), &bytes, &case["options"]).unwrap();
        for (name, expected) in case["columns"].as_object().unwrap() {
            assert_eq!(&column(&table, name), expected, "{}: {name}", case["name"]);
        }
        assert_eq!(report, case["report"], "{}", case["name"]);
    }
    for format in FORMATS {
        assert!(cases.iter().any(|case| case["format"] == format.name), "{}", format.name);
    }
}

#[test]
fn under_a_strict_rule_the_first_odd_record_is_named() {
    for (format, file, options, field, row) in [
        (
            "csv",
            "contacts.csv",
            json!({"delimiter": ";", "customer": "Kunde", "touchpoint": "Kontakt", "time": "Zeit"}),
            "customer",
            3,
        ),
        ("xes", "orders.xes", json!({}), "time", 4),
        ("ocel", "shop-ocel.json", json!({"customer_type": "customer"}), "customer", 1),
        ("segment", "visits-segment.jsonl", json!({}), "value", 4),
        ("xdm", "visits-xdm.json", json!({}), "customer", 3),
    ] {
        let mut options = options;
        options["invalid"] = "error".into();
        let error = read(format, &log(file), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidObservation, "{error}");
        assert_eq!((error.field(), error.row()), (Some(field), Some(row)), "{error}");
        assert!(error.to_string().starts_with(format), "{error}");
    }
}

#[test]
fn a_wrong_option_is_named() {
    let field = |format: &str, options: Value| {
        let error = read(format, b"", &options).unwrap_err();
        (error.kind(), error.field().unwrap_or_default().to_owned())
    };
    let wrong = ErrorKind::InvalidArgument;
    assert_eq!(field("csv", json!({"custumer": "id"})), (wrong, "custumer".to_owned()));
    assert_eq!(field("csv", json!({"customer": 7})), (wrong, "customer".to_owned()));
    assert_eq!(field("xes", json!({"duplicates": "never"})), (wrong, "duplicates".to_owned()));
    let undefined = ErrorKind::InvalidDefinition;
    assert_eq!(field("csv", json!({"delimiter": "é"})), (undefined, "delimiter".to_owned()));
    assert_eq!(field("csv", json!({"score": "s"})), (undefined, "observation".to_owned()));
    assert_eq!(field("csv", json!({"decimals": 10})), (undefined, "decimals".to_owned()));
    assert_eq!(field("ocel", json!({})), (undefined, "customer_type".to_owned()));
    assert_eq!(read("parquet", b"", &Value::Null).unwrap_err().kind(), ErrorKind::NotFound);
    let upside_down = json!({"kind": "nps", "scale": {"lowest": 10, "highest": 0}});
    let options = json!({"score": "s", "observation": upside_down});
    assert_eq!(field("csv", options), (undefined, "scale".to_owned()));
}

#[test]
fn a_text_of_another_format_is_refused() {
    let csv = |text: &str| csv::read(text.as_bytes(), &Default::default(), &Default::default());
    let missing = csv("customer,touchpoint\nann,checkout\n").unwrap_err();
    assert_eq!((missing.kind(), missing.field()), (ErrorKind::WrongBatch, Some("time")));
    let twice = csv("customer,customer,touchpoint,time\n").unwrap_err();
    assert_eq!(twice.field(), Some("customer"));
    assert!(csv("").is_err());
    let xes = |text: &str| xes::read(text.as_bytes(), &Default::default(), &Default::default());
    let wrong = [
        "",
        "customer,touchpoint",
        "<log>",
        "<log></trace>",
        "<trace/>",
        "<log/><log/>",
        "</log>",
        "<log><trace><event><string key=\"a\" value=\"&lol;\"/></event></trace></log>",
        "<log><trace><event><string key=\"a\" value=\"b/></event></trace></log>",
    ];
    for text in wrong {
        let error = xes(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongBatch, "{text}: {error}");
    }
    assert_eq!(xes("<log/>").unwrap(), InteractionLog::default());
    let ocel = |text: &str| {
        ocel::read(text.as_bytes(), &ocel::OcelMapping::of_customers("c"), &Default::default())
    };
    for text in ["", "[]", "{}", "{\"events\": []}", "{\"events\": {}, \"objects\": []}"] {
        assert_eq!(ocel(text).unwrap_err().kind(), ErrorKind::WrongBatch, "{text}");
    }
    let unknown = ocel("{\"events\": [], \"objects\": []}").unwrap_err();
    assert_eq!((unknown.kind(), unknown.field()), (ErrorKind::NotFound, Some("customer_type")));
    for text in ["{", "{\"type\":}", "nonsense"] {
        let segment = segment::read(text.as_bytes(), &Default::default(), &Default::default());
        assert_eq!(segment.unwrap_err().kind(), ErrorKind::WrongBatch, "{text}");
    }
    for format in FORMATS {
        let options =
            json!(if format.name == "ocel" { json!({"customer_type": "c"}) } else { json!({}) });
        let error = read(format.name, b"ann\xff", &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongBatch);
        assert!(error.message().contains("byte 3"), "{error}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_name() {
    let text = "\u{feff}customer,touchpoint,time\nann,checkout,2024-05-01\n";
    let reading = csv::read(text.as_bytes(), &Default::default(), &Default::default()).unwrap();
    assert_eq!(reading.interactions.len(), 1);
}

/// Depth, width and length that nobody writes by hand: refused or read in bounds, and soon.
#[test]
fn hostile_texts_are_refused_or_bounded() {
    let rules = ReadRules::default();
    let deep = "[".repeat(200_000);
    assert!(segment::read(deep.as_bytes(), &Default::default(), &rules).is_err());
    assert!(xdm::read(deep.as_bytes(), &Default::default(), &rules).is_err());
    let deep = format!("{{\"events\": {}", "{\"a\":".repeat(200_000));
    assert!(xdm::read(deep.as_bytes(), &Default::default(), &rules).is_err());
    // Nesting in XML costs no recursion: it is read to its end.
    let open = "<string key=\"k\" value=\"v\">".repeat(200_000);
    let close = "</string>".repeat(200_000);
    let deep = format!("<log><trace><event>{open}{close}</event></trace></log>");
    let reading = xes::read(deep.as_bytes(), &Default::default(), &rules).unwrap();
    assert_eq!(reading.report.unmapped.of("(nested)"), 199_999);
    // Attributes of one element, whose names could be compared pair by pair.
    let many: String = (0..200_000).map(|n| format!(" a{n}=\"\"")).collect();
    let wide = format!("<log><trace><event><string{many}/></event></trace></log>");
    assert!(xes::read(wide.as_bytes(), &Default::default(), &rules).is_ok());
    // A document type that expands: entities are not.
    let bomb = "<!DOCTYPE log [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>\
                <log><string key=\"k\" value=\"&b;\"/></log>";
    assert!(xes::read(bomb.as_bytes(), &Default::default(), &rules).is_err());
    // Names and ids of any length and number.
    let long = "n".repeat(1_000_000);
    let text = format!("customer,touchpoint,time,{long}\n{long},t,2024-05-01,x\n");
    let report = csv::read(text.as_bytes(), &Default::default(), &rules).unwrap().report;
    assert_eq!((report.skipped.of("too_long"), report.unmapped.total()), (1, 1));
    let fields: String = (0..100_000).map(|n| format!("\"f{n}\": 1, ")).collect();
    let text = format!("{{\"type\": \"track\", \"{long}\": {{{fields} \"z\": 1}}}}");
    let report = segment::read(text.as_bytes(), &Default::default(), &rules).unwrap().report;
    assert_eq!(report.unmapped.total(), 100_001);
    assert!(report.unmapped.iter().count() <= 257);
}

#[test]
fn an_event_of_everybody_is_left_out() {
    let customers: Vec<_> = (0..300).map(|n| json!({"id": n.to_string(), "type": "c"})).collect();
    let all: Vec<_> = (0..300).map(|n| json!({"objectId": n.to_string()})).collect();
    let some: Vec<_> = all.iter().take(256).cloned().collect();
    let mut objects = customers;
    objects.push(json!({"id": "hub", "type": "hub", "relationships": all}));
    let event = |id: &str, to: Value| json!({"id": id, "type": "t", "time": "2024-05-01", "relationships": to});
    let through = json!([{"objectId": "hub"}, {"objectId": "hub"}]);
    let log = json!({"objects": objects, "events": [event("a", all.clone().into()), event("b", some.into()), event("c", through)]});
    let mapping =
        ocel::OcelMapping { through_objects: true, ..ocel::OcelMapping::of_customers("c") };
    let reading = ocel::read(log.to_string().as_bytes(), &mapping, &ReadRules::default()).unwrap();
    assert_eq!((reading.interactions.len(), reading.report.repeated), (256, 255));
    assert_eq!(reading.report.skipped.of("too_many_customers"), 2);
}

#[test]
fn aliases_that_lead_nowhere_stay() {
    let identify =
        |user: &str, alias: &str| json!({"type": "alias", "userId": user, "previousId": alias});
    let track = |id: &str| json!({"type": "track", "event": "e", "anonymousId": id, "timestamp": "2024-05-01"});
    // c is b is a; x and y are each other; a device is shared.
    let messages = json!([
        identify("a", "b"),
        identify("b", "c"),
        identify("x", "y"),
        identify("y", "x"),
        identify("a", "device"),
        identify("d", "device"),
        track("a"),
        track("b"),
        track("c"),
        track("x"),
        track("device"),
        track("nobody"),
    ]);
    let rules = ReadRules { resolve_aliases: true, ..ReadRules::default() };
    let text = messages.to_string();
    let reading = segment::read(text.as_bytes(), &Default::default(), &rules).unwrap();
    let customers: Vec<_> = reading.interactions.iter().map(|it| it.customer.as_str()).collect();
    assert_eq!(customers, ["a", "a", "a", "x", "device", "nobody"]);
    assert_eq!(reading.report.resolved, 2);
}

#[test]
fn the_erased_are_left_out_under_every_name_and_counted() {
    let identify =
        |user: &str, alias: &str| json!({"type": "alias", "userId": user, "previousId": alias});
    let track = |id: &str| json!({"type": "track", "event": "e", "anonymousId": id, "timestamp": "2024-05-01"});
    let messages =
        json!([track("phone"), track("ann"), track("bob"), identify("ann", "phone")]).to_string();
    let erased = vec!["ann".to_owned()];
    let read = |resolve_aliases| {
        let rules = ReadRules { resolve_aliases, erased: erased.clone(), ..ReadRules::default() };
        segment::read(messages.as_bytes(), &Default::default(), &rules).unwrap()
    };
    for (resolve_aliases, left) in [(true, vec!["bob"]), (false, vec!["phone", "bob"])] {
        let reading = read(resolve_aliases);
        let customers: Vec<_> = reading.interactions.iter().map(|it| &*it.customer).collect();
        assert_eq!(customers, left);
        assert!(reading.customers.is_empty());
        let report = reading.report;
        assert_eq!(report.skipped.of("erased_customer"), 3 - left.len() as u64);
        let skipped = report.skipped.total();
        assert_eq!(report.records + report.repeated, report.interactions + skipped);
        assert_eq!(report.resolved, 0);
    }
    let nobody = ReadRules { erased: vec![" ".to_owned()], ..ReadRules::default() };
    assert_eq!(nobody.validate().unwrap_err().field(), Some("erased"));
}

#[test]
fn logs_stay_lawful_when_they_are_damaged() {
    let files =
        ["contacts.csv", "orders.xes", "shop-ocel.json", "visits-segment.jsonl", "visits-xdm.json"];
    let mut seed = 1u64;
    let mut below = |limit: usize| {
        // A linear congruential generator is enough to damage texts.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % limit.max(1)
    };
    let texts: Vec<_> = files.iter().map(|file| log(file)).collect();
    for text in &texts {
        fuzz::check(text);
    }
    for round in 0..1_000 {
        let mut text = texts[round % texts.len()].clone();
        for _ in 0..=below(4) {
            let (at, length) = (below(text.len()), below(40));
            let end = (at + length).min(text.len());
            match below(4) {
                0 => drop(text.drain(at..end)),
                1 => {
                    let piece = text[at..end].to_vec();
                    let to = below(text.len());
                    text.splice(to..to, piece);
                }
                2 => text[at] = b"\"{}[]<>&,;:/=0\n\xff"[below(16)],
                _ => {
                    let donor = &texts[below(texts.len())];
                    let from = below(donor.len());
                    let piece = donor[from..(from + length).min(donor.len())].to_vec();
                    text.splice(at..end, piece);
                }
            }
        }
        fuzz::check(&text);
    }
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,3}",
        "[0-9]{1,3}(\\.[0-9]{0,3})?",
        Just("2024-05-01T09:00:00Z".to_owned()),
        "[ \",;\n\r<&é]{0,4}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever the cells are, every row is accounted for and what is read is what stands there.
    #[test]
    fn every_row_is_accounted_for(rows in prop::collection::vec(prop::collection::vec(cell(), 5), 0..20)) {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(["customer", "touchpoint", "time", "value", "rest"]).unwrap();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let text = writer.into_inner().unwrap();
        let mapping = csv::CsvMapping { value: Some("value".to_owned()), ..Default::default() };
        let reading = csv::read(&text, &mapping, &ReadRules::default()).unwrap();
        let report = &reading.report;
        prop_assert_eq!(report.records, rows.len() as u64);
        prop_assert_eq!(report.records, report.interactions + report.skipped.total());
        let rest = rows.iter().filter(|row| !row[4].is_empty()).count();
        prop_assert_eq!(report.unmapped.of("rest"), rest as u64);
        let whole = |row: &&Vec<String>| {
            !row[0].trim().is_empty() && !row[1].trim().is_empty() && row[2].starts_with("2024")
        };
        let expected: Vec<_> = rows.iter().filter(whole).map(|row| row[0].trim()).collect();
        let found: Vec<_> = reading.interactions.iter().map(|it| it.customer.as_str()).collect();
        prop_assert_eq!(found, expected);
        let given = rows.iter().filter(whole).filter(|row| !row[3].trim().is_empty()).count();
        let values = reading.interactions.iter().filter(|it| it.value.is_some()).count();
        prop_assert_eq!(values as u64 + report.unreadable.of("value"), given as u64);
    }

    /// The same events come out of every format that can hold them.
    #[test]
    fn formats_agree(events in prop::collection::vec(("[a-d]", "[p-z]{1,4}", 0i64..2_000_000_000), 0..30)) {
        let time = |seconds: i64| {
            let (day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
            let date = cxm_core::model::time::format_day(day);
            format!("{date}T{:02}:{:02}:{:02}Z", rest / 3_600, rest / 60 % 60, rest % 60)
        };
        let mut csv_text = "customer,touchpoint,time\n".to_owned();
        let mut xes_text = "<log>".to_owned();
        let (mut track, mut xdm_events, mut ocel_events) = (Vec::new(), Vec::new(), Vec::new());
        for (customer, touchpoint, seconds) in &events {
            let at = time(*seconds);
            csv_text += &format!("{customer},{touchpoint},{at}\n");
            xes_text += &format!("<trace><string key='concept:name' value='{customer}'/><event><string key='concept:name' value='{touchpoint}'/><date key='time:timestamp' value='{at}'/></event></trace>");
            track.push(json!({"type": "track", "userId": customer, "event": touchpoint, "timestamp": at}));
            xdm_events.push(json!({"eventType": touchpoint, "timestamp": at, "identityMap": {"I": [{"id": customer}]}}));
            ocel_events.push(json!({"type": touchpoint, "time": at, "relationships": [{"objectId": customer}]}));
        }
        xes_text += "</log>";
        let objects: Vec<_> = ["a", "b", "c", "d"].map(|id| json!({"id": id, "type": "c"})).into();
        let ocel_text = json!({"objects": objects, "events": ocel_events}).to_string();
        let rules = ReadRules::default();
        let expected = csv::read(csv_text.as_bytes(), &Default::default(), &rules).unwrap();
        prop_assert_eq!(expected.interactions.len(), events.len());
        for (interaction, event) in expected.interactions.iter().zip(&events) {
            prop_assert_eq!(interaction.at, event.2 * 1_000_000);
        }
        prop_assert_eq!(&xes::read(xes_text.as_bytes(), &Default::default(), &rules).unwrap(), &expected);
        let mapping = ocel::OcelMapping::of_customers("c");
        prop_assert_eq!(&ocel::read(ocel_text.as_bytes(), &mapping, &rules).unwrap(), &expected);
        let text = Value::from(track).to_string();
        prop_assert_eq!(&segment::read(text.as_bytes(), &Default::default(), &rules).unwrap(), &expected);
        let text = Value::from(xdm_events).to_string();
        prop_assert_eq!(&xdm::read(text.as_bytes(), &Default::default(), &rules).unwrap(), &expected);
    }
}
