//! The calculator of every metric that rests on several items of one respondent.
//!
//! A CX index, a secure customer index, a paired NPS and a net emotional value read the columns of
//! a batch alike: each item's answer is a rating on one scale, or it is excluded and counted with
//! its reason. They differ in what they keep of a row and in their report. So the verbs are written
//! once, here; a metric is a definition with an [`ItemState`], mostly a table of [`JointCounts`].

use super::rating_cells::{RatingCells, can_be_counted};
use crate::calculator::batch::{ItemRatings, same_length};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::groups::group_of_row;
use crate::calculator::{
    Calculator, Definition, Kind, Merge, Report, Retract, State, Update, UpdateByGroup,
    checked_difference, checked_sum, same_definition,
};
use crate::error::{Error, Result};
use crate::model::{MissingRule, RatingRules, Scale};
use crate::stats::Exclusions;

/// The most items that one respondent may be asked.
pub const MAX_ITEMS: usize = 64;

/// What a metric keeps of its rows beside the shared counts: a commutative group.
///
/// The shared number of respondents bounds every count, so nothing here overflows on its own.
pub trait ItemState: Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static {
    /// Adds the other state.
    fn add(&mut self, other: &Self);

    /// Whether the other state can be subtracted.
    fn check_subtract(&self, other: &Self) -> Result<()>;

    /// Subtracts a state that [`check_subtract`](Self::check_subtract) has accepted.
    fn subtract(&mut self, other: &Self);

    /// Writes the canonical bytes.
    fn write(&self, writer: &mut Writer);
}

/// A definition that reads a report from the answers to several items.
pub trait ItemDefinition: Definition {
    /// The kind of calculator.
    const KIND: Kind;
    /// What is kept of the rows.
    type State: ItemState;
    /// What a reading returns.
    type Report: Report;

    /// How the answers are read.
    fn rules(&self) -> &RatingRules;

    /// The scale of one item, where they are not all asked on that of the rules.
    fn scale(&self, item: usize) -> Scale {
        let _ = item;
        self.rules().scale
    }

    /// The items' names, in the order of the batch's columns.
    fn items(&self) -> Vec<&str>;

    /// The state without a row.
    fn empty(&self) -> Self::State;

    /// Takes one respondent: a rating or `None` for each item.
    fn record(&self, state: &mut Self::State, ratings: &[Option<i16>]);

    /// Reads the report.
    fn report(&self, answers: &ItemAnswers<Self::State>) -> Self::Report;

    /// Writes the canonical bytes of the definition.
    fn write(&self, writer: &mut Writer);

    /// Reads the definition that `version` of this kind wrote.
    fn read(reader: &mut Reader<'_>, version: u16) -> Result<Self>;

    /// Reads a state beside its shared counts, and checks that it could have come about.
    fn read_state(&self, shared: &SharedCounts, reader: &mut Reader<'_>) -> Result<Self::State>;
}

/// Refuses rules that have no meaning where answers are not classed one by one.
pub(crate) fn check_rules(rules: &RatingRules) -> Result<()> {
    rules.validate()?;
    if rules.weighted {
        return Err(Error::definition("rows carry no weights here").in_field("weighted"));
    }
    if rules.missing == MissingRule::AsNeutral {
        return Err(Error::definition(
            "a missing answer is excluded or an error; it has no neutral class here",
        )
        .in_field("missing"));
    }
    Ok(())
}

/// Respondents, and what was excluded of each item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedCounts {
    /// Rows taken in.
    pub respondents: u64,
    /// What was left out of each item, and why.
    pub excluded: Vec<Exclusions>,
}

impl SharedCounts {
    /// Respondents who answered the item.
    pub fn answers(&self, item: usize) -> u64 {
        let excluded = self.excluded.get(item).map_or(0, Exclusions::total);
        self.respondents.saturating_sub(excluded)
    }
}

/// What a report is read from: the shared counts and the metric's own state.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemAnswers<S> {
    /// Respondents and exclusions.
    pub shared: SharedCounts,
    /// What the metric keeps.
    pub state: S,
}

/// A metric of several items a respondent.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemCalculator<D: ItemDefinition> {
    definition: D,
    answers: ItemAnswers<D::State>,
}

impl<D: ItemDefinition> ItemCalculator<D> {
    fn empty(definition: D) -> Self {
        let excluded = vec![Exclusions::default(); definition.items().len()];
        let shared = SharedCounts { respondents: 0, excluded };
        let state = definition.empty();
        Self { definition, answers: ItemAnswers { shared, state } }
    }

    /// What the report is read from.
    pub fn answers(&self) -> &ItemAnswers<D::State> {
        &self.answers
    }

    /// Takes one row; `ratings` is scratch space. A batch in memory cannot pass 2^64 rows.
    fn record(&mut self, columns: &ItemColumns<'_>, row: usize, ratings: &mut Vec<Option<i16>>) {
        let shared = &mut self.answers.shared;
        shared.respondents += 1;
        ratings.clear();
        for (column, excluded) in columns.0.iter().zip(&mut shared.excluded) {
            let rating = column.get(row);
            if let Err(reason) = rating {
                *reason.count(excluded) += 1;
            }
            ratings.push(rating.ok());
        }
        self.definition.record(&mut self.answers.state, ratings);
    }
}

