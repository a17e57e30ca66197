//! Late answers, joined to the contact that they are about.
//!
//! # What it measures
//! Which contact an answer belongs to that came hours or days after it: by what it was about, or by
//! where it was. It gives the column of scores that the contacts lack, and says what became of each
//! answer.
//!
//! # Formula
//! ```text
//! candidates   contacts of the same customer, at the answer's time or before, that agree with the
//!              answer in its references: its object, its touchpoint, or both
//! contact      the latest candidate: by time, then event id, touchpoint, object, row
//! joined       time of the answer − time of the contact ≤ within
//! kept         of several answers of one contact the last, or the first: by time, then score, row
//! ```
//! Which references count is part of the rule: all that the answer has, the object alone, or the
//! touchpoint alone.
//!
//! # Input
//! [`Events`] as contacts, of which customer, touchpoint, time and where known object and event id
//! are read; and [`AnswerColumns`].
//!
//! # Empty and edge cases
//! An answer at the time of its contact is joined, and so is one exactly `within` after it. One
//! without customer, time or score is `missing`, one without any reference that the rule reads is
//! `without_reference`; one whose latest contact is too long ago is `out_of_window`; one without
//! any candidate is `unmatched`, also when all its contacts came later. Contacts without customer
//! or time get no answer and are counted. Each answer has one outcome, so the counts add up.
//!
//! # Merging
//! It is a function of two sets of rows and no state. The order of rows makes no difference where
//! contacts differ in time, event id, touchpoint or object; answers that found more than one
//! contact at the same time are counted as ties.
//!
//! # Uncertainty
//! None. Scores come through as they are. There is no mean of several answers of one contact: it
//! would count as one answer where there were several, and a score is kept in millionths, which a
//! mean need not be.
//!
//! # Not to be confused with
//! [`ResponseLedger`](crate::survey::ResponseLedger), which answers count where customers answer
//! twice; here each contact may have an answer of its own.
//!
//! # Source
//! A join "as of" the time of the answer, as databases of time series have it.
//!
//! # Example
//! ```
//! use cxm_core::journey::answers::{AnswerColumns, AnswerOutcome, AnswerRule, join_answers};
//! use cxm_core::prelude::*;
//!
//! const DAY: i64 = 86_400_000_000;
//! let mut contacts = Events::new(
//!     ["ann", "ann", "bob"].as_slice(),
//!     ["order", "call", "order"].as_slice(),
//!     [0, 2 * DAY, 3 * DAY].as_slice(),
//! );
//! let answers = AnswerColumns {
//!     touchpoints: Some(["order", "call", "call"].as_slice().into()),
//!     ..AnswerColumns::new(
//!         ["ann", "ann", "bob"].as_slice(),
//!         [DAY, 20 * DAY, 4 * DAY].as_slice(),
//!         [9.0, 3.0, 5.0].as_slice(),
//!     )
//! };
//! let joined = join_answers(&contacts, &answers, &AnswerRule::within(7 * DAY))?;
//! assert_eq!(joined.contacts, [Some(0), None, None]);
//! assert_eq!(joined.outcomes[1], AnswerOutcome::OutOfWindow);
//! assert_eq!((joined.report.joined, joined.report.unmatched), (1, 1));
//!
//! contacts.scores = Some(joined.scores.as_slice().into());
//! let mut journeys = Journeys::default();
//! journeys.update(contacts)?;
//! assert_eq!(journeys.journeys()[0].mean_score, Some(9.0));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::key_table::{KeyTable, NONE};
use crate::calculator::batch::{Events, KeyColumn, Times, Values};
use crate::error::{Error, Result};

/// Which references of an answer say what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum AnswerReference {
    /// All that it has: object, touchpoint, or both.
    #[default]
    All,
    /// Its object, at whichever touchpoint.
    Object,
    /// Its touchpoint, whatever it was about there.
    Touchpoint,
}

/// Which of several answers of one contact counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum KeptAnswer {
    /// The last one; of answers at the same time the one with the highest score.
    #[default]
    Last,
    /// The first one; of answers at the same time the one with the lowest score.
    First,
}

/// How answers find their contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct AnswerRule {
    /// The longest time from a contact to its answer, in microseconds; `None` for any.
    pub within: Option<i64>,
    /// Which references count.
    #[cfg_attr(feature = "serde", serde(default))]
    pub by: AnswerReference,
    /// Which of several answers of one contact counts.
    #[cfg_attr(feature = "serde", serde(default))]
    pub keep: KeptAnswer,
}

impl AnswerRule {
    /// Answers within this time of their contact, by all their references; the last one counts.
    pub fn within(microseconds: i64) -> Self {
        Self { within: Some(microseconds), by: AnswerReference::All, keep: KeptAnswer::Last }
    }

