//! Response rate: how many of the invited answered.
//!
//! # What it measures
//! How far a survey reaches, and how many non-respondents its score says nothing about.
//!
//! # Formula
//! ```text
//! by invitation   answered / invited, both of the invitations sent in the pane     0..=1
//! by window       arrived / invited: answers that came in the pane over invitations sent in it
//! non_respondents = invited − answered
//! ```
//! A pane is `pane_days` long and the first begins at `origin`. With `close_after_days`, an answer
//! later than that after its invitation is `late` and does not count as an answer, in either way.
//!
//! # Input
//! [`Invitations`]: when each invitation was sent and when it was answered, microseconds since
//! 1970. An answer belongs to its invitation however late it comes, so a pane's rate by invitation
//! still rises after the pane has ended; an invitation that was updated is retracted and sent
//! again.
//!
//! # Empty and edge cases
//! Without an invitation the rate is `None`. An invitation that was answered before it was sent is
//! counted as `invalid` and left out, or refused under a strict rule. By window the rate can pass
//! 1, and it is no share of anything: it has no interval.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state is four counts a pane, at most `max_panes`.
//!
//! # Uncertainty
//! Wilson for the rate by invitation. What non-respondents would have said is another matter: give
//! `non_respondents` to the score's `non_response_bounds`.
//!
//! # Not to be confused with
//! The completion rate, over those who opened the survey; the delivery rate of the invitations.
//!
//! # Source
//! AAPOR (2023), *Standard Definitions*, RR1 with all cases eligible; Wilson (1927), JASA 22;
//! Manski (1989), Journal of Human Resources 24, for the bounds.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let day = 86_400_000_000;
//! let mut rate = ResponseRate::default();
//! rate.update(Invitations {
//!     invited_at: &[0, 0, day, 40 * day],
//!     answered_at: &[2 * day, 35 * day, 0, 41 * day],
//!     answered: Some(Validity::Bytes(&[1, 1, 0, 1])),
//! })?;
//! let report = rate.value();
//! assert_eq!((report.score, report.non_respondents), (Some(0.75), 1));
//! // In the second pane of 30 days one invitation was sent, and two answers came.
//! assert_eq!((report.panes[1].invited, report.panes[1].arrived), (1, 2));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::BTreeMap;

use crate::calculator::batch::{Invitations, same_length};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::groups::group_of_row;
use crate::calculator::{
    Calculator, Definition, Kind, Merge, Preset, Report, Retract, State, Update, UpdateByGroup,
    checked_difference, checked_sum, same_definition,
};
use crate::error::{Error, Result};
use crate::model::InvalidRule;
use crate::model::time::{MICROSECONDS_PER_DAY, pane};
use crate::stats::{
    Comparison, Estimate, Interval, IntervalOptions, Method, Scored, Share, comparison,
    confidence_sequence, proportion,
};

/// Monday, 5 January 1970, 00:00 UTC.
const A_MONDAY: i64 = 4 * MICROSECONDS_PER_DAY;
/// Panes that a state may hold unless declared.
pub const DEFAULT_MAX_PANES: u64 = 100_000;

/// What the rate is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum RateBasis {
    /// Answers belong to their invitation, whenever they come.
    #[default]
    Invitation,
    /// Answers belong to the pane in which they come.
    Window,
}

/// Panes, closing time and basis of a response rate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ResponseRateDefinition {
    /// What the rate is taken over.
    pub basis: RateBasis,
    /// Width of a pane in days of 24 hours.
    pub pane_days: u32,
    /// Where a pane begins, microseconds since 1970.
    pub origin: i64,
    /// Days after which an answer no longer counts; without it, every answer does.
    pub close_after_days: Option<u32>,
    /// What an answer before its invitation does.
    pub invalid: InvalidRule,
    /// The most panes there may be.
    pub max_panes: u64,
}

