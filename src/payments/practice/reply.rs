//! What the API answers: an object, a list newest first, or an error in Stripe's shape.

use serde_json::{Value, json};

use super::account::Account;
use super::form::Form;
use super::table::{Key, Row};

/// What a request comes to.
pub type Reply = Result<Value, ApiError>;

/// An error in Stripe's shape.
#[derive(Debug)]
pub struct ApiError {
    pub status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
    /// What only some errors carry: `decline_code`, `charge`, `payment_intent`.
    more: Option<Value>,
}

impl ApiError {
    pub fn new(status: u16, kind: &'static str, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Self { status, kind, code, message: message.into(), param: None, more: None }
    }

    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", Some(code), message)
    }

    pub fn invalid(param: &str, message: impl Into<String>) -> Self {
        let error = Self::new(400, "invalid_request_error", None, message);
        Self { param: Some(param.to_owned()), ..error }
    }

    pub fn missing(param: &str) -> Self {
        let error = Self::refused("parameter_missing", format!("Missing required param: {param}."));
        Self { param: Some(param.to_owned()), ..error }
    }

    pub fn no_such(noun: &str, id: &str) -> Self {
        let error = Self::new(404, "invalid_request_error", Some("resource_missing"), format!("No such {noun}: '{id}'"));
        Self { param: Some("id".to_owned()), ..error }
    }

    /// The bank said no (402).
    pub fn declined(decline_code: &str, charge: &str, intent: &Value) -> Self {
        let error = Self::new(402, "card_error", Some("card_declined"), "Your card was declined.");
        Self { more: Some(json!({"decline_code": decline_code, "charge": charge, "payment_intent": intent})), ..error }
    }

    /// `{"error": {…}}`, without what is not there.
    pub fn render(&self) -> Value {
        let mut error = json!({"type": self.kind, "message": self.message});
        let fields = error.as_object_mut().expect("made an object above");
        fields.extend(self.code.map(|code| ("code".to_owned(), Value::from(code))));
        fields.extend(self.param.as_deref().map(|param| ("param".to_owned(), Value::from(param))));
        if let Some(Value::Object(more)) = &self.more {
            fields.extend(more.clone());
        }
        json!({"error": error})
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// A `created` filter: a moment, or any of `gte`, `gt`, `lt`, `lte`. Bounds are unix seconds, both inclusive.
#[derive(Clone, Copy, Debug)]
pub struct Created {
    pub from: i64,
    pub to: i64,
}

impl Created {
    pub fn parse(form: &Form) -> Result<Self, ApiError> {
        let mut range = Self { from: i64::MIN, to: i64::MAX };
        if let Some(exactly) = form.integer("created").ok().flatten() {
            return Ok(Self { from: exactly, to: exactly });
        }
        let Some(bounds) = form.child("created") else { return Ok(range) };
        for (name, step) in [("gte", 0), ("gt", 1)] {
            range.from = bounds.integer(name)?.map_or(range.from, |secs| range.from.max(secs.saturating_add(step)));
        }
        for (name, step) in [("lte", 0), ("lt", -1)] {
            range.to = bounds.integer(name)?.map_or(range.to, |secs| range.to.min(secs.saturating_add(step)));
        }
        Ok(range)
    }

    pub const fn holds(self, secs: i64) -> bool {
        self.from <= secs && secs <= self.to
    }
}

/// `limit`, 1 to 100, 10 when not given.
pub fn limit(form: &Form) -> Result<usize, ApiError> {
    match form.integer("limit")?.unwrap_or(10) {
        limit @ 1..=100 => Ok(usize::try_from(limit).expect("1 to 100 fits")),
        other => Err(ApiError::invalid("limit", format!("Invalid limit: {other}; it must be between 1 and 100"))),
    }
}

/// A list object.
pub fn page(url: &str, data: Vec<Value>, has_more: bool) -> Value {
    let mut list = json!({"object": "list", "has_more": has_more, "url": url});
    // Put in as it is: the macro would copy every element.
    list["data"] = data.into();
    list
}

/// A list object that is whole.
pub fn whole(url: &str, data: Vec<Value>) -> Value {
    page(url, data, false)
}

/// The page of `form` over the rows that `wanted` lets through, newest first, those made later first within a second.
pub fn list<T: Row>(account: &Account, url: &str, form: &Form, wanted: impl Fn(Key<T>, &T) -> bool) -> Reply {
    let created = Created::parse(form)?;
    let rows = T::table(account).iter().filter(|(key, row)| created.holds(row.created()) && wanted(*key, row));
    let mut keys: Vec<(i64, u32)> = rows.map(|(key, row)| (row.created(), key.number)).collect();
    keys.sort_unstable_by(|one, other| other.cmp(one));
    let place = |param: &str| -> Result<Option<usize>, ApiError> {
        let Some(id) = form.text(param) else { return Ok(None) };
        let key = account.get::<T>(id)?;
        Ok(Some(keys.partition_point(|at| *at > (T::table(account)[key].created(), key.number))))
    };
    let (from, to, has_more) = slice(keys.len(), limit(form)?, place("starting_after")?, place("ending_before")?);
    let data = keys[from..to].iter().map(|(_, number)| account.render(Key::<T>::new(*number))).collect();
    Ok(page(url, data, has_more))
}

/// Which of `count` elements, newest first, a page shows: after the element at `after`, or the last ones before that at `before`.
pub fn slice(count: usize, limit: usize, after: Option<usize>, before: Option<usize>) -> (usize, usize, bool) {
    match (after, before) {
        (Some(after), _) => {
            let from = (after + 1).min(count);
            let to = (from + limit).min(count);
            (from, to, to < count)
        }
        (None, Some(before)) => {
            let from = before.saturating_sub(limit);
            (from, before, from > 0)
        }
        (None, None) => (0, limit.min(count), limit < count),
    }
}

/// The object with further fields, named one after another, that the practice Stripe never fills. Official clients expect them.
pub fn with_nulls(mut object: Value, names: &str) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.extend(names.split_ascii_whitespace().map(|name| (name.to_owned(), Value::Null)));
    }
    object
}

/// Both objects' fields in one.
pub fn joined(mut object: Value, more: Value) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut object, more) {
        fields.extend(more);
    }
    object
}
