//! What there is to ask: the questions of the reports with their arguments, as data.
//!
//! They stand in the [catalogue](super::catalogue()), and a question is held against them before it
//! is answered: an unknown name is refused with the names that there are, an unknown or missing
//! argument with those that the question takes.

use serde_json::{Map, Value, json};

use super::definition::to_value;
use super::erased::TableEntry;
use super::functions::{
    Arguments, LEVEL, METHOD, POPULATION, Parameter, REPLICATES, SEED, TUNED_FOR, optional,
    required,
};
use crate::calculator::table::TableColumn;
use crate::calculator::{ColumnData, Table};
use crate::error::{Error, Result};

/// A question: its name, what the answer says, what it takes.
#[derive(Debug, Clone, Copy)]
pub struct QuestionEntry {
    /// The name in `snake_case`, the same in every door.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The arguments, in their order.
    pub parameters: &'static [Parameter],
}

/// The questions of a report, list by list.
pub type Questions = &'static [&'static [QuestionEntry]];

pub(super) const fn question(
    name: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
) -> QuestionEntry {
    QuestionEntry { name, summary, parameters }
}

const MEASURE: Parameter = optional(
    "measure",
    "text",
    "null",
    "net, share, good_share, mean, rescaled_mean or percent_of_maximum; null for the score",
);

const INTERVAL: &str = "the interval of the score: lower, upper, level, method; null without data";
const CONFIDENCE_SEQUENCE: &str =
    "an interval that may be looked at after every row and still holds its level";

pub(super) const SHOWN: QuestionEntry = question(
    "shown",
    "the score, or why it is held back: score, suppressed",
    &[required("min_responses", "integer", "the fewest responses with which a score is shown")],
);

/// The questions that every report with a score answers.
pub(super) const SCORED: &[QuestionEntry] = &[
    question("interval", INTERVAL, &[LEVEL, METHOD, POPULATION, SEED, REPLICATES]),
    question("confidence_sequence", CONFIDENCE_SEQUENCE, &[LEVEL, METHOD, TUNED_FOR]),
    SHOWN,
];

/// The questions of a metric of one rating a row.
pub(super) const RATING: &[QuestionEntry] = &[
    question("interval", INTERVAL, &[MEASURE, LEVEL, METHOD, POPULATION, SEED, REPLICATES]),
    question("confidence_sequence", CONFIDENCE_SEQUENCE, &[MEASURE, LEVEL, METHOD, TUNED_FOR]),
    question(
        "non_response_bounds",
        "lowest and highest figure there could be, had everyone asked answered",
        &[
            MEASURE,
            required("non_respondents", "integer", "how many were asked and did not answer"),
        ],
    ),
    question(
        "display",
        "score and shares rounded for showing, the shares adding up to 100",
        &[optional("decimals", "integer", "0", "decimals of the figures")],
    ),
    SHOWN,
];

const ITEM: Parameter = optional(
    "item",
    "text",
    "null",
    "ease, effectiveness or emotion; null for the index of all three",
);

/// The questions of the CX index.
pub(super) const CX_INDEX: &[QuestionEntry] = &[
    question("interval", INTERVAL, &[ITEM, LEVEL, METHOD, POPULATION, SEED, REPLICATES]),
    question("confidence_sequence", CONFIDENCE_SEQUENCE, &[ITEM, LEVEL, METHOD, TUNED_FOR]),
    SHOWN,
];

const GROUP: Parameter =
    optional("group", "text", "\"secure\"", "secure, favourable, vulnerable or at_risk");

/// The questions of the Secure Customer Index.
pub(super) const SECURE_CUSTOMER_INDEX: &[QuestionEntry] = &[
    question("interval", INTERVAL, &[GROUP, LEVEL, METHOD, POPULATION, SEED, REPLICATES]),
    question("confidence_sequence", CONFIDENCE_SEQUENCE, &[GROUP, LEVEL, METHOD, TUNED_FOR]),
    SHOWN,
];

/// What paired waves are asked besides.
pub(super) const PAIRED: &[QuestionEntry] = &[question(
    "test",
    "whether the score moved: difference, standard error, statistic, p_value, interval",
    &[LEVEL],
)];

const OUTCOME: Parameter =
    optional("outcome", "text", "\"rating\"", "rating, or class for the drivers of the net score");

/// What drivers are asked besides.
pub(super) const DRIVERS: &[QuestionEntry] = &[
    question(
        "drivers",
        "the regression of the outcome on its drivers, with intervals and collinearity",
        &[OUTCOME, LEVEL],
    ),
    question("lmg", "R² shared out among the drivers by Shapley's value (LMG)", &[OUTCOME]),
    question(
        "relative_weights",
        "R² shared out among the drivers by Johnson's relative weights",
        &[OUTCOME],
    ),
    question(
        "penalty_reward_contrast",
        "what each driver's bottom box costs and its top box earns",
        &[OUTCOME, LEVEL],
    ),
    question(
        "importance_performance",
        "drivers by importance and performance: four quadrants, and the gap",
        &[
            OUTCOME,
            optional("importance", "text", "\"lmg\"", "lmg or relative_weights"),
            optional("cross_hairs", "text", "\"means\"", "means or medians"),
        ],
    ),
];

/// The questions of the response rate.
pub(super) const RESPONSE_RATE: &[QuestionEntry] = &[
    question(
        "interval",
        INTERVAL,
        &[
            optional("pane", "integer", "null", "the start of a pane; null for all of them"),
            LEVEL,
            METHOD,
            POPULATION,
            SEED,
            REPLICATES,
        ],
    ),
    question("confidence_sequence", CONFIDENCE_SEQUENCE, &[LEVEL, METHOD, TUNED_FOR]),
    SHOWN,
];