    /// Refuses a time below 0.
    pub fn validate(&self) -> Result<()> {
        match self.within {
            Some(within) if within < 0 => {
                let message = format!("expected a time of 0 or more, got {within}");
                Err(Error::argument(message).in_field("within"))
            }
            _ => Ok(()),
        }
    }
}

/// One answer a row.
#[derive(Debug, Clone, Copy)]
pub struct AnswerColumns<'a> {
    /// Whose answer.
    pub customers: KeyColumn<'a>,
    /// When it was given, microseconds since 1970.
    pub times: Times<'a>,
    /// What was answered.
    pub scores: Values<'a>,
    /// What it is about: an order, a ticket.
    pub objects: Option<KeyColumn<'a>>,
    /// At which touchpoint it was asked about.
    pub touchpoints: Option<KeyColumn<'a>>,
}

impl<'a> AnswerColumns<'a> {
    /// Answers without a reference yet.
    pub fn new(
        customers: impl Into<KeyColumn<'a>>,
        times: impl Into<Times<'a>>,
        scores: impl Into<Values<'a>>,
    ) -> Self {
        Self {
            customers: customers.into(),
            times: times.into(),
            scores: scores.into(),
            objects: None,
            touchpoints: None,
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.times.values.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.times.values.is_empty()
    }

    fn check_shape(&self) -> Result<()> {
        let rows = self.len();
        let keys = [
            ("customers", Some(&self.customers)),
            ("objects", self.objects.as_ref()),
            ("touchpoints", self.touchpoints.as_ref()),
        ];
        for (field, column) in keys {
            column.map_or(Ok(()), |column| column.check(field, rows))?;
        }
        self.times.check("times", rows)?;
        self.scores.check("scores", rows)
    }
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum AnswerOutcome {
    /// It is the score of its contact.
    Joined,
    /// Another answer is the score of its contact.
    Replaced,
    /// Its contact is too long ago.
    OutOfWindow,
    /// It has no contact at its time or before.
    Unmatched,
    /// It does not say what it is about.
    WithoutReference,
    /// It has no customer, no time or no score.
    Missing,
}

impl AnswerOutcome {
    /// All of them, in their order.
    pub const ALL: [Self; 6] = [
        Self::Joined,
        Self::Replaced,
        Self::OutOfWindow,
        Self::Unmatched,
        Self::WithoutReference,
        Self::Missing,
    ];

    /// The name in `snake_case`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Replaced => "replaced",
            Self::OutOfWindow => "out_of_window",
            Self::Unmatched => "unmatched",
            Self::WithoutReference => "without_reference",
            Self::Missing => "missing",
        }
    }
}

/// What became of all answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AnswersReport {
    /// Answers.
    pub answers: u64,
    /// Those that are the score of a contact.
    pub joined: u64,
    /// Those whose contact has another answer as its score.
    pub replaced: u64,
    /// Those whose contact is too long ago.
    pub out_of_window: u64,
    /// Those without a contact at their time or before.
    pub unmatched: u64,
    /// Those that do not say what they are about.
    pub without_reference: u64,
    /// Those without customer, time or score.
    pub missing: u64,
    /// Those that found several contacts at the same latest time.
    pub ties: u64,
    /// Contacts.
    pub contacts: u64,
    /// Contacts without customer or time, which get no answer.
    pub missing_contacts: u64,
    /// How answers found their contact.
    pub rule: AnswerRule,
}

/// Answers and contacts, brought together.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinedAnswers {
    /// The score of each contact; NaN where it has none.
    pub scores: Vec<f64>,
    /// The row of the contact that each answer is about, if it has one.
    pub contacts: Vec<Option<usize>>,
    /// What became of each answer.
    pub outcomes: Vec<AnswerOutcome>,
    /// How many of which.
    pub report: AnswersReport,
}

/// Whose, about what, where, when: what contacts are ordered and found by.
type Place = (u32, u32, u32, i64);

/// The numbers of the keys of contacts and answers.
#[derive(Debug)]
struct Rows {
    customers: Vec<u32>,
    objects: Vec<u32>,
    touchpoints: Vec<u32>,
    times: Vec<Option<i64>>,
}

impl Rows {
    fn place(&self, row: usize, object: bool, touchpoint: bool) -> Option<Place> {
        let known = |numbers: &[u32]| numbers.get(row).copied().filter(|&number| number != NONE);
        Some((
            known(&self.customers)?,
            if object { known(&self.objects)? } else { NONE },
            if touchpoint { known(&self.touchpoints)? } else { NONE },
            self.times.get(row).copied().flatten()?,
        ))
    }

