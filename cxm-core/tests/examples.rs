//! The examples that a newcomer runs first: their cards are read back and compared with a naive
//! recount of the files, and their errors say what to do.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]
#![allow(clippy::duplicate_mod, reason = "both examples include their common support")]

#[path = "examples/journeys.rs"]
mod journeys;
#[path = "examples/pictures.rs"]
mod pictures;
#[allow(dead_code, reason = "its main function is not called here")]
#[path = "../examples/quickstart/main.rs"]
mod quickstart;
#[path = "examples/retention.rs"]
mod retention;
#[path = "examples/subscriptions.rs"]
mod subscriptions;
#[allow(dead_code, reason = "its main function is not called here")]
#[path = "../examples/survey_report/main.rs"]
mod survey_report;
#[path = "examples/value.rs"]
mod value;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

type Row = BTreeMap<String, String>;

const WIDTH: usize = 100;

/// The rows of a file of the company.
fn rows_of(name: &str) -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/company/data");
    let mut reader = csv::Reader::from_path(folder.join(name)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// The rows of the company's answers, the last of each customer and wave.
fn answers() -> Vec<Row> {
    let rows = rows_of("responses.csv");
    let key = |row: &Row| (row["customer"].clone(), row["wave"].clone());
    let last: BTreeMap<_, _> = rows.iter().enumerate().map(|(n, row)| (key(row), n)).collect();
    let kept = rows.iter().enumerate().filter(|(n, row)| last[&key(row)] == *n);
    kept.map(|(_, row)| row.clone()).collect()
}

/// A whole rating on a scale.
fn rating(row: &Row, column: &str, scale: std::ops::RangeInclusive<i32>) -> Option<i32> {
    row[column].parse().ok().filter(|rating| scale.contains(rating))
}

/// −1, 0 or 1 for a detractor, a passive or a promoter.
fn class(row: &Row) -> Option<f64> {
    Some(match rating(row, "recommend", 0..=10)? {
        0..=6 => -1.0,
        7..=8 => 0.0,
        _ => 1.0,
    })
}

/// The mean of the values that there are, and their number.
fn mean(values: impl Iterator<Item = Option<f64>>) -> (f64, usize) {
    let values: Vec<f64> = values.flatten().collect();
    (values.iter().sum::<f64>() / values.len() as f64, values.len())
}

fn quickstart_card(colour: bool) -> String {
    let mut page = quickstart::support::page::Page::new(colour);
    quickstart::Card::write(&mut page).unwrap();
    page.text().to_owned()
}

/// The lines of a section, from its heading to the next.
fn section<'a>(card: &'a str, heading: &str) -> Vec<&'a str> {
    let start = format!("── {heading} ─");
    let lines = card.lines().skip_while(|line| !line.starts_with(&start)).skip(1);
    let lines: Vec<_> = lines.take_while(|line| !line.starts_with("── ")).collect();
    assert!(!lines.is_empty(), "no section {heading}");
    lines
}

/// The words of the line of a table that begins with this name.
fn line<'a>(lines: &[&'a str], name: &str) -> Vec<&'a str> {
    let found = lines.iter().find(|line| line.trim_start().starts_with(&format!("{name} ")));
    let words = found.unwrap_or_else(|| panic!("no line {name} in {lines:#?}")).trim_start();
    words[name.len()..].split_whitespace().collect()
}

fn thousands(number: usize) -> String {
    if number < 1000 {
        number.to_string()
    } else {
        format!("{},{:03}", number / 1000, number % 1000)
    }
}

