//! Where the readers meet: raw texts of a record become an interaction, and losses are counted.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{EventDuplicates, InteractionLog, LossReport, ReadRules};
use crate::error::{Error, Result};
use crate::model::{Customer, Initiator, Interaction, InvalidRule, Outcome, Source};

/// The texts of one record, as the format has them. An empty text is none.
#[derive(Debug, Clone, Default)]
pub(super) struct Record<'a> {
    pub(super) event_id: Option<Cow<'a, str>>,
    pub(super) customer: Option<Cow<'a, str>>,
    pub(super) touchpoint: Option<Cow<'a, str>>,
    pub(super) channel: Option<Cow<'a, str>>,
    pub(super) time: Option<Cow<'a, str>>,
    pub(super) received_at: Option<Cow<'a, str>>,
    pub(super) source: Option<Cow<'a, str>>,
    pub(super) initiator: Option<Cow<'a, str>>,
    pub(super) outcome: Option<Cow<'a, str>>,
    pub(super) value: Option<Cow<'a, str>>,
    pub(super) cost: Option<Cow<'a, str>>,
    pub(super) currency: Option<Cow<'a, str>>,
    pub(super) object: Option<Cow<'a, str>>,
    pub(super) score: Option<Cow<'a, str>>,
}

impl Record<'_> {
    /// The first field whose text no interaction has room for.
    fn too_long(&self) -> Option<&'static str> {
        let texts = [
            ("event_id", &self.event_id),
            ("customer", &self.customer),
            ("touchpoint", &self.touchpoint),
            ("channel", &self.channel),
            ("time", &self.time),
            ("received_at", &self.received_at),
            ("source", &self.source),
            ("initiator", &self.initiator),
            ("outcome", &self.outcome),
            ("value", &self.value),
            ("cost", &self.cost),
            ("currency", &self.currency),
            ("object", &self.object),
            ("score", &self.score),
        ];
        let long = |text: &Option<Cow<'_, str>>| {
            text.as_ref().is_some_and(|text| text.len() > LONGEST_TEXT)
        };
        texts.into_iter().find(|(_, text)| long(text)).map(|(field, _)| field)
    }
}

/// Bytes of a text of an interaction. No id, name or number is longer; a page of prose that went
/// into the wrong field is.
const LONGEST_TEXT: usize = 1_024;

/// Why a record of a customer who was erased becomes no interaction.
const ERASED: &str = "erased_customer";

/// A text without blanks around it; an empty one is none.
fn given<'t>(text: Option<&'t Cow<'_, str>>) -> Option<&'t str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// What is known of a customer besides the id.
#[derive(Debug, Default)]
struct Known {
    aliases: BTreeSet<String>,
    segments: BTreeSet<String>,
}

/// Collects interactions and losses of one text.
#[derive(Debug)]
pub(super) struct Collector<'r> {
    rules: &'r ReadRules,
    erased: HashSet<&'r str>,
    seen: HashSet<(String, String)>,
    customers: BTreeMap<String, Known>,
    interactions: Vec<Interaction>,
    pub(super) report: LossReport,
}

impl<'r> Collector<'r> {
    /// Begins; `scores` says whether the mapping names a score.
    pub(super) fn new(rules: &'r ReadRules, scores: bool) -> Result<Self> {
        rules.validate()?;
        if scores && rules.observation.is_none() {
            let message = "expected what the scores are: kind and scale";
            return Err(Error::definition(message).in_field("observation"));
        }
        Ok(Self {
            rules,
            erased: rules.erased.iter().map(|customer| customer.trim()).collect(),
            seen: HashSet::new(),
            customers: BTreeMap::new(),
            interactions: Vec::new(),
            report: LossReport::default(),
        })
    }

    /// Begins the next record.
    pub(super) fn next_record(&mut self) {
        self.report.records += 1;
    }

    /// The row of the record, from 0.
    fn row(&self) -> usize {
        usize::try_from(self.report.records.saturating_sub(1)).unwrap_or(usize::MAX)
    }

    /// Leaves the record out, since it is meant to be left out.
    pub(super) fn skip(&mut self, reason: &str) {
        self.report.skipped.add(reason);
    }

    /// Leaves the record out, since it cannot be read; an error under a strict rule.
    pub(super) fn refuse(
        &mut self,
        reason: &str,
        field: &'static str,
        message: impl FnOnce() -> String,
    ) -> Result<()> {
        self.strict(field, message)?;
        self.skip(reason);
        Ok(())
    }

    /// Leaves a value out, since it cannot be read; an error under a strict rule.
    pub(super) fn unreadable(
        &mut self,
        field: &'static str,
        message: impl FnOnce() -> String,
    ) -> Result<()> {
        self.strict(field, message)?;
        self.report.unreadable.add(field);
        Ok(())
    }

    fn strict(&self, field: &'static str, message: impl FnOnce() -> String) -> Result<()> {
        match self.rules.invalid {
            InvalidRule::Exclude => Ok(()),
            InvalidRule::Error => {
                Err(Error::observation(message()).in_field(field).at_row(self.row()))
            }
        }
    }

    /// Counts a value that has no place.
    pub(super) fn unmapped(&mut self, name: &str) {
        self.report.unmapped.add(name);
    }

    /// Remembers another id of a customer.
    pub(super) fn alias(&mut self, customer: &str, alias: &str) {
        if customer.trim() == alias.trim() {
            return;
        }
        if let Some(known) = self.known(customer, alias) {
            known.aliases.insert(alias.trim().to_owned());
        }
    }

