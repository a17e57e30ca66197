//! Paths into a report: `interval.lower`, `rows[2].report.score`.

use serde_json::Value;

use crate::error::{Failure, Outcome};
use crate::status;

#[derive(Debug, PartialEq, Eq)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
}

#[cold]
fn malformed(path: &str, why: &str) -> Failure {
    let message = format!("\"{path}\" is not a path such as rows[2].report.score: {why}");
    Failure::new(status::CXM_STATUS_INVALID_ARGUMENT, message)
}

/// The steps of a path; the empty path has none.
fn steps(path: &str) -> Outcome<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    if path.is_empty() {
        return Ok(steps);
    }
    for (position, part) in path.split('.').enumerate() {
        let (field, mut indices) = match part.find('[') {
            Some(bracket) => part.split_at(bracket),
            None => (part, ""),
        };
        // A report that is a list is indexed from the start: [2].score
        if !field.is_empty() {
            steps.push(Step::Field(field));
        } else if position > 0 || indices.is_empty() {
            return Err(malformed(path, "a name is empty"));
        }
        while !indices.is_empty() {
            let inside = indices.strip_prefix('[').and_then(|rest| rest.split_once(']'));
            let Some((number, rest)) = inside else {
                return Err(malformed(path, "a bracket is not closed"));
            };
            let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            let Some(index) = digits.then(|| number.parse().ok()).flatten() else {
                return Err(malformed(path, "an index is not a number"));
            };
            steps.push(Step::Index(index));
            indices = rest;
        }
    }
    Ok(steps)
}

/// The value at a path.
pub(crate) fn find<'a>(root: &'a Value, path: &str) -> Outcome<&'a Value> {
    let mut here = root;
    for step in steps(path)? {
        let next = match step {
            Step::Field(name) => here.get(name),
            Step::Index(index) => here.get(index),
        };
        here = next.ok_or_else(|| missing(path, &step, here))?;
    }
    Ok(here)
}

#[cold]
fn missing(path: &str, step: &Step<'_>, here: &Value) -> Failure {
    let (wanted, there) = match (step, here) {
        (Step::Field(name), Value::Object(fields)) => {
            let names: Vec<_> = fields.keys().map(String::as_str).collect();
            (format!("no field \"{name}\""), format!("there are {}", names.join(", ")))
        }
        (Step::Index(index), Value::Array(items)) => {
            (format!("no element {index}"), format!("there are {}", items.len()))
        }
        (Step::Field(name), other) => {
            (format!("no field \"{name}\""), format!("there is {}", kind(other)))
        }
        (Step::Index(index), other) => {
            (format!("no element {index}"), format!("there is {}", kind(other)))
        }
    };
    let message = format!("the report has {wanted} on the path \"{path}\"; {there}");
    Failure::new(status::CXM_STATUS_NOT_FOUND, message)
}

/// What a value is, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_go_through_fields_and_elements() {
        let report =
            json!({"rows": [{"report": {"score": 1.5}}, {"key": ["a", ["b"]]}], "n": null});
        assert_eq!(find(&report, "rows[0].report.score").unwrap(), 1.5);
        assert_eq!(find(&report, "rows[1].key[1][0]").unwrap(), "b");
        assert_eq!(find(&report, "n").unwrap(), &Value::Null);
        assert_eq!(find(&report, "").unwrap(), &report);
        assert_eq!(find(&json!([{"a": 7}]), "[0].a").unwrap(), 7);
    }

    #[test]
    fn a_path_that_leads_nowhere_says_where_it_ended() {
        let report = json!({"score": null, "rows": [1, 2]});
        let message = |path: &str| match find(&report, path) {
            Err(failure @ Failure::Door(_)) => (failure.status(), failure.message().into_owned()),
            other => unreachable!("{other:?}"),
        };
        let (status, text) = message("scroe");
        assert_eq!(status, status::CXM_STATUS_NOT_FOUND);
        assert!(text.contains("no field \"scroe\"") && text.contains("score, rows"), "{text}");
        assert!(message("rows[2]").1.ends_with("there are 2"));
        assert!(message("rows.first").1.ends_with("there is a list"));
        assert!(message("score.value").1.ends_with("there is null"));
        for path in [
            ".",
            "a.",
            ".a",
            "a..b",
            "rows[",
            "rows[]",
            "rows[-1]",
            "rows[+1]",
            "rows[1]x",
            "rows]",
            "rows[1",
            "rows[99999999999999999999]",
            "a.[0]",
        ] {
            let status = message(path).0;
            let expected = if path == "rows]" {
                status::CXM_STATUS_NOT_FOUND
            } else {
                status::CXM_STATUS_INVALID_ARGUMENT
            };
            assert_eq!(status, expected, "{path}");
        }
    }
}