#[test]
fn the_score_and_its_classes_are_those_of_a_recount() {
    let (card, rows) = (quickstart_card(false), answers());
    let lines = section(&card, "Would you recommend us?");
    let (net, number) = mean(rows.iter().map(class));
    let score = format!("  NPS {:+.2}   from {} answers", 100.0 * net, thousands(number));
    assert!(lines.contains(&score.as_str()), "{score} in {lines:#?}");
    for (name, wanted) in [("promoters", 1.0), ("passives", 0.0), ("detractors", -1.0)] {
        let count = rows.iter().filter(|row| class(row) == Some(wanted)).count();
        let share = format!("{:.1}", 100.0 * count as f64 / number as f64);
        assert_eq!(line(&lines, name)[1..3], [thousands(count), share]);
    }
    let histogram = (0..=10).map(|wanted| {
        rows.iter().filter(|row| rating(row, "recommend", 0..=10) == Some(wanted)).count()
    });
    let histogram: Vec<String> = histogram.map(|count| count.to_string()).collect();
    assert!(lines.iter().any(|l| l.split_whitespace().skip(1).eq(&histogram)), "{histogram:?}");

    let cells = |what: &str| rows.iter().filter(|row| row["recommend"] == what).count();
    let invalid =
        rows.iter().filter(|row| ["11", "-1"].contains(&row["recommend"].as_str())).count();
    let excluded = format!(
        "  Not counted: {} missing, {} don't know, {invalid} off the scale, {} not a whole \
         number and 26 second answers.",
        cells(""),
        cells("99"),
        cells("7.5"),
    );
    let words: Vec<_> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
    assert!(words.join(" ").contains(excluded.trim()), "{excluded} in {lines:#?}");
}

#[test]
fn satisfaction_effort_and_weights_are_those_of_a_recount() {
    let (card, rows) = (quickstart_card(false), answers());
    let lines = section(&card, "All questions");
    let top = |row: &Row| rating(row, "satisfaction", 1..=5).map(|r| f64::from(u8::from(r >= 4)));
    let (share, number) = mean(rows.iter().map(top));
    assert_eq!(line(&lines, "CSAT")[..2], [thousands(number), format!("{:.1}", 100.0 * share)]);
    let effort = |row: &Row| rating(row, "effort", 1..=7).map(f64::from);
    let (effort, number) = mean(rows.iter().map(effort));
    assert_eq!(line(&lines, "CES")[..2], [thousands(number), format!("{effort:.2}")]);
    let weight = |row: &Row| row["weight"].parse::<f64>().unwrap();
    let sum = |value: &dyn Fn(&Row) -> Option<f64>| rows.iter().filter_map(value).sum::<f64>();
    let net =
        sum(&|row| Some(class(row)? * weight(row))) / sum(&|row| class(row).map(|_| weight(row)));
    assert_eq!(line(&lines, "NPS, weighted")[1], format!("{:+.1}", 100.0 * net));
}

#[test]
fn index_and_response_rate_are_those_of_a_recount() {
    let (card, rows) = (quickstart_card(false), answers());
    let lines = section(&card, "All questions");
    let net = |column: &str| {
        let class = |row: &Row| match rating(row, column, 1..=5)? {
            1..=2 => Some(-100.0),
            3 => Some(0.0),
            _ => Some(100.0),
        };
        mean(rows.iter().map(class)).0
    };
    let index = (net("ease") + net("effectiveness") + net("emotion")) / 3.0;
    assert_eq!(line(&lines, "CX index")[1], format!("{index:+.1}"));
    let invitations = rows_of("invitations.csv");
    let answered = |row: &Row| Some(if row["answered_at"].is_empty() { 0.0 } else { 100.0 });
    let (rate, number) = mean(invitations.iter().map(answered));
    assert_eq!(line(&lines, "response rate")[..2], [thousands(number), format!("{rate:.1}")]);
    // Had all others said 0, or all said 10.
    let (score, answers) = mean(rows.iter().map(class));
    let (asked, silent) = (number as f64, (number - answers) as f64);
    let bound = |class: f64| 100.0 * (score * answers as f64 + class * silent) / asked;
    let bounds = line(&section(&card, "Would you recommend us?"), "bounds").join(" ");
    let expected = format!("{:+.1} … {:+.1} ", bound(-1.0), bound(1.0));
    assert!(bounds.starts_with(&expected), "{expected} in {bounds}");
}

