//! The calculator of every metric that rests on one rating a respondent.
//!
//! NPS, CSAT, CES and star ratings keep the same state, a [`Histogram`], and differ in their
//! definition and their report. So the verbs are written once, here, and a metric is a definition.

use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{
    Calculator, Definition, Kind, Merge, Ratings, Report, Retract, State, Update, UpdateByGroup,
    same_definition,
};
use crate::error::Result;
use crate::model::RatingRules;
use crate::stats::Histogram;

/// A definition that turns a histogram of ratings into a report.
pub trait RatingDefinition: Definition {
    /// The kind of calculator.
    const KIND: Kind;
    /// What a reading returns.
    type Report: Report;

    /// How the ratings are read.
    fn rules(&self) -> &RatingRules;

    /// Reads the report from the counts.
    fn report(&self, histogram: &Histogram) -> Self::Report;

    /// Writes the canonical bytes of the definition.
    fn write(&self, writer: &mut Writer);

    /// Reads the definition that `version` of this kind wrote.
    fn read(reader: &mut Reader<'_>, version: u16) -> Result<Self>;
}

/// A metric of one rating a respondent: a definition and a histogram.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingCalculator<D> {
    definition: D,
    histogram: Histogram,
}

impl<D: RatingDefinition> Default for RatingCalculator<D> {
    fn default() -> Self {
        let definition = D::default();
        let histogram = Histogram::new(definition.rules().scale, definition.rules().weighted);
        Self { definition, histogram }
    }
}

impl<D: RatingDefinition> RatingCalculator<D> {
    /// Takes one rating.
    ///
    /// The cheapest path for events that come one by one; a column goes through
    /// [`update`](Update::update).
    #[inline]
    pub fn update_rating(&mut self, rating: i64) -> Result<()> {
        self.histogram.record(self.definition.rules(), rating)
    }

    /// A calculator that holds ready counts.
    pub fn from_histogram(definition: D, histogram: Histogram) -> Result<Self> {
        let mut calculator = Self::new(definition)?;
        let rules = calculator.definition.rules();
        if histogram.scale() != rules.scale || histogram.weights().is_some() != rules.weighted {
            return Err(crate::Error::batch(format!(
                "the histogram is on the scale {}, the definition on {}",
                histogram.scale(),
                rules.scale
            ))
            .within(D::KIND.name));
        }
        calculator.histogram = histogram;
        Ok(calculator)
    }

    /// The counts.
    pub fn histogram(&self) -> &Histogram {
        &self.histogram
    }
}

impl<D: RatingDefinition> Calculator for RatingCalculator<D> {
    type Definition = D;
    type Report = D::Report;

    fn new(definition: D) -> Result<Self> {
        definition.validate().map_err(|error| error.within(D::KIND.name))?;
        let histogram = Histogram::new(definition.rules().scale, definition.rules().weighted);
        Ok(Self { definition, histogram })
    }

    fn definition(&self) -> &D {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.histogram.observations()
    }

    fn value(&self) -> D::Report {
        self.definition.report(&self.histogram)
    }
}

impl<D: RatingDefinition> Merge for RatingCalculator<D> {
    fn check_merge(&self, other: &Self) -> Result<()> {
        same_definition(&self.definition, &other.definition)
            .and_then(|()| self.histogram.check_add(&other.histogram))
            .map_err(|error| error.within(D::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        self.histogram.add(&other.histogram);
    }
}

impl<D: RatingDefinition> Update for RatingCalculator<D> {
    type Batch<'a> = Ratings<'a>;

    fn lift(definition: &D, batch: Ratings<'_>) -> Result<Self> {
        let histogram = Histogram::lift(definition.rules(), batch)
            .map_err(|error| error.within(D::KIND.name))?;
        Ok(Self { definition: definition.clone(), histogram })
    }

    fn update(&mut self, batch: Ratings<'_>) -> Result<()> {
        let in_place = self.histogram.try_add_in_place(self.definition.rules(), &batch);
        if !in_place.map_err(|error| error.within(D::KIND.name))? {
            let change = self.check(batch)?;
            self.apply(change);
        }
        Ok(())
    }
}

impl<D: RatingDefinition> UpdateByGroup for RatingCalculator<D> {
    fn batch_len(batch: &Ratings<'_>) -> usize {
        batch.len()
    }

    fn lift_by_group(
        definition: &D,
        codes: &[u32],
        groups: usize,
        batch: Ratings<'_>,
    ) -> Result<Vec<Self>> {
        let histograms = Histogram::lift_by_group(definition.rules(), codes, groups, batch)
            .map_err(|error| error.within(D::KIND.name))?;
        let states = histograms
            .into_iter()
            .map(|histogram| Self { definition: definition.clone(), histogram });
        Ok(states.collect())
    }
}

impl<D: RatingDefinition> Retract for RatingCalculator<D> {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        same_definition(&self.definition, &other.definition)
            .and_then(|()| self.histogram.check_subtract(&other.histogram))
            .map_err(|error| error.within(D::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        self.histogram.subtract(&other.histogram);
    }
}

impl<D: RatingDefinition> State for RatingCalculator<D> {
    const KIND: Kind = D::KIND;

    fn write_definition(definition: &D, writer: &mut Writer) {
        definition.write(writer);
    }

    fn read_definition(reader: &mut Reader<'_>, version: u16) -> Result<D> {
        let definition = D::read(reader, version)?;
        definition.validate()?;
        Ok(definition)
    }

    fn write_state(&self, writer: &mut Writer) {
        self.histogram.write(writer);
    }

    fn read_state(definition: D, reader: &mut Reader<'_>, _version: u16) -> Result<Self> {
        let histogram = Histogram::read(definition.rules(), reader)?;
        Ok(Self { definition, histogram })
    }
}