    fn has(&self, numbers: &[u32], row: usize) -> bool {
        numbers.get(row).is_some_and(|&number| number != NONE)
    }
}

/// Contacts and answers by the same numbers, and the order among contacts at the same place.
#[derive(Debug)]
struct Numbered {
    contacts: Rows,
    answers: Rows,
    ranks: Vec<[u32; 3]>,
}

impl Numbered {
    fn read(contacts: &Events<'_>, answers: &AnswerColumns<'_>) -> Result<Self> {
        let mut tables: [KeyTable; 4] = Default::default();
        let [customers, objects, touchpoints, ids] = &mut tables;
        let number = |table: &mut KeyTable, field, column: Option<&KeyColumn<'_>>, rows| {
            let numbers = column.map(|column| table.number_column(column)).transpose();
            let numbers = numbers.map_err(|error| error.in_field(field))?;
            Ok::<_, Error>(numbers.unwrap_or_else(|| vec![NONE; rows]))
        };
        let rows = contacts.len();
        let ours = Rows {
            customers: number(customers, "customers", Some(&contacts.customers), rows)?,
            objects: number(objects, "objects", contacts.objects.as_ref(), rows)?,
            touchpoints: number(touchpoints, "touchpoints", Some(&contacts.touchpoints), rows)?,
            times: (0..rows).map(|row| contacts.times.get(row)).collect(),
        };
        let ids = (number(ids, "event_ids", contacts.event_ids.as_ref(), rows)?, ids.places());
        let rows = answers.len();
        let theirs = Rows {
            customers: number(customers, "customers", Some(&answers.customers), rows)?,
            objects: number(objects, "objects", answers.objects.as_ref(), rows)?,
            touchpoints: number(touchpoints, "touchpoints", answers.touchpoints.as_ref(), rows)?,
            times: (0..rows).map(|row| answers.times.get(row)).collect(),
        };
        let (touchpoints, objects) = (touchpoints.places(), objects.places());
        // Nothing comes before the first key.
        let rank = |places: &[u32], numbers: &[u32], row: usize| {
            let place = numbers.get(row).and_then(|&number| places.get(number as usize));
            place.map_or(0, |place| place.saturating_add(1))
        };
        let ranks = (0..contacts.len()).map(|row| {
            [
                rank(&ids.1, &ids.0, row),
                rank(&touchpoints, &ours.touchpoints, row),
                rank(&objects, &ours.objects, row),
            ]
        });
        Ok(Self { ranks: ranks.collect(), contacts: ours, answers: theirs })
    }

    /// The contacts that have these references, in their order.
    fn index(&self, object: bool, touchpoint: bool) -> Vec<(Place, [u32; 3], usize)> {
        let ranks = self.ranks.iter().copied().enumerate();
        let place =
            |(row, ranks)| Some((self.contacts.place(row, object, touchpoint)?, ranks, row));
        let mut index: Vec<_> = ranks.filter_map(place).collect();
        index.sort_unstable();
        index
    }
}

/// The contact of an answer, and whether another one was there at the same time.
fn latest(index: &[(Place, [u32; 3], usize)], answer: Place) -> Option<(i64, usize, bool)> {
    let after = index.partition_point(|(place, ..)| *place <= answer);
    let mut before = index.get(..after)?.iter().rev();
    let (place, _, row) = before.next()?;
    let same = |it: &Place| (it.0, it.1, it.2) == (answer.0, answer.1, answer.2);
    let tied = before.next().is_some_and(|(other, ..)| other == place);
    same(place).then_some((place.3, *row, tied))
}

/// The answers of contacts, and the score that counts for each.
struct Join<'a> {
    rule: &'a AnswerRule,
    scores: Vec<f64>,
    found: JoinedAnswers,
}