#[test]
fn the_same_customers_are_those_of_a_recount() {
    let (card, rows) = (quickstart_card(false), answers());
    let lines = section(&card, "The same customers in both waves");
    let waves = ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"];
    for pair in waves.windows(2) {
        let of = |wave: &str| -> BTreeMap<&String, f64> {
            let rows = rows.iter().filter(|row| row["wave"] == wave);
            rows.filter_map(|row| Some((&row["customer"], class(row)?))).collect()
        };
        let (then, now) = (of(pair[0]), of(pair[1]));
        let moves: Vec<f64> =
            then.iter().filter_map(|(who, old)| Some(now.get(who)? - old)).collect();
        let (change, number) = mean(moves.iter().map(|step| Some(100.0 * step)));
        let up = moves.iter().filter(|step| **step > 0.0).count().to_string();
        let down = moves.iter().filter(|step| **step < 0.0).count().to_string();
        let expected = [thousands(number), up, down, format!("{change:+.1}")];
        assert_eq!(line(&lines, &format!("{} to {}", pair[0], pair[1]))[..4], expected);
    }
}

#[test]
fn second_answers_are_counted_as_their_rule_says() {
    let (card, all) = (quickstart_card(false), rows_of("responses.csv"));
    let lines = section(&card, "Who answered twice");
    let mut first: BTreeMap<(&String, &String), f64> = BTreeMap::new();
    for row in all.iter().rev() {
        if let Some(class) = class(row) {
            first.insert((&row["customer"], &row["wave"]), class);
        }
    }
    let every: Vec<f64> = all.iter().filter_map(class).collect();
    let cases = [
        ("every answer counts", mean(every.iter().map(|class| Some(*class)))),
        ("the first of a wave counts", mean(first.values().map(|class| Some(*class)))),
        ("the last of a wave counts", mean(answers().iter().map(class))),
    ];
    for (name, (net, number)) in cases {
        let duplicates = (every.len() - number).to_string();
        let expected = [thousands(number), duplicates, format!("{:+.2}", 100.0 * net)];
        assert_eq!(line(&lines, name)[..3], expected, "{name}");
    }
}

#[test]
fn every_table_is_that_of_a_recount() {
    let (card, rows) = (quickstart_card(false), answers());
    let net = |row: &Row| class(row).map(|class| 100.0 * class);
    let effort = |row: &Row| rating(row, "effort", 1..=7).map(f64::from);
    let top =
        |row: &Row| rating(row, "satisfaction", 1..=5).map(|r| if r >= 4 { 100.0 } else { 0.0 });
    type Tables<'a> =
        [(&'a str, &'a str, &'a dyn Fn(&Row) -> Option<f64>, &'a dyn Fn(f64) -> String); 3];
    let points = |value: f64| format!("{value:+.1}");
    let tables: Tables<'_> = [
        ("NPS by segment", "segment", &net, &points),
        ("CES by channel", "channel", &effort, &|value| format!("{value:.2}")),
        ("CSAT by stage of the journey", "stage", &top, &|value| format!("{value:.1}")),
    ];
    for (heading, column, value, show) in tables {
        let lines = section(&card, heading);
        let names: std::collections::BTreeSet<&String> =
            rows.iter().map(|row| &row[column]).collect();
        assert!(names.len() > 3);
        for name in names {
            let group = rows.iter().filter(|row| row[column] == *name);
            let (score, number) = mean(group.map(value));
            assert_eq!(
                line(&lines, name)[..2],
                [thousands(number), show(score)],
                "{heading}: {name}"
            );
        }
    }
    let office = |row: &&Row| row["segment"] == "office";
    let lines = section(&card, "The smallest segment over time: office");
    for wave in ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"] {
        let group = rows.iter().filter(office).filter(|row| row["wave"] == wave);
        let (score, number) = mean(group.map(net));
        assert_eq!(line(&lines, wave)[..2], [thousands(number), points(score)], "{wave}");
    }
    let lines = section(&card, "The segment office in 2026Q2, by channel");
    for channel in ["app", "phone", "post", "store", "web"] {
        let group = rows.iter().filter(office);
        let group = group.filter(|row| row["wave"] == "2026Q2" && row["channel"] == channel);
        let (_, number) = mean(group.map(net));
        assert_eq!(line(&lines, channel)[0] == "not", number < 5, "{channel}: {number} answers");
    }
}

