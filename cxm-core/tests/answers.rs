//! Late answers joined to their contact: against all pairs, in any order of rows, and golden cases.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_cmp,
    reason = "a test may stop at the first surprise"
)]

use cxm_core::calculator::batch::Times;
use cxm_core::journey::answers::{
    AnswerColumns, AnswerOutcome, AnswerReference, AnswerRule, JoinedAnswers, KeptAnswer,
    join_answers,
};
use cxm_core::prelude::*;
use cxm_core::registry::answer_rule;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A contact or an answer; an answer has a score.
#[derive(Debug, Clone, Default, PartialEq)]
struct Row {
    customer: Option<i64>,
    touchpoint: Option<i64>,
    object: Option<i64>,
    time: Option<i64>,
    score: Option<f64>,
}

fn keys(values: impl Iterator<Item = Option<i64>>) -> Vec<KeyPart> {
    values.map(|value| value.map_or(KeyPart::Missing, KeyPart::from)).collect()
}

fn timed(times: &(Vec<i64>, Vec<u8>)) -> Times<'_> {
    Times { values: &times.0, validity: Some(Validity::Bytes(&times.1)) }
}

fn coded<'a>(codes: &'a [u32], keys: &'a [KeyPart]) -> KeyColumn<'a> {
    KeyColumn::coded(&codes[..keys.len()], keys)
}

fn join(contacts: &[Row], answers: &[Row], rule: &AnswerRule) -> JoinedAnswers {
    let codes: Vec<u32> = (0u32..).take(contacts.len().max(answers.len())).collect();
    let columns = |rows: &[Row]| {
        [
            keys(rows.iter().map(|row| row.customer)),
            keys(rows.iter().map(|row| row.touchpoint)),
            keys(rows.iter().map(|row| row.object)),
        ]
    };
    let times = |rows: &[Row]| -> (Vec<i64>, Vec<u8>) {
        rows.iter().map(|row| (row.time.unwrap_or(0), u8::from(row.time.is_some()))).unzip()
    };
    let (ours, theirs) = (columns(contacts), columns(answers));
    let (our_times, their_times) = (times(contacts), times(answers));
    let scores: Vec<f64> = answers.iter().map(|row| row.score.unwrap_or(f64::NAN)).collect();
    let mut events =
        Events::new(coded(&codes, &ours[0]), coded(&codes, &ours[1]), timed(&our_times));
    events.objects = Some(coded(&codes, &ours[2]));
    let mut given =
        AnswerColumns::new(coded(&codes, &theirs[0]), timed(&their_times), scores.as_slice());
    given.touchpoints = Some(coded(&codes, &theirs[1]));
    given.objects = Some(coded(&codes, &theirs[2]));
    join_answers(&events, &given, rule).unwrap()
}

/// The same by going over all pairs.
fn of_all_pairs(contacts: &[Row], answers: &[Row], rule: &AnswerRule) -> (Vec<f64>, Vec<usize>) {
    let mut kept: Vec<Option<&Row>> = vec![None; contacts.len()];
    let mut counts = vec![0; AnswerOutcome::ALL.len()];
    for answer in answers {
        let object = answer.object.filter(|_| rule.by != AnswerReference::Touchpoint);
        let touchpoint = answer.touchpoint.filter(|_| rule.by != AnswerReference::Object);
        let known = answer.customer.is_some() && answer.time.is_some() && answer.score.is_some();
        let fits = |row: &Row| {
            row.customer == answer.customer
                && row.time.is_some_and(|time| time <= answer.time.unwrap())
                && (object.is_none() || row.object == object)
                && (touchpoint.is_none() || row.touchpoint == touchpoint)
        };
        let key = |at: &usize| {
            let row: &Row = &contacts[*at];
            (row.time, row.touchpoint, row.object, *at)
        };
        let outcome = if !known {
            AnswerOutcome::Missing
        } else if object.is_none() && touchpoint.is_none() {
            AnswerOutcome::WithoutReference
        } else {
            match (0..contacts.len()).filter(|&at| fits(&contacts[at])).max_by_key(key) {
                None => AnswerOutcome::Unmatched,
                Some(at)
                    if rule.within.is_some_and(|within| {
                        answer.time.unwrap() - contacts[at].time.unwrap() > within
                    }) =>
                {
                    AnswerOutcome::OutOfWindow
                }
                Some(at) => match kept[at] {
                    None => {
                        kept[at] = Some(answer);
                        AnswerOutcome::Joined
                    }
                    Some(other) => {
                        let later = (answer.time, answer.score) > (other.time, other.score);
                        if later == (rule.keep == KeptAnswer::Last) {
                            kept[at] = Some(answer);
                        }
                        AnswerOutcome::Replaced
                    }
                },
            }
        };
        counts[AnswerOutcome::ALL.iter().position(|it| *it == outcome).unwrap()] += 1;
    }
    (kept.iter().map(|it| it.map_or(f64::NAN, |row| row.score.unwrap())).collect(), counts)
}