impl Default for ResponseRateDefinition {
    fn default() -> Self {
        Self {
            basis: RateBasis::Invitation,
            pane_days: 30,
            origin: 0,
            close_after_days: None,
            invalid: InvalidRule::Exclude,
            max_panes: DEFAULT_MAX_PANES,
        }
    }
}

impl ResponseRateDefinition {
    fn width(&self) -> u64 {
        u64::from(self.pane_days).saturating_mul(MICROSECONDS_PER_DAY.unsigned_abs())
    }

    /// Where pane `number` begins; the ends of time where it would begin before or after them.
    fn start(&self, number: i64) -> i64 {
        let start = i128::from(number) * i128::from(self.width()) + i128::from(self.origin);
        i64::try_from(start).unwrap_or(if start < 0 { i64::MIN } else { i64::MAX })
    }
}

impl Definition for ResponseRateDefinition {
    fn validate(&self) -> Result<()> {
        if self.pane_days == 0 {
            return Err(Error::definition("a pane lasts at least a day").in_field("pane_days"));
        }
        if self.max_panes == 0 {
            return Err(Error::definition("a rate needs room for a pane").in_field("max_panes"));
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "by_invitation",
                summary: "late answers belong to their invitation, panes of 30 days (Microsoft)",
                build: Self::default,
            },
            Preset {
                name: "by_window",
                summary: "answers over invitations of the same 30 days (Trengo)",
                build: || Self { basis: RateBasis::Window, ..Self::default() },
            },
            Preset {
                name: "weekly",
                summary: "by invitation, weeks from Monday, UTC",
                build: || Self { pane_days: 7, origin: A_MONDAY, ..Self::default() },
            },
            Preset {
                name: "daily",
                summary: "by invitation, days, UTC",
                build: || Self { pane_days: 1, ..Self::default() },
            },
        ]
    }
}

/// The counts of one pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    /// Invitations sent in the pane.
    invited: u64,
    /// Of these, answered in time.
    answered: u64,
    /// Of these, answered too late.
    late: u64,
    /// Answers that came in time and in the pane.
    arrived: u64,
}

impl Counts {
    fn fields(&self) -> [u64; 4] {
        [self.invited, self.answered, self.late, self.arrived]
    }

    fn combine(&mut self, other: &Self, combine: impl Fn(u64, u64) -> u64) {
        self.invited = combine(self.invited, other.invited);
        self.answered = combine(self.answered, other.answered);
        self.late = combine(self.late, other.late);
        self.arrived = combine(self.arrived, other.arrived);
    }

    /// Answers cannot outnumber the invitations that they belong to.
    fn is_possible(&self) -> bool {
        self.answered.checked_add(self.late).is_some_and(|answers| answers <= self.invited)
    }
}

/// The calculator of the response rate: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseRate {
    definition: ResponseRateDefinition,
    panes: BTreeMap<i64, Counts>,
    invited: u64,
    invalid: u64,
}

impl ResponseRate {
    fn empty(definition: ResponseRateDefinition) -> Self {
        Self { definition, panes: BTreeMap::new(), invited: 0, invalid: 0 }
    }

    fn max_panes(&self) -> usize {
        usize::try_from(self.definition.max_panes).unwrap_or(usize::MAX)
    }

    fn check_panes(&self, panes: usize) -> Result<()> {
        if panes <= self.max_panes() {
            return Ok(());
        }
        Err(Error::limit(format!("there may be at most {} panes", self.definition.max_panes))
            .in_field("max_panes"))
    }