#[test]
fn the_action_is_found_and_not_overstated() {
    let (card, rows) = (quickstart_card(false), answers());
    let lines = section(&card, "Before and after the action");
    let after = |row: &Row| row["wave"].as_str() >= "2025Q4";
    let net = |subscriber: bool, later: bool| {
        let group = rows.iter().filter(|row| (row["segment"] == "subscriber") == subscriber);
        100.0 * mean(group.filter(|row| after(row) == later).map(class)).0
    };
    for (name, subscriber) in [("subscriber", true), ("all others", false)] {
        let (then, now) = (net(subscriber, false), net(subscriber, true));
        let expected = [then, now, now - then].map(|points| format!("{points:+.1}"));
        assert_eq!(line(&lines, name)[1..4], expected, "{name}");
    }
    // The truth is 18 points; the sentence gives an interval that holds it and leaves out 0.
    let found = section(&card, "What to conclude").join(" ");
    let (_, limits) = found.split_once("(95 % interval ").unwrap();
    let (lower, rest) = limits.split_once(" … ").unwrap();
    let lower: f64 = lower.parse().unwrap();
    let upper: f64 = rest.split(',').next().unwrap().parse().unwrap();
    assert!(0.0 < lower && lower < 18.0 && 18.0 < upper, "{lower} … {upper}");
}

#[test]
fn shards_and_retraction_come_out_equal() {
    let card = quickstart_card(false);
    let lines = section(&card, "The same rows, the same bytes");
    assert_eq!(lines.iter().filter(|line| line.starts_with("  = ")).count(), 3, "{lines:#?}");
    assert!(!card.contains('≠'));
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    let (plain, colour) = (quickstart_card(false), quickstart_card(true));
    assert!(!plain.contains('\x1b') && colour.contains("\x1b[1m"));
    let mut stripped = String::new();
    for (position, part) in colour.split('\x1b').enumerate() {
        let text = if position == 0 { part } else { part.split_once('m').unwrap().1 };
        stripped.push_str(text);
    }
    let trimmed: Vec<_> = stripped.lines().map(str::trim_end).collect();
    assert_eq!(trimmed, plain.lines().collect::<Vec<_>>());
}

#[test]
fn colour_is_for_terminals_that_do_not_decline_it() {
    use survey_report::support::page::wants_colour;
    assert!(wants_colour(true, None) && wants_colour(true, Some(OsStr::new(""))));
    assert!(!wants_colour(true, Some(OsStr::new("1"))));
    assert!(!wants_colour(false, None));
}

#[test]
fn the_card_fits_its_page() {
    // `run` looks at the width of every report; names this long do not occur in the others.
    let mut content = String::from("score,the name of a team\n");
    for n in 0..60 {
        let names =
            ["a name that is longer than any table has room for", "short", "d\u{e9}j\u{e0} vu"];
        content.push_str(&format!("{},{}\n", n % 11, names[n % 3]));
    }
    let words = ["--score", "score", "--by", "the name of a team", "--level", "0.999"];
    let (_, card) = report("long names", &content, &words);
    assert!(card.contains("a name that is longer…") && card.contains("99.9 % interval"), "{card}");
    let words = ["--score", "score", "--scale", "0..10", "--metric", "csat", "--help"];
    assert!(report("help", SMALL, &words).1.contains("--min-responses K"));

    for line in quickstart_card(false).lines() {
        assert!(line.chars().count() <= WIDTH, "{line}");
    }
}

/// A file of this content; `name` keeps the tests apart.
fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.csv"));
    std::fs::write(&path, content).unwrap();
    path
}