impl<D: ItemDefinition> Default for ItemCalculator<D> {
    fn default() -> Self {
        Self::empty(D::default())
    }
}

impl<D: ItemDefinition> Calculator for ItemCalculator<D> {
    type Definition = D;
    type Report = D::Report;

    fn new(definition: D) -> Result<Self> {
        definition.validate().map_err(|error| error.within(D::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &D {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.answers.shared.respondents
    }

    fn value(&self) -> D::Report {
        self.definition.report(&self.answers)
    }
}

impl<D: ItemDefinition> Merge for ItemCalculator<D> {
    fn check_merge(&self, other: &Self) -> Result<()> {
        same_definition(&self.definition, &other.definition)
            .and_then(|()| checked_sum(self.observations(), other.observations()))
            .map(drop)
            .map_err(|error| error.within(D::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        let (ours, theirs) = (&mut self.answers, &other.answers);
        ours.shared.respondents = ours.shared.respondents.saturating_add(theirs.shared.respondents);
        for (ours, theirs) in ours.shared.excluded.iter_mut().zip(&theirs.shared.excluded) {
            ours.add(theirs);
        }
        ours.state.add(&theirs.state);
    }
}

impl<D: ItemDefinition> Update for ItemCalculator<D> {
    type Batch<'a> = ItemRatings<'a>;

    fn lift(definition: &D, batch: ItemRatings<'_>) -> Result<Self> {
        let mut calculator = Self::empty(definition.clone());
        let columns = ItemColumns::read(definition, batch)?;
        let mut ratings = Vec::new();
        for row in 0..batch.len() {
            calculator.record(&columns, row, &mut ratings);
        }
        Ok(calculator)
    }
}

impl<D: ItemDefinition> UpdateByGroup for ItemCalculator<D> {
    fn batch_len(batch: &ItemRatings<'_>) -> usize {
        batch.len()
    }

    fn lift_by_group(
        definition: &D,
        codes: &[u32],
        groups: usize,
        batch: ItemRatings<'_>,
    ) -> Result<Vec<Self>> {
        let columns = ItemColumns::read(definition, batch)?;
        same_length("keys", codes.len(), batch.len())?;
        let mut calculators = vec![Self::empty(definition.clone()); groups];
        let mut ratings = Vec::new();
        for row in 0..batch.len() {
            let group = group_of_row(&mut calculators, codes, row)?;
            group.record(&columns, row, &mut ratings);
        }
        Ok(calculators)
    }
}

impl<D: ItemDefinition> Retract for ItemCalculator<D> {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            let (ours, theirs) = (&self.answers.shared, &other.answers.shared);
            checked_difference(ours.respondents, theirs.respondents, "the respondents")?;
            for (ours, theirs) in ours.excluded.iter().zip(&theirs.excluded) {
                ours.check_subtract(theirs)?;
            }
            self.answers.state.check_subtract(&other.answers.state)
        };
        check().map_err(|error: Error| error.within(D::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        let (ours, theirs) = (&mut self.answers, &other.answers);
        ours.shared.respondents = ours.shared.respondents.saturating_sub(theirs.shared.respondents);
        for (ours, theirs) in ours.shared.excluded.iter_mut().zip(&theirs.shared.excluded) {
            ours.subtract(theirs);
        }
        ours.state.subtract(&theirs.state);
    }
}

impl<D: ItemDefinition> State for ItemCalculator<D> {
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
        let ItemAnswers { shared, state } = &self.answers;
        writer.unsigned(shared.respondents);
        for excluded in &shared.excluded {
            excluded.write(writer);
        }
        state.write(writer);
    }

    fn read_state(definition: D, reader: &mut Reader<'_>, _version: u16) -> Result<Self> {
        let respondents = reader.u64()?;
        let items = definition.items().len();
        let rules = definition.rules();
        let excluded: Vec<Exclusions> =
            (0..items).map(|_| Exclusions::read(reader)).collect::<Result<_>>()?;
        let possible = |excluded: &Exclusions| {
            excluded.duplicates == 0
                && excluded.checked_total().is_ok_and(|n| n <= respondents)
                && can_be_counted(*excluded, rules)
        };
        if !excluded.iter().all(possible) {
            return Err(Error::corrupt("an item has more exclusions than respondents"));
        }
        let shared = SharedCounts { respondents, excluded };
        let state = definition.read_state(&shared, reader)?;
        Ok(Self { definition, answers: ItemAnswers { shared, state } })
    }
}

/// The columns of a batch, one an item.
#[derive(Debug)]
struct ItemColumns<'a>(Vec<RatingCells<'a>>);

impl<'a> ItemColumns<'a> {
    /// Reads all columns; fails at the first row that the rules refuse, naming the item.
    fn read<D: ItemDefinition>(definition: &D, batch: ItemRatings<'a>) -> Result<Self> {
        let read = || {
            let items = definition.items();
            batch.check_shape(items.len())?;
            let rules = |item: usize| RatingRules {
                scale: definition.scale(item),
                ..definition.rules().clone()
            };
            let columns = batch.items.iter().zip(&items).enumerate();
            let columns = columns.map(|(item, (values, name))| {
                RatingCells::read(*values, &rules(item))
                    .map_err(|error| error.in_field((*name).to_owned()))
            });
            let columns = columns.collect::<Result<Vec<_>>>()?;
            let refused = columns.iter().enumerate().filter_map(|(item, column)| {
                column.first_refused(definition.rules()).map(|row| (row, item, column))
            });
            match refused.min_by_key(|(row, item, _)| (*row, *item)) {
                Some((row, item, column)) => {
                    let name = items.get(item).copied().unwrap_or_default().to_owned();
                    Err(column.refusal(&rules(item), row).in_field(name))
                }
                None => Ok(Self(columns)),
            }
        };
        read().map_err(|error: Error| error.within(D::KIND.name))
    }
}

/// How many respondents gave each combination of classes: a dense table of integer counts.
///
/// Every item's answer is in one of `classes` classes or excluded, so the table has
/// (classes + 1)^items cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JointCounts {
    items: usize,
    classes: usize,
    cells: Vec<u64>,
}

/// The classes of up to three items; `None` is an excluded answer.
pub type Classes = [Option<usize>; 3];

impl JointCounts {
    /// The empty table of two or three items.
    pub(crate) fn new(items: usize, classes: usize) -> Self {
        let width = classes + 1;
        let cells = (0..items).fold(1, |cells, _| cells * width);
        Self { items, classes, cells: vec![0; cells] }
    }

    /// Counts one respondent by the classes of the answers.
    pub(crate) fn record(&mut self, classes: impl Iterator<Item = Option<usize>>) {
        let width = self.classes + 1;
        let index = classes.fold(0, |index, class| index * width + class.unwrap_or(self.classes));
        if let Some(cell) = self.cells.get_mut(index) {
            *cell = cell.saturating_add(1);
        }
    }

    /// Every combination with its count; items beyond the table's are `None`.
    pub fn iter(&self) -> impl Iterator<Item = (Classes, u64)> + '_ {
        self.cells.iter().enumerate().map(|(index, &count)| {
            let mut rest = index;
            let mut classes = [None; 3];
            for class in classes.iter_mut().take(self.items).rev() {
                let digit = rest % (self.classes + 1);
                *class = (digit < self.classes).then_some(digit);
                rest /= self.classes + 1;
            }
            (classes, count)
        })
    }

    /// Respondents whose classes satisfy the condition.
    pub fn count_where(&self, condition: impl Fn(&Classes) -> bool) -> u64 {
        let cells = self.iter().filter(|(classes, _)| condition(classes));
        cells.fold(0, |sum, (_, count)| sum.saturating_add(count))
    }

    /// Respondents who answered all items.
    pub fn complete(&self) -> u64 {
        self.count_where(|classes| classes.iter().take(self.items).all(Option::is_some))
    }

    /// Respondents who answered at least one item.
    pub fn answered(&self) -> u64 {
        self.count_where(|classes| classes.iter().any(Option::is_some))
    }

    /// Reads a table that agrees with the shared counts.
    pub(crate) fn read(
        mut empty: Self,
        shared: &SharedCounts,
        reader: &mut Reader<'_>,
    ) -> Result<Self> {
        empty.cells = reader.counts(empty.cells.len())?;
        let total = empty.cells.iter().try_fold(0, |sum, &count| checked_sum(sum, count))?;
        let agrees = |(item, excluded): (usize, &Exclusions)| {
            let out = empty.count_where(|classes| classes.get(item).is_some_and(Option::is_none));
            out == excluded.total()
        };
        if total != shared.respondents || !shared.excluded.iter().enumerate().all(agrees) {
            return Err(Error::corrupt("the joint counts do not add up to their margins"));
        }
        Ok(empty)
    }
}

impl ItemState for JointCounts {
    fn add(&mut self, other: &Self) {
        for (ours, theirs) in self.cells.iter_mut().zip(&other.cells) {
            *ours = ours.saturating_add(*theirs);
        }
    }

    fn check_subtract(&self, other: &Self) -> Result<()> {
        for (ours, theirs) in self.cells.iter().zip(&other.cells) {
            checked_difference(*ours, *theirs, "one combination of answers")?;
        }
        Ok(())
    }

    fn subtract(&mut self, other: &Self) {
        for (ours, theirs) in self.cells.iter_mut().zip(&other.cells) {
            *ours = ours.saturating_sub(*theirs);
        }
    }

    fn write(&self, writer: &mut Writer) {
        writer.counts(&self.cells);
    }
}