    /// Remembers a segment of a customer.
    pub(super) fn segment(&mut self, customer: &str, segment: &str) {
        if let Some(known) = self.known(customer, segment) {
            known.segments.insert(segment.trim().to_owned());
        }
    }

    /// What is known of a customer, for a text to be added; texts that are none, or too long, are
    /// counted.
    fn known(&mut self, customer: &str, other: &str) -> Option<&mut Known> {
        let (customer, other) = (customer.trim(), other.trim());
        if customer.is_empty() || other.is_empty() {
            return None;
        }
        if customer.len().max(other.len()) > LONGEST_TEXT {
            self.report.unreadable.add("identity");
            return None;
        }
        Some(self.customers.entry(customer.to_owned()).or_default())
    }

    /// Makes the interaction of a record, or counts why there is none.
    pub(super) fn push(&mut self, record: &Record<'_>) -> Result<()> {
        if let Some(field) = record.too_long() {
            let message = || format!("expected a text of at most {LONGEST_TEXT} bytes");
            return self.refuse("too_long", field, message);
        }
        let Some(customer) = given(record.customer.as_ref()) else {
            return self.refuse("no_customer", "customer", || "there is no customer".to_owned());
        };
        let Some(touchpoint) = given(record.touchpoint.as_ref()) else {
            let message = || "there is no touchpoint".to_owned();
            return self.refuse("no_touchpoint", "touchpoint", message);
        };
        let Some(time) = given(record.time.as_ref()) else {
            return self.refuse("no_time", "time", || "there is no time".to_owned());
        };
        let Some(at) = self.rules.times.read(time) else {
            let format = self.rules.times;
            let message = || format!("expected a time as {format:?}, got {time:?}");
            return self.refuse("unreadable_time", "time", message);
        };
        if self.erased.contains(customer) {
            self.skip(ERASED);
            return Ok(());
        }
        let event_id = given(record.event_id.as_ref());
        if let (EventDuplicates::Drop, Some(id)) = (self.rules.duplicates, event_id)
            && !self.seen.insert((customer.to_owned(), id.to_owned()))
        {
            self.skip("duplicate");
            return Ok(());
        }
        let mut interaction = Interaction::new(customer, touchpoint, at);
        interaction.event_id = event_id.map(str::to_owned);
        self.fill(&mut interaction, record)?;
        self.interactions.push(interaction);
        Ok(())
    }

    /// Reads what an interaction may do without.
    fn fill(&mut self, interaction: &mut Interaction, record: &Record<'_>) -> Result<()> {
        let owned = |text: Option<&Cow<'_, str>>| given(text).map(str::to_owned);
        let rules = self.rules;
        interaction.channel =
            owned(record.channel.as_ref()).or_else(|| rules.default_channel.clone());
        interaction.source = given(record.source.as_ref())
            .map_or_else(|| rules.default_source.clone(), Source::from);
        interaction.initiator = given(record.initiator.as_ref()).map(Initiator::from);
        interaction.outcome = given(record.outcome.as_ref()).map(Outcome::from);
        interaction.object_ref = owned(record.object.as_ref());
        interaction.value = self.amount("value", record.value.as_ref())?;
        interaction.cost = self.amount("cost", record.cost.as_ref())?;
        interaction.currency = owned(record.currency.as_ref());
        if interaction.value.is_some() || interaction.cost.is_some() {
            let currency = interaction.currency.take();
            interaction.currency = currency.or_else(|| rules.default_currency.clone());
        }
        if let Some(text) = given(record.received_at.as_ref()) {
            interaction.received_at = rules.times.read(text);
            if interaction.received_at.is_none() {
                self.unreadable("received_at", || format!("expected a time, got {text:?}"))?;
            }
        }
        if let (Some(text), Some(rule)) = (given(record.score.as_ref()), &rules.observation) {
            match rule.read(text) {
                Some(observation) => interaction.observations.push(observation),
                None => self.unreadable("score", || {
                    let (lowest, highest) = (rule.scale.lowest, rule.scale.highest);
                    format!("expected a score from {lowest} to {highest}, got {text:?}")
                })?,
            }
        }
        Ok(())
    }

    fn amount(&mut self, field: &'static str, text: Option<&Cow<'_, str>>) -> Result<Option<i64>> {
        let Some(text) = given(text) else { return Ok(None) };
        match self.rules.amount(text) {
            Some((minor, rounded)) => {
                if rounded {
                    self.report.rounded.add(field);
                }
                Ok(Some(minor))
            }
            None => {
                self.unreadable(field, || format!("expected an amount, got {text:?}"))?;
                Ok(None)
            }
        }
    }

    /// What was found in all.
    pub(super) fn finish(mut self) -> InteractionLog {
        let customer = |(id, known): (String, Known)| Customer {
            aliases: known.aliases.into_iter().collect(),
            segments: known.segments.into_iter().collect(),
            ..Customer::new(id)
        };
        let mut log = InteractionLog {
            interactions: self.interactions,
            customers: self.customers.into_iter().map(customer).collect(),
            report: LossReport::default(),
        };
        if self.rules.resolve_aliases {
            self.report.resolved = log.resolve_aliases();
            // Who is erased may have come under an alias that only a later record told of.
            log.interactions.retain(|interaction| {
                let kept = !self.erased.contains(interaction.customer.as_str());
                if !kept {
                    self.report.skipped.add(ERASED);
                    self.report.resolved -= 1;
                }
                kept
            });
        }
        log.customers.retain(|customer| !self.erased.contains(customer.id.as_str()));
        self.report.interactions = log.interactions.len() as u64;
        log.report = self.report;
        log
    }
}