    fn take(&mut self, invited_at: i64, answered_at: Option<i64>) -> Result<()> {
        let elapsed = answered_at.map(|answered| i128::from(answered) - i128::from(invited_at));
        if elapsed.is_some_and(|elapsed| elapsed < 0) {
            if self.definition.invalid == InvalidRule::Error {
                return Err(Error::observation("it was answered before the invitation was sent")
                    .in_field("answered_at"));
            }
            self.invalid += 1;
            return Ok(());
        }
        let open = |elapsed: i128| {
            self.definition
                .close_after_days
                .is_none_or(|days| elapsed <= i128::from(days) * i128::from(MICROSECONDS_PER_DAY))
        };
        let in_time = elapsed.is_some_and(open);
        let (origin, width) = (self.definition.origin, self.definition.width());
        self.invited += 1;
        let counts = self.panes.entry(pane(invited_at, origin, width)).or_default();
        counts.invited += 1;
        counts.answered += u64::from(in_time);
        counts.late += u64::from(elapsed.is_some() && !in_time);
        if let (true, Some(answered_at)) = (in_time, answered_at) {
            self.panes.entry(pane(answered_at, origin, width)).or_default().arrived += 1;
        }
        self.check_panes(self.panes.len())
    }

    fn combine(&mut self, other: &Self, combine: impl Fn(u64, u64) -> u64) {
        self.invited = combine(self.invited, other.invited);
        self.invalid = combine(self.invalid, other.invalid);
        for (number, theirs) in &other.panes {
            self.panes.entry(*number).or_default().combine(theirs, &combine);
        }
        self.panes.retain(|_, counts| *counts != Counts::default());
    }
}

impl Default for ResponseRate {
    fn default() -> Self {
        Self::empty(ResponseRateDefinition::default())
    }
}

fn check_shape(batch: &Invitations<'_>) -> Result<()> {
    let rows = batch.invited_at.len();
    same_length("answered_at", batch.answered_at.len(), rows)?;
    match batch.answered {
        Some(answered) => same_length("answered", answered.len(), rows),
        None => Ok(()),
    }
}

fn rows<'a>(batch: &'a Invitations<'_>) -> impl Iterator<Item = (usize, i64, Option<i64>)> + 'a {
    let times = batch.invited_at.iter().zip(batch.answered_at).enumerate();
    times.map(|(row, (&invited_at, &answered_at))| {
        let answered = batch.answered.is_none_or(|answered| answered.is_valid(row));
        (row, invited_at, answered.then_some(answered_at))
    })
}

impl Calculator for ResponseRate {
    type Definition = ResponseRateDefinition;
    type Report = ResponseRateReport;

    fn new(definition: ResponseRateDefinition) -> Result<Self> {
        definition.validate().map_err(|error| error.within(Self::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &ResponseRateDefinition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.invited.saturating_add(self.invalid)
    }

    fn value(&self) -> ResponseRateReport {
        ResponseRateReport::read(self)
    }
}

impl Merge for ResponseRate {
    fn check_merge(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            // No count of a pane is larger than the number of rows.
            checked_sum(self.observations(), other.observations())?;
            let new = other.panes.keys().filter(|number| !self.panes.contains_key(number));
            self.check_panes(self.panes.len().saturating_add(new.count()))
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        self.combine(other, u64::saturating_add);
    }
}

impl Update for ResponseRate {
    type Batch<'a> = Invitations<'a>;

    fn lift(definition: &ResponseRateDefinition, batch: Invitations<'_>) -> Result<Self> {
        let mut rate = Self::empty(definition.clone());
        check_shape(&batch)
            .and_then(|()| {
                rows(&batch).try_for_each(|(row, invited_at, answered_at)| {
                    rate.take(invited_at, answered_at).map_err(|error| error.at_row(row))
                })
            })
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(rate)
    }
}

impl UpdateByGroup for ResponseRate {
    fn batch_len(batch: &Invitations<'_>) -> usize {
        batch.invited_at.len()
    }

    fn lift_by_group(
        definition: &ResponseRateDefinition,
        codes: &[u32],
        groups: usize,
        batch: Invitations<'_>,
    ) -> Result<Vec<Self>> {
        let mut rates = vec![Self::empty(definition.clone()); groups];
        let mut take = |(row, invited_at, answered_at): (usize, i64, Option<i64>)| {
            let rate = group_of_row(&mut rates, codes, row)?;
            rate.take(invited_at, answered_at).map_err(|error| error.at_row(row))
        };
        check_shape(&batch)
            .and_then(|()| same_length("keys", codes.len(), batch.invited_at.len()))
            .and_then(|()| rows(&batch).try_for_each(&mut take))
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(rates)
    }
}

impl Retract for ResponseRate {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            checked_difference(self.invalid, other.invalid, "the invalid rows")?;
            let none = Counts::default();
            for (number, theirs) in &other.panes {
                let mut rest = *self.panes.get(number).unwrap_or(&none);
                for (ours, theirs) in rest.fields().into_iter().zip(theirs.fields()) {
                    checked_difference(ours, theirs, "the invitations of a pane")?;
                }
                rest.combine(theirs, u64::saturating_sub);
                if !rest.is_possible() {
                    return Err(Error::never_added(
                        "fewer invitations than answers would be left in a pane",
                    ));
                }
            }
            Ok(())
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        self.combine(other, u64::saturating_sub);
    }
}

impl State for ResponseRate {
    const KIND: Kind = Kind { id: 9, name: "response_rate", version: 1 };