impl Join<'_> {
    fn set(&mut self, row: usize, outcome: AnswerOutcome) {
        if let Some(place) = self.found.outcomes.get_mut(row) {
            *place = outcome;
        }
    }

    /// Joins the answers that have these references; one is out of the game once it has a contact.
    fn join(&mut self, rows: &Numbered, answers: &[usize], object: bool, touchpoint: bool) {
        if answers.is_empty() {
            return;
        }
        let index = rows.index(object, touchpoint);
        for &row in answers {
            let Some(place) = rows.answers.place(row, object, touchpoint) else { continue };
            let outcome = match latest(&index, place) {
                None => AnswerOutcome::Unmatched,
                Some((time, contact, tied)) => {
                    self.found.report.ties += u64::from(tied);
                    let late = place.3.saturating_sub(time);
                    if self.rule.within.is_some_and(|within| late > within) {
                        AnswerOutcome::OutOfWindow
                    } else {
                        if let Some(place) = self.found.contacts.get_mut(row) {
                            *place = Some(contact);
                        }
                        AnswerOutcome::Joined
                    }
                }
            };
            self.set(row, outcome);
        }
    }

    /// Of several answers of one contact, one stays.
    fn keep(&mut self, times: &[Option<i64>]) {
        let score = |row: usize| self.scores.get(row).copied().unwrap_or(f64::NAN);
        let time = |row: usize| times.get(row).copied().flatten();
        let joined = self.found.contacts.iter().enumerate();
        let mut pairs: Vec<(usize, usize)> =
            joined.filter_map(|(row, contact)| Some(((*contact)?, row))).collect();
        pairs.sort_unstable_by(|a, b| {
            let scores = score(a.1).total_cmp(&score(b.1));
            (a.0, time(a.1)).cmp(&(b.0, time(b.1))).then(scores).then(a.1.cmp(&b.1))
        });
        let scores: Vec<f64> = pairs.iter().map(|pair| score(pair.1)).collect();
        let mut from = 0;
        for group in pairs.chunk_by(|a, b| a.0 == b.0) {
            let kept = match self.rule.keep {
                KeptAnswer::First => 0,
                KeptAnswer::Last => group.len() - 1,
            };
            for (at, &(contact, row)) in group.iter().enumerate() {
                if at != kept {
                    self.set(row, AnswerOutcome::Replaced);
                } else if let (Some(place), Some(score)) =
                    (self.found.scores.get_mut(contact), scores.get(from + at))
                {
                    *place = *score;
                }
            }
            from += group.len();
        }
    }

    fn count(&mut self) {
        let report = &mut self.found.report;
        for outcome in &self.found.outcomes {
            let count = match outcome {
                AnswerOutcome::Joined => &mut report.joined,
                AnswerOutcome::Replaced => &mut report.replaced,
                AnswerOutcome::OutOfWindow => &mut report.out_of_window,
                AnswerOutcome::Unmatched => &mut report.unmatched,
                AnswerOutcome::WithoutReference => &mut report.without_reference,
                AnswerOutcome::Missing => &mut report.missing,
            };
            *count += 1;
        }
    }
}

/// The scores, NaN where there are none.
fn read_scores(scores: &Values<'_>) -> Result<Vec<f64>> {
    let read = |row| {
        let score = scores.number(row);
        if score.is_infinite() {
            let message = format!("expected a finite score, got {score}");
            return Err(Error::observation(message).in_field("scores").at_row(row));
        }
        Ok(score)
    };
    (0..scores.len()).map(read).collect()
}

/// Joins each answer to the contact that it is about.
pub fn join_answers(
    contacts: &Events<'_>,
    answers: &AnswerColumns<'_>,
    rule: &AnswerRule,
) -> Result<JoinedAnswers> {
    rule.validate()?;
    contacts.check_shape().map_err(|error| error.within("contacts"))?;
    answers.check_shape().map_err(|error| error.within("answers"))?;
    let scores = read_scores(&answers.scores).map_err(|error| error.within("answers"))?;
    let rows = Numbered::read(contacts, answers)?;
    let missing =
        (0..contacts.len()).filter(|&row| rows.contacts.place(row, false, false).is_none());
    let report = AnswersReport {
        answers: answers.len() as u64,
        joined: 0,
        replaced: 0,
        out_of_window: 0,
        unmatched: 0,
        without_reference: 0,
        missing: 0,
        ties: 0,
        contacts: contacts.len() as u64,
        missing_contacts: missing.count() as u64,
        rule: *rule,
    };
    let mut join = Join {
        rule,
        scores,
        found: JoinedAnswers {
            scores: vec![f64::NAN; contacts.len()],
            contacts: vec![None; answers.len()],
            outcomes: vec![AnswerOutcome::Missing; answers.len()],
            report,
        },
    };
    let (mut by_object, mut by_touchpoint, mut by_both) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..answers.len() {
        let scored = join.scores.get(row).is_some_and(|score| !score.is_nan());
        if !scored || rows.answers.place(row, false, false).is_none() {
            continue;
        }
        let object =
            rows.answers.has(&rows.answers.objects, row) && rule.by != AnswerReference::Touchpoint;
        let touchpoint =
            rows.answers.has(&rows.answers.touchpoints, row) && rule.by != AnswerReference::Object;
        match (object, touchpoint) {
            (true, true) => by_both.push(row),
            (true, false) => by_object.push(row),
            (false, true) => by_touchpoint.push(row),
            (false, false) => join.set(row, AnswerOutcome::WithoutReference),
        }
    }
    join.join(&rows, &by_both, true, true);
    join.join(&rows, &by_object, true, false);
    join.join(&rows, &by_touchpoint, false, true);
    join.keep(&rows.answers.times);
    join.count();
    Ok(join.found)
}
