//! The API: it is what its description says, word for word, and its lists hold everything once.

use std::collections::BTreeSet;

use axum::body::Body;
use serde_json::Value;

use super::published::strike;
use super::{Answer, Visit, to};
use crate::support::on_both_databases;

const FUND: &str = "/api/v1/funds/general";

fn parsed(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

async fn description(visit: &Visit) -> Value {
    parsed(&visit.get("/api/v1/openapi.json").await.is(200))
}

/// Whether a value is of a type that a schema names.
fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the description names the type {other}"),
    }
}

/// Holds a value against a schema of the description; the place is said when it does not fit.
fn fits(all: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(named) = schema["$ref"].as_str() {
        return fits(all, all.pointer(&named[1..]).unwrap_or_else(|| panic!("no {named}")), value, place);
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => panic!("{place}: the schema names no type"),
    };
    assert!(kinds.iter().any(|kind| is_of(kind, value)), "{place} is {value}, not {kinds:?}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{place} is {value}, not of {words:?}");
    }
    for required in schema["required"].as_array().into_iter().flatten().filter(|_| value.is_object()) {
        assert!(value.get(required.as_str().unwrap()).is_some(), "{place} has no {required}");
    }
    for (name, part) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(known), _) => fits(all, known, part, &place),
            (None, Value::Bool(false)) => panic!("{place} is not in the description"),
            (None, other) if other.is_object() => fits(all, other, part, &place),
            _ => {}
        }
    }
    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(all, &schema["items"], item, &format!("{place}[{n}]"));
    }
}

fn schema<'a>(all: &'a Value, path: &str, status: &str, kind: &str) -> &'a Value {
    let answer = &all["paths"][path]["get"]["responses"][status];
    let answer = answer["$ref"].as_str().map_or(answer, |named| all.pointer(&named[1..]).unwrap());
    &answer["content"][kind]["schema"]
}

on_both_databases! {
    async fn every_address_is_described_and_every_answer_is_as_described(books: &Books) {
        let _treasury = strike(books).await;
        let visit = Visit::of(books);
        let all = description(&visit).await;
        let doors: BTreeSet<String> = visit.doors().iter().map(|door| door.path.to_owned()).filter(|path| path.starts_with("/api/")).collect();
        let described: BTreeSet<String> = all["paths"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(doors, described);
        for path in &described {
            let example = |n: &str| path.replace("{fund}", "general").replace("{number}", n).replace("{name}", "spending");
            let answer = visit.get(&example("1")).await.is(200);
            assert_eq!((answer.header("content-type"), answer.header("x-robots-tag")), (Some("application/json"), Some("noindex")), "{path}");
            fits(&all, schema(&all, path, "200", "application/json"), &parsed(&answer), path);
            let tag = answer.header("etag").unwrap();
            let held = visit.send(to(&example("1")).header("if-none-match", tag).body(Body::empty()).unwrap()).await.is(304);
            assert!(held.body.is_empty());
            if path.contains("{fund}") {
                let wrong = visit.get(&path.replace("{fund}", "nobody").replace("{number}", "1").replace("{name}", "spending")).await.is(404);
                assert_eq!(wrong.header("content-type"), Some("application/problem+json"), "{path}");
                fits(&all, schema(&all, path, "404", "application/problem+json"), &parsed(&wrong), path);
            }
            if path.contains("{number}") {
                visit.get(&example("4000")).await.is(404);
            }
        }
    }

    async fn lists_go_on_by_their_cursor_and_hold_everything_once(books: &Books) {
        let _treasury = strike(books).await;
        let visit = Visit::of(books);
        let (mut next, mut numbers, mut sum) = (Some(format!("{FUND}/spendings")), Vec::new(), 0);
        while let Some(address) = next {
            let page = parsed(&visit.get(&address).await.is(200));
            for item in page["items"].as_array().unwrap() {
                numbers.push(item["spending"].as_i64().unwrap());
                sum += item["amount_minor"].as_i64().unwrap();
            }
            next = page["next"].as_str().map(str::to_owned);
        }
        assert_eq!(numbers, (1..=107).rev().collect::<Vec<_>>());
        let fund = parsed(&visit.get(FUND).await.is(200));
        assert_eq!(fund["figures"]["spent_minor"], sum);
        let one = parsed(&visit.get(&format!("{FUND}/spendings/2")).await.is(200));
        assert_eq!((&one["agreed"]["emergency"], &one["amount_minor"]), (&Value::Bool(true), &Value::from(80_000)));
        let older = parsed(&visit.get(&format!("{FUND}/publications/1")).await.is(200));
        assert_eq!(older["figures"]["spent_minor"], 81_899);
    }

    async fn what_is_wrong_is_told_as_a_problem(books: &Books) {
        let _treasury = strike(books).await;
        let visit = Visit::of(books);
        for (path, status) in [
            (format!("{FUND}/spendings?cursor=x"), 400),
            (format!("{FUND}/batches?cursor=-1"), 400),
            (format!("{FUND}/publications?cursor=01"), 400),
            (format!("{FUND}/reports/../../x"), 404),
            (format!("{FUND}/nothing"), 404),
            ("/api/v2/funds".to_owned(), 404),
        ] {
            let answer = visit.get(&path).await.is(status);
            assert_eq!((answer.header("content-type"), &parsed(&answer)["status"]), (Some("application/problem+json"), &Value::from(status)), "{path}");
        }
        let posted = visit.send(to(FUND).method("POST").body(Body::empty()).unwrap()).await.is(405);
        assert_eq!(posted.header("content-type"), Some("application/problem+json"));
    }
}