    fn write_definition(definition: &ResponseRateDefinition, writer: &mut Writer) {
        writer.bool(definition.basis == RateBasis::Window);
        writer.unsigned(definition.pane_days);
        writer.signed(definition.origin);
        writer.bool(definition.close_after_days.is_some());
        writer.unsigned(definition.close_after_days.unwrap_or_default());
        writer.bool(definition.invalid == InvalidRule::Error);
        writer.unsigned(definition.max_panes);
    }

    fn read_definition(reader: &mut Reader<'_>, _version: u16) -> Result<ResponseRateDefinition> {
        let basis = if reader.bool()? { RateBasis::Window } else { RateBasis::Invitation };
        let days = |reader: &mut Reader<'_>| {
            u32::try_from(reader.u64()?)
                .map_err(|_| Error::corrupt("a number of days is longer than 32 bits"))
        };
        let pane_days = days(reader)?;
        let origin = reader.signed()?;
        let closes = reader.bool()?;
        let close_after = days(reader)?;
        if !closes && close_after != 0 {
            return Err(Error::corrupt("a closing time where there is none"));
        }
        let definition = ResponseRateDefinition {
            basis,
            pane_days,
            origin,
            close_after_days: closes.then_some(close_after),
            invalid: if reader.bool()? { InvalidRule::Error } else { InvalidRule::Exclude },
            max_panes: reader.u64()?,
        };
        definition.validate()?;
        Ok(definition)
    }

    fn write_state(&self, writer: &mut Writer) {
        writer.unsigned(self.invalid);
        writer.length(self.panes.len());
        for (number, counts) in &self.panes {
            writer.signed(*number);
            for count in counts.fields() {
                writer.unsigned(count);
            }
        }
    }

    fn read_state(
        definition: ResponseRateDefinition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        let mut rate = Self::empty(definition);
        rate.invalid = reader.u64()?;
        let panes = reader.length(5)?;
        let (mut answered, mut arrived) = (0u64, 0u64);
        for _ in 0..panes {
            let number: i64 = reader.signed()?;
            let counts = Counts {
                invited: reader.u64()?,
                answered: reader.u64()?,
                late: reader.u64()?,
                arrived: reader.u64()?,
            };
            let ascending = rate.panes.last_key_value().is_none_or(|(last, _)| *last < number);
            if !ascending || !counts.is_possible() || counts == Counts::default() {
                return Err(Error::corrupt("a pane that no invitations can have left"));
            }
            rate.invited = checked_sum(rate.invited, counts.invited)?;
            answered = answered.saturating_add(counts.answered);
            arrived = checked_sum(arrived, counts.arrived)?;
            rate.panes.insert(number, counts);
        }
        checked_sum(rate.invited, rate.invalid)?;
        if answered != arrived || panes > rate.max_panes() {
            return Err(Error::corrupt("answers are counted in one way and not in the other"));
        }
        if rate.invalid > 0 && rate.definition.invalid == InvalidRule::Error {
            return Err(Error::corrupt("invalid rows under a rule that refuses them"));
        }
        Ok(rate)
    }
}