fn run(path: &Path, words: &[&str]) -> Result<String, String> {
    let mut page = survey_report::support::page::Page::new(false);
    let words = words.iter().map(OsString::from);
    let words = std::iter::once(path.as_os_str().to_owned()).chain(words);
    survey_report::run(words, &mut page).map_err(|error| error.to_string())?;
    let text = page.text().to_owned();
    let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    assert!(widest <= WIDTH, "{text}");
    Ok(text)
}

/// Writes the file and runs the report; the file's name comes first.
fn report(name: &str, content: &str, words: &[&str]) -> (String, String) {
    let path = file(name, content);
    (path.display().to_string(), run(&path, words).unwrap_or_else(|error| error))
}

#[test]
fn the_airline_is_read_on_its_scale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/airline/airline-satisfaction.csv");
    if !path.exists() {
        return;
    }
    let card = run(&path, &["--score", "nps", "--scale", "1..11", "--by", "status"]).unwrap();
    let lines: Vec<_> = card.lines().collect();
    assert!(card.contains("NPS -18.12   from 1,065 answers"), "{card}");
    for (name, answers) in [("promoters", "238"), ("passives", "396"), ("detractors", "431")] {
        assert_eq!(line(&lines, name)[1], answers);
    }
    assert!(card.contains("Nothing was left out."));

    let wrong = run(&path, &["--score", "nps", "--scale", "0..10"]).unwrap();
    assert!(wrong.contains("Off the scale 0..10: 23 answers of 11."), "{wrong}");
    assert!(wrong.contains("nobody answered 0"), "{wrong}");
    assert!(wrong.contains("Try --scale 1..11"), "{wrong}");
    assert!(wrong.contains("Not counted: 23 off the scale."), "{wrong}");
}

const SMALL: &str = "score,team\n10,a\n9,a\n3,b\n7,b\n,b\n";

#[test]
fn errors_say_what_is_wrong_and_what_to_do() {
    let score = &["--score", "score"][..];
    let cases: &[(&str, &str, &[&str], &str)] = &[
        (
            "missing column",
            SMALL,
            &["--score", "nps"],
            "no column \"nps\"; its columns are score, team",
        ),
        ("missing group", SMALL, &["--score", "score", "--by", "x"], "its columns are score, team"),
        ("twice", "score,score\n1,2\n", score, "more than one column \"score\""),
        ("empty", "", score, "is empty: it has no header line"),
        ("ragged", "score,team\n1,a\n2\n", score, "line 3: 1 cell, but the header line has 2"),
        (
            "text",
            "score\n1\nten\nten\n",
            score,
            "2 cells of column \"score\" are not a number: \"ten\" (2 ×, first on line 3)",
        ),
        ("no score", SMALL, &[], "--score COLUMN"),
        ("metric", SMALL, &["--score", "score", "--metric", "nsp"], "there are nps, csat, ces"),
        ("scale", SMALL, &["--score", "score", "--scale", "ten"], "--scale is written 0..10"),
        (
            "no such scale",
            SMALL,
            &["--score", "score", "--scale", "2..9"],
            "there is one on 0..=10",
        ),
        ("preset", SMALL, &["--score", "score", "--preset", "x"], "the presets are standard"),
        (
            "contradiction",
            SMALL,
            &["--score", "score", "--preset", "faces", "--scale", "0..10"],
            "leave one of them out",
        ),
        ("level", SMALL, &["--score", "score", "--level", "95"], "0.95 for 95 %"),
        (
            "code",
            SMALL,
            &["--score", "score", "--missing-codes", "7"],
            "7 is a rating on the scale",
        ),
        ("option", SMALL, &["--score", "score", "--colour"], "--colour"),
    ];
    for (name, content, words, expected) in cases {
        let error = run(&file(name, content), words).expect_err(name);
        assert!(error.contains(expected), "{name}: {error}");
    }
    let error = run(Path::new("no/such/file.csv"), score).unwrap_err();
    assert!(error.contains("cannot read no/such/file.csv"), "{error}");
    let error = run(&file("latin1", b"score\n1\n\xe9\n"), score).unwrap_err();
    assert!(error.contains("line 3: this is not UTF-8"), "{error}");
    let error = run(&file("utf16", b"\xff\xfes\0"), score).unwrap_err();
    assert!(error.contains("UTF-16"), "{error}");
}