fn row(scored: bool) -> impl Strategy<Value = Row> {
    let key = |most: i64, weight| prop::option::weighted(weight, 0..most);
    (key(4, 0.95), key(3, 0.8), key(3, 0.5), key(60, 0.95), key(11, 0.95)).prop_map(
        move |(customer, touchpoint, object, time, score)| Row {
            customer,
            touchpoint,
            object,
            time,
            score: score.filter(|_| scored).map(|score| f64::from(i32::try_from(score).unwrap())),
        },
    )
}

fn rule() -> impl Strategy<Value = AnswerRule> {
    let by = prop::sample::select(vec![
        AnswerReference::All,
        AnswerReference::Object,
        AnswerReference::Touchpoint,
    ]);
    let keep = prop::sample::select(vec![KeptAnswer::Last, KeptAnswer::First]);
    (prop::option::of(0..40i64), by, keep).prop_map(|(within, by, keep)| AnswerRule {
        within,
        by,
        keep,
    })
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.iter().map(|it| it.to_bits()).eq(b.iter().map(|it| it.to_bits()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn answers_find_what_going_over_all_pairs_finds(
        contacts in prop::collection::vec(row(false), 0..40),
        answers in prop::collection::vec(row(true), 0..40),
        rule in rule(),
    ) {
        let found = join(&contacts, &answers, &rule);
        let (scores, counts) = of_all_pairs(&contacts, &answers, &rule);
        prop_assert!(same(&found.scores, &scores), "{:?} {scores:?}", found.scores);
        let report = found.report;
        let named = [
            report.joined,
            report.replaced,
            report.out_of_window,
            report.unmatched,
            report.without_reference,
            report.missing,
        ];
        let counts: Vec<u64> = counts.iter().map(|&count| count as u64).collect();
        prop_assert_eq!(named.to_vec(), counts);
        prop_assert_eq!(named.iter().sum::<u64>(), report.answers);
        let scored = found.scores.iter().filter(|score| !score.is_nan()).count();
        prop_assert_eq!(report.joined, scored as u64);
        for (contact, outcome) in found.contacts.iter().zip(&found.outcomes) {
            let about = matches!(outcome, AnswerOutcome::Joined | AnswerOutcome::Replaced);
            prop_assert_eq!(contact.is_some(), about);
        }
    }

    #[test]
    fn any_order_of_rows_gives_the_same_scores(
        contacts in prop::collection::vec(row(false), 0..40),
        answers in prop::collection::vec(row(true), 0..40),
        rule in rule(),
        order in prop::collection::vec(any::<u32>(), 80),
    ) {
        // Distinct contacts: the first of those that are the same stays.
        let mut distinct: Vec<Row> = Vec::new();
        for row in contacts {
            if !distinct.contains(&row) {
                distinct.push(row);
            }
        }
        let mut shuffled: Vec<usize> = (0..distinct.len()).collect();
        shuffled.sort_by_key(|&at| order[at]);
        let mut others: Vec<usize> = (0..answers.len()).collect();
        others.sort_by_key(|&at| order[40 + at]);
        let moved: Vec<Row> = shuffled.iter().map(|&at| distinct[at].clone()).collect();
        let asked: Vec<Row> = others.iter().map(|&at| answers[at].clone()).collect();
        let (plain, mixed) = (join(&distinct, &answers, &rule), join(&moved, &asked, &rule));
        let back: Vec<f64> = shuffled.iter().map(|&at| plain.scores[at]).collect();
        prop_assert!(same(&back, &mixed.scores));
        prop_assert_eq!(plain.report, mixed.report);
        for (&at, contact) in others.iter().zip(&mixed.contacts) {
            prop_assert_eq!(plain.contacts[at], contact.map(|contact| shuffled[contact]));
        }
    }
}

fn column(table: &Value, name: &str) -> Option<Vec<KeyPart>> {
    table.get(name).map(|values| serde_json::from_value(values.clone()).unwrap())
}

fn numbers(table: &Value, name: &str) -> Vec<Option<f64>> {
    serde_json::from_value(table[name].clone()).unwrap()
}

#[allow(clippy::cast_possible_truncation, reason = "times are whole")]
fn joined(case: &Value) -> Result<JoinedAnswers> {
    let (contacts, answers) = (&case["contacts"], &case["answers"]);
    let rule = answer_rule(&case["join"])?;
    let codes: Vec<u32> = (0..200).collect();
    let times = |table: &Value| -> (Vec<i64>, Vec<u8>) {
        let times = numbers(table, "times");
        times.iter().map(|it| (it.unwrap_or(0.0) as i64, u8::from(it.is_some()))).unzip()
    };
    let ours = ["customers", "touchpoints", "objects", "event_ids"].map(|it| column(contacts, it));
    let theirs = ["customers", "touchpoints", "objects"].map(|it| column(answers, it));
    let (our_times, their_times) = (times(contacts), times(answers));
    let scores: Vec<f64> =
        numbers(answers, "scores").iter().map(|it| it.unwrap_or(f64::NAN)).collect();
    let mut events = Events::new(
        coded(&codes, ours[0].as_ref().unwrap()),
        coded(&codes, ours[1].as_ref().unwrap()),
        timed(&our_times),
    );
    (events.objects, events.event_ids) = (
        ours[2].as_deref().map(|keys| coded(&codes, keys)),
        ours[3].as_deref().map(|keys| coded(&codes, keys)),
    );
    let who = coded(&codes, theirs[0].as_ref().unwrap());
    let mut given = AnswerColumns::new(who, timed(&their_times), scores.as_slice());
    (given.touchpoints, given.objects) = (
        theirs[1].as_deref().map(|keys| coded(&codes, keys)),
        theirs[2].as_deref().map(|keys| coded(&codes, keys)),
    );
    join_answers(&events, &given, &rule)
}

#[test]
fn reference_values() {
    let text = include_str!("golden/journey/answers.json");
    let cases: Vec<Value> = serde_json::from_str(text).unwrap();
    assert!(cases.len() > 8);
    for case in &cases {
        let found = match (joined(case), case.get("error")) {
            (Ok(found), None) => found,
            (Err(error), Some(kind)) => {
                assert_eq!(kind, error.kind().name(), "{}: {error}", case["id"]);
                if let Some(field) = case.get("field") {
                    assert_eq!(field.as_str(), error.field(), "{}", case["id"]);
                }
                continue;
            }
            (other, _) => panic!("{}: {other:?}", case["id"]),
        };
        let scores: Vec<Option<f64>> =
            found.scores.iter().map(|it| Some(*it).filter(|it| !it.is_nan())).collect();
        let expected = &case["expected"];
        assert_eq!(scores, numbers(expected, "scores"), "{}", case["id"]);
        let names: Vec<&str> = found.outcomes.iter().map(|it| it.name()).collect();
        assert_eq!(json!(names), expected["outcomes"], "{}", case["id"]);
        assert_eq!(json!(found.contacts), expected["contacts"], "{}", case["id"]);
        assert_eq!(json!(found.report), expected["report"], "{}", case["id"]);
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let contacts = Events::new([1].as_slice(), ["shop"].as_slice(), [1].as_slice());
    let times = [1];
    let answers = AnswerColumns::new([1].as_slice(), times.as_slice(), [f64::INFINITY].as_slice());
    let rule = AnswerRule::within(1);
    let error = join_answers(&contacts, &answers, &rule).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidObservation, Some("scores")));
    for (rule, field) in [
        (json!({"within": "a day"}), "within"),
        (json!({"within": 1, "by": "guess"}), "by"),
        (json!({"within": 1, "keep": "mean"}), "keep"),
        (json!({"within": 1, "days": 3}), "days"),
    ] {
        assert_eq!(answer_rule(&rule).unwrap_err().field(), Some(field));
    }
}