/// One pane of a report.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ResponseRatePane {
    /// Where it begins, microseconds since 1970.
    pub start: i64,
    /// Where the next one begins.
    pub end: i64,
    /// Invitations sent in the pane.
    pub invited: u64,
    /// Of these, answered in time.
    pub answered: u64,
    /// Of these, answered too late.
    pub late: u64,
    /// Answers that came in time and in the pane.
    pub arrived: u64,
    /// The rate on the basis of the definition.
    pub rate: Option<f64>,
}

/// What the reading of a response rate returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ResponseRateReport {
    /// The rate over all panes, on the basis of the definition; `None` without an invitation.
    pub score: Option<f64>,
    /// Invitations that count: what the rate rests on.
    pub invited: u64,
    /// Invitations answered in time.
    pub answered: u64,
    /// Invitations answered too late.
    pub late: u64,
    /// Invitations that were not answered in time.
    pub non_respondents: u64,
    /// Rows that were answered before they were sent.
    pub invalid: u64,
    /// The panes in which anything happened, in the order of time.
    pub panes: Vec<ResponseRatePane>,
    /// All rows taken in.
    pub observations: u64,
    /// What the figure means.
    pub definition: ResponseRateDefinition,
}

impl ResponseRateReport {
    fn read(rate: &ResponseRate) -> Self {
        let definition = &rate.definition;
        let share = |counts: &Counts| {
            let answers = match definition.basis {
                RateBasis::Invitation => counts.answered,
                RateBasis::Window => counts.arrived,
            };
            (counts.invited > 0).then(|| answers as f64 / counts.invited as f64)
        };
        let mut all = Counts::default();
        let mut panes = Vec::with_capacity(rate.panes.len());
        for (&number, counts) in &rate.panes {
            all.combine(counts, u64::saturating_add);
            panes.push(ResponseRatePane {
                start: definition.start(number),
                end: definition.start(number.saturating_add(1)),
                invited: counts.invited,
                answered: counts.answered,
                late: counts.late,
                arrived: counts.arrived,
                rate: share(counts),
            });
        }
        Self {
            score: share(&all),
            invited: all.invited,
            answered: all.answered,
            late: all.late,
            non_respondents: all.invited.saturating_sub(all.answered),
            invalid: rate.invalid,
            panes,
            observations: rate.observations(),
            definition: definition.clone(),
        }
    }

    /// The answered among the invited; refused where the rate is taken over a window.
    pub fn share(&self) -> Result<Share> {
        match self.definition.basis {
            RateBasis::Invitation => Ok(Share { successes: self.answered, total: self.invited }),
            RateBasis::Window => Err(Error::not_offered(
                "answers of a window are no share of its invitations; take the rate by invitation",
            )),
        }
    }
}

impl Report for ResponseRateReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.invited
    }

    fn unit(&self) -> &'static str {
        "%"
    }
}

impl Scored for ResponseRateReport {
    /// The interval of the rate by invitation; there is none by window.
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        match self.definition.basis {
            RateBasis::Invitation => proportion::interval(&self.share()?, options),
            RateBasis::Window => Ok(None),
        }
    }

    fn confidence_sequence(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        confidence_sequence::share(&self.share()?, options)
    }

    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        let method = method.unwrap_or(Method::AgrestiCaffo);
        comparison::shares(&self.share()?, &other.share()?, method)
    }

    fn estimate(&self) -> Option<Estimate> {
        self.share().ok()?.adjusted_estimate()
    }
}