/// What a ledger of responses is asked besides.
pub(super) const RESPONSE_LEDGER: &[QuestionEntry] = &[question(
    "score",
    "the report of another calculator over the answers that count, with its interval",
    &[
        required("calculator", "text", "the name of a calculator of ratings, such as nps"),
        optional("definition", "object", "null", "its definition; null for its default"),
        MEASURE,
        LEVEL,
        METHOD,
        POPULATION,
        SEED,
        REPLICATES,
    ],
)];

/// Whether a question is among those of the lists.
pub(super) fn is_listed(questions: Questions, name: &str) -> bool {
    questions.iter().copied().flatten().any(|entry| entry.name == name)
}

/// Whether a report may be asked this: a question of its lists, or one of the tables, which then
/// comes as an array of objects.
pub(super) fn check(
    questions: Questions,
    tables: &[TableEntry],
    name: &str,
    arguments: &Value,
) -> Result<()> {
    let mut known = questions.iter().copied().flatten();
    let question = known.find(|entry| entry.name == name).map(|entry| entry.parameters);
    let table = || tables.iter().find(|entry| entry.name == name).map(|entry| entry.parameters);
    let Some(parameters) = question.or_else(table) else {
        return Err(unknown(questions, tables, name));
    };
    let none = Value::Object(Map::new());
    let arguments = if arguments.is_null() { &none } else { arguments };
    Arguments::new(parameters, arguments).map(drop)
}

/// The error of a name that is no question, which lists those that are.
fn unknown(questions: Questions, tables: &[TableEntry], name: &str) -> Error {
    let mut names: Vec<_> = questions.iter().copied().flatten().map(|entry| entry.name).collect();
    for table in tables {
        if !names.contains(&table.name) {
            names.push(table.name);
        }
    }
    Error::not_found(format!("no question \"{name}\"; there are {}", names.join(", ")))
}

/// A table as JSON: one object a row.
pub(super) fn rows(table: &Table) -> Value {
    let cell = |column: &TableColumn, row: usize| {
        if !column.is_present(row) {
            return Value::Null;
        }
        match column.data() {
            ColumnData::Keys(values) => to_value(&values.get(row)),
            ColumnData::Integers(values) | ColumnData::Days(values) => json!(values.get(row)),
            ColumnData::Counts(values) => json!(values.get(row)),
            ColumnData::Floats(values) => json!(values.get(row)),
            ColumnData::Texts(values) => json!(values.get(row)),
        }
    };
    let object = |row: usize| {
        let cells = table.columns().iter();
        cells.map(|column| (column.name().to_owned(), cell(column, row))).collect()
    };
    Value::Array((0..table.len()).map(|row| Value::Object(object(row))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::registry::CALCULATORS;

    /// Something of the kind of each argument that has to be given.
    fn needed(parameters: &[Parameter]) -> Value {
        let value = |kind: &str| match kind {
            "integer" | "number" => json!(1),
            "time" => json!("2024-05-01"),
            kind if kind.starts_with("array") => json!([1, 2]),
            _ => json!("nps"),
        };
        let needed = parameters.iter().filter(|it| it.default.is_none());
        needed.map(|it| (it.name.to_owned(), value(it.kind))).collect::<Map<_, _>>().into()
    }

    #[test]
    fn every_question_of_the_list_is_known_to_its_calculator_with_its_arguments() {
        for entry in CALCULATORS {
            let empty = (entry.new)(&Value::Null).unwrap();
            for question in entry.questions.iter().copied().flatten() {
                let mut arguments = needed(question.parameters);
                for parameter in question.parameters {
                    if let Some(default) = parameter.default {
                        arguments[parameter.name] = serde_json::from_str(default).unwrap();
                    }
                }
                for arguments in [needed(question.parameters), arguments] {
                    let Err(error) = empty.ask(question.name, &arguments) else { continue };
                    let text = error.to_string();
                    for sign in ["no question", "no such argument", "unknown", "missing", "type"] {
                        assert!(!text.contains(sign), "{} {arguments}: {text}", question.name);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_question_is_refused_with_all_that_there_are() {
        for entry in CALCULATORS {
            let empty = (entry.new)(&Value::Null).unwrap();
            let error = empty.ask("nothing", &Value::Null).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound);
            let names = entry.questions.iter().copied().flatten().map(|it| it.name);
            for name in names.chain(entry.tables.iter().map(|it| it.name)) {
                assert!(error.message().contains(name), "{name}: {error}");
            }
        }
    }

    #[test]
    fn a_table_is_asked_for_as_an_array_of_objects() {
        let scores = crate::registry::new("prediction_scores", &Value::Null).unwrap();
        let bins = scores.ask("lift", &json!({"groups": 4}));
        assert!(bins.is_ok_and(|bins| bins.is_array()));
    }

    #[test]
    fn an_argument_that_cannot_be_read_is_named() {
        let nps = crate::registry::new("nps", &Value::Null).unwrap();
        for (arguments, field) in [
            (json!({"levl": 0.9}), "levl"),
            (json!({"level": "high"}), "level"),
            (json!({"level": 0.9, "method": "wilsom"}), "method"),
        ] {
            let error = nps.ask("interval", &arguments).unwrap_err();
            assert_eq!(error.field(), Some(field), "{error}");
        }
        let error = nps.ask("shown", &Value::Null).unwrap_err();
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::InvalidArgument, Some("min_responses"))
        );
    }
}