#[test]
fn the_form_of_the_file_does_not_change_the_figures() {
    let words = &["--score", "score", "--by", "team"];
    let figures = |card: String| -> Vec<String> {
        card.lines().skip_while(|l| !l.starts_with("  NPS +")).map(str::to_owned).collect()
    };
    let plain = figures(run(&file("plain", SMALL), words).unwrap());
    assert!(plain.len() > 10, "{plain:?}");
    let forms = [
        ("bom", format!("\u{feff}{SMALL}"), "byte order mark"),
        ("semicolons", SMALL.replace(',', ";"), "separated by \";\""),
        ("tabs", SMALL.replace(',', "\t"), "separated by \"tab\""),
        ("windows", SMALL.replace('\n', "\r\n"), ""),
        ("blanks", SMALL.replace(',', " , "), ""),
    ];
    for (name, content, note) in forms {
        let card = run(&file(name, content), words).unwrap();
        assert!(card.contains(note), "{name}: {card}");
        assert_eq!(figures(card), plain, "{name}");
    }
}

#[test]
fn what_is_not_a_rating_is_counted_by_its_reason() {
    let content = "score\n10\n9\n8\n99\n99\nNA\n\n\"\"\n7.5\n11\n-1\n0\n";
    let (_, card) = report("codes", content, &["--score", "score", "--missing-codes", "99,NA"]);
    assert!(card.contains("NPS +25.00   from 4 answers"), "{card}");
    let expected =
        "Not counted: 2 missing, 2 don't know, 2 off the scale and 1 not a whole number.";
    assert!(card.contains(expected), "{card}");
    assert!(card.contains("Off the scale 0..10: 1 answer of -1 and 1 answer of 11."), "{card}");

    let (_, card) = report("undeclared", content, &["--score", "score", "--missing-codes", "NA"]);
    assert!(card.contains("--missing-codes 99"), "{card}");
}

#[test]
fn small_groups_are_not_shown_nor_given_away() {
    let mut content = String::from("score,team\n");
    for (team, answers) in [("large", 20), ("middle", 8), ("small", 3)] {
        (0..answers).for_each(|n| content.push_str(&format!("{},{team}\n", n % 11)));
    }
    let words = ["--score", "score", "--by", "team", "--min-responses", "5"];
    let (_, card) = report("suppressed", &content, &words);
    let lines: Vec<_> = card.lines().collect();
    assert_eq!(line(&lines, "small").join(" "), "not shown: below threshold");
    assert_eq!(line(&lines, "middle").join(" "), "not shown: complementary");
    assert_eq!(line(&lines, "large")[0], "20");
    let words = ["--score", "score", "--min-responses", "50"];
    let (_, card) = report("all suppressed", &content, &words);
    assert!(
        card.contains("31 answers: fewer than --min-responses") && !card.contains("NPS +"),
        "{card}"
    );
}

#[test]
fn every_metric_and_every_preset_makes_a_card() {
    let content = "score,team\n1,a\n1,b\n1,a\n1,b\n"; // 1 is on every scale
    for metric in ["nps", "csat", "ces", "star_rating"] {
        let (_, list) = report(
            "presets",
            content,
            &["--score", "score", "--metric", metric, "--preset", "list"],
        );
        let names: Vec<_> = list.lines().filter(|l| !l.starts_with("   ")).collect();
        let names: Vec<_> = names.iter().filter_map(|l| l.split_whitespace().next()).collect();
        assert!(names.len() > 1, "{list}");
        for name in names {
            let words = ["--score", "score", "--metric", metric, "--preset", name, "--by", "team"];
            let path = file(&format!("{metric}{name}"), content);
            let card =
                run(&path, &words).unwrap_or_else(|error| panic!("{metric} {name}: {error}"));
            assert!(card.contains("from 4 answers") && card.contains("By team"), "{name}: {card}");
        }
    }
}
