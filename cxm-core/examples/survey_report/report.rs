//! From the file to the card.

use super::arguments::Arguments;
use super::remedy;
use super::support::Outcome;
use super::support::cards::{self, GroupView};
use super::support::csv_file::CsvFile;
use super::support::describe::Described;
use super::support::format::{count, counted};
use super::support::page::{Page, Tone};
use cxm_core::calculator::batch::KeyValues;
use cxm_core::model::{RatingRules, Scale};
use cxm_core::prelude::*;
use cxm_core::stream::segment_table::{SegmentTableOptions, segment_table};
use cxm_core::survey::RatingCalculator;

/// Writes the card that the arguments ask for.
pub(crate) fn write(arguments: &Arguments, page: &mut Page) -> Outcome<()> {
    match arguments.metric.as_str() {
        "nps" => card::<NpsDefinition>(arguments, page, |d| &mut d.ratings),
        "csat" => card::<CsatDefinition>(arguments, page, |d| &mut d.ratings),
        "ces" => card::<CesDefinition>(arguments, page, |d| &mut d.ratings),
        "star_rating" => card::<StarRatingDefinition>(arguments, page, |d| &mut d.ratings),
        other => {
            Err(format!("no metric \"{other}\"; there are nps, csat, ces and star_rating").into())
        }
    }
}

fn card<D>(
    arguments: &Arguments,
    page: &mut Page,
    rules: fn(&mut D) -> &mut RatingRules,
) -> Outcome<()>
where
    D: Described,
    D::Report: RatingReport + Scored,
{
    if arguments.preset.as_deref() == Some("list") {
        presets::<D>(page);
        return Ok(());
    }
    IntervalOptions::at(arguments.level).alpha()?;
    let mut definition = choose::<D>(arguments)?;
    let (numbers, texts) = codes(&arguments.missing_codes);
    rules(&mut definition).dont_know = numbers;
    definition.validate()?;

    let file = CsvFile::read(&arguments.file, arguments.separator)?;
    let ratings = file.numbers(&arguments.score, &texts)?;
    let mut state = RatingCalculator::new(definition.clone())?;
    state.update(Ratings::from(ratings.as_slice()))?;

    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy();
    let about =
        format!("{}, column \"{}\"", counted(file.len() as u64, "row", "rows"), arguments.score);
    page.title(&format!("{} of {name}", definition.metric()), &about);
    for note in &file.notes {
        page.paragraph(note, Tone::Dim);
    }
    page.blank();
    let known: Vec<Scale> = D::presets().iter().map(|p| (p.build)().rules().scale).collect();
    let rules = definition.rules();
    let remedies = remedy::sentences(rules.scale, &known, &rules.dont_know, &ratings);
    for sentence in &remedies {
        page.point('!', Tone::Warning, sentence);
    }
    if !remedies.is_empty() {
        page.blank();
    }
    if state.value().responses() < arguments.min_responses {
        let few = counted(state.value().responses(), "answer", "answers");
        page.paragraph(
            &format!("{few}: fewer than --min-responses, so nothing is shown."),
            Tone::Bad,
        );
        return Ok(());
    }
    cards::overall(page, &state, arguments.level, None)?;
    for column in &arguments.by {
        by(page, &definition, column, &file.texts(column)?, &ratings, arguments)?;
    }
    Ok(())
}

/// The definition of the preset, of the scale, or the metric's own.
fn choose<D: Described>(arguments: &Arguments) -> Outcome<D> {
    let scale_of = |definition: &D| definition.rules().scale;
    match (&arguments.preset, arguments.scale) {
        (Some(name), scale) => {
            let definition = D::preset(name)?;
            let own = scale_of(&definition);
            match scale {
                Some(scale) if scale != own => Err(format!(
                    "preset {name} is on {own}, --scale says {scale}; leave one of them out"
                )
                .into()),
                _ => Ok(definition),
            }
        }
        (None, None) => Ok(D::default()),
        (None, Some(scale)) => {
            let mut presets = D::presets().iter().map(|preset| (preset.build)());
            presets.find(|definition| scale_of(definition) == scale).ok_or_else(|| {
                let mut known: Vec<String> = Vec::new();
                for preset in D::presets() {
                    let scale = scale_of(&(preset.build)()).to_string();
                    if !known.contains(&scale) {
                        known.push(scale);
                    }
                }
                let (metric, known) = (D::default().metric(), known.join(", "));
                format!("there is no {metric} on the scale {scale}; there is one on {known}").into()
            })
        }
    }
}

/// Numbers are codes for "don't know", anything else stands for no answer.
fn codes(declared: &[String]) -> (Vec<i32>, Vec<String>) {
    let mut numbers: Vec<i32> = declared.iter().filter_map(|code| code.parse().ok()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let texts = declared.iter().filter(|code| code.parse::<i32>().is_err()).cloned().collect();
    (numbers, texts)
}

fn presets<D: Described>(page: &mut Page) {
    for preset in D::presets() {
        page.term(preset.name, preset.summary);
    }
}

/// The table by one column.
fn by<D>(
    page: &mut Page,
    definition: &D,
    column: &str,
    groups: &[&str],
    ratings: &[f64],
    arguments: &Arguments,
) -> Outcome<()>
where
    D: Described,
    D::Report: RatingReport + Scored,
{
    let named: Vec<u8> = groups.iter().map(|group| u8::from(!group.is_empty())).collect();
    let keys =
        KeyColumn { values: KeyValues::Texts(groups), validity: Some(Validity::Bytes(&named)) };
    let mut keyed =
        Keyed::<RatingCalculator<D>>::new(KeyedDefinition::with([column], definition.clone()))?;
    keyed.update(KeyedBatch { keys: &[keys], batch: Ratings::from(ratings) })?;

    const MOST: usize = 100;
    if keyed.len() > MOST {
        let groups = count(keyed.len() as u64);
        return Err(format!(
            "column \"{column}\" has {groups} groups; a table shows at most {MOST}"
        )
        .into());
    }
    let options = SegmentTableOptions {
        level: arguments.level,
        min_responses: arguments.min_responses,
        versus_rest: keyed.len() > 1,
        shrink: keyed.len() > 2,
        ..SegmentTableOptions::default()
    };
    page.heading(&format!("By {column}"), "");
    cards::groups(
        page,
        definition,
        &segment_table(&keyed, &options)?,
        &GroupView { by: column, marks: None },
    );
    Ok(())
}
