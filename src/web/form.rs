//! Forms of the treasury: fields with their label, hint and error, made once for every page. Not here: what a field means.

use std::collections::BTreeMap;

use askama::Template;
use askama::filters::HtmlSafe;
use axum::http::StatusCode;

use super::words::Words;

/// What is wrong with the fields of a form, in the reader's words, in page order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrongs {
    list: Vec<(String, String)>,
    status: Option<StatusCode>,
}

impl Wrongs {
    /// Notes what is wrong with a field; the first mistake of a field is the one that is told.
    pub fn add(&mut self, field: impl Into<String>, text: impl Into<String>) {
        let field = field.into();
        if !self.list.iter().any(|(known, _)| *known == field) {
            self.list.push((field, text.into()));
        }
    }

    /// Notes that the form was sent before with other content: the page comes back as a conflict (safety rule MO2).
    pub fn conflict(&mut self, text: impl Into<String>) {
        self.add("main", text);
        self.answer_as(StatusCode::CONFLICT);
    }

    /// Answers with this status in place of 422; the first that is set is the one that is answered.
    pub fn answer_as(&mut self, status: StatusCode) {
        self.status.get_or_insert(status);
    }

    /// What a page with these mistakes is answered as.
    pub fn status(&self) -> StatusCode {
        let wrong = self.status.unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        if self.is_empty() { StatusCode::OK } else { wrong }
    }

    /// What is wrong first; None: nothing is.
    pub fn first(&self) -> Option<String> {
        self.list.first().map(|(_, text)| text.clone())
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn of(&self, field: &str) -> Option<String> {
        self.list.iter().find(|(known, _)| known == field).map(|(_, text)| text.clone())
    }
}

/// What a person typed, by field: kept when the form comes back. A field that was sent twice has its last value, but for checkboxes.
#[derive(Clone, Debug, Default)]
pub struct Typed(BTreeMap<String, Vec<String>>);

impl Typed {
    /// From the pairs of a form. Letters that are not seen, or that turn what stands around them, are taken out (safety test A5): a name must
    /// be what it looks like, and a NUL is no letter to `PostgreSQL`.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            fields.entry(name).or_default().push(value.chars().filter(|letter| is_seen(*letter)).collect());
        }
        Self(fields)
    }

    /// The value of a field without the blanks around it; empty where it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.last()).map_or("", |value| value.trim())
    }

    /// Every value of a field that may be sent more than once.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).into_iter().flatten().map(String::as_str)
    }

    /// Whether a box is ticked, or a button was the one that was pressed.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Puts a value in place of what was typed.
    #[must_use]
    pub fn put(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_owned(), vec![value.into()]);
        self
    }

    /// Puts a value where none was typed: what a form shows at first.
    #[must_use]
    pub fn or(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.entry(name.to_owned()).or_insert_with(|| vec![value.into()]);
        self
    }
}

/// Whether a letter shows, or ends a line as a person does. Joiners are letters of some scripts and stay.
fn is_seen(letter: char) -> bool {
    let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
    let hides = matches!(letter, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}');
    !turns && !hides && (!letter.is_control() || matches!(letter, '\n' | '\r' | '\t'))
}

/// One thing that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    chosen: bool,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), chosen: false }
    }
}

/// How a field is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Control {
    Text { kind: &'static str, autocomplete: &'static str, inputmode: &'static str },
    Money { sign: String },
    Area,
    Select(Vec<Choice>),
    Radios(Vec<Choice>),
    Checks(Vec<Choice>),
    File { accept: &'static str, multiple: bool },
    Hidden,
}

/// One field.
#[derive(Clone, Debug, Template)]
#[template(path = "web/parts/field.html")]
pub struct Field {
    name: String,
    label: String,
    hint: Option<String>,
    wrong: Option<String>,
    /// The reader's word for “Error:” and for “(optional)”; the latter None where the field is needed.
    error_word: String,
    optional: Option<String>,
    value: String,
    /// Whether browsers say that it is needed.
    required: bool,
    /// What was typed into a line of text before, to be taken again.
    suggestions: Vec<String>,
    control: Control,
}

impl HtmlSafe for Field {}

impl Field {
    fn new(form: &FormParts<'_>, name: &str, label: &str, control: Control) -> Self {
        Self {
            name: name.to_owned(),
            label: form.words.say(label),
            hint: None,
            wrong: form.wrongs.of(name),
            error_word: form.words.say("form-error"),
            optional: None,
            value: form.typed.get(name).to_owned(),
            required: false,
            suggestions: Vec::new(),
            control,
        }
    }

    /// The same with a hint under its label.
    #[must_use]
    pub fn hint(self, text: impl Into<String>) -> Self {
        Self { hint: Some(text.into()), ..self }
    }

    /// The same with a label that is no text of the locales, such as an amount.
    #[must_use]
    pub fn named(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// The same line of text with these to choose from; anything else may be typed, too.
    #[must_use]
    pub fn suggesting(self, suggestions: Vec<String>) -> Self {
        Self { suggestions, ..self }
    }

    /// The same, said to be needed to whoever does not see the other fields.
    #[must_use]
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, said to be optional.
    #[must_use]
    pub fn optional(self, words: Words) -> Self {
        Self { optional: Some(words.say("form-optional")), ..self }
    }

    fn describes(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let wrong = self.wrong.as_ref().map(|_| format!("{}-wrong", self.name));
        hint.into_iter().chain(wrong).collect::<Vec<_>>().join(" ")
    }
}

/// What the fields of a form are made from: the reader's words, what was typed, what is wrong with it.
#[derive(Clone, Copy, Debug)]
pub struct FormParts<'a> {
    /// The reader's language.
    pub words: Words,
    /// What was typed so far.
    pub typed: &'a Typed,
    /// What is wrong with it.
    pub wrongs: &'a Wrongs,
}

impl FormParts<'_> {
    /// One line of text. `autocomplete` is the browser's token, `off` for what it must not remember.
    pub fn text(&self, name: &str, label: &str, autocomplete: &'static str) -> Field {
        Field::new(self, name, label, Control::Text { kind: "text", autocomplete, inputmode: "" })
    }

    /// An e-mail address.
    pub fn email(&self, name: &str, label: &str, autocomplete: &'static str) -> Field {
        Field::new(self, name, label, Control::Text { kind: "email", autocomplete, inputmode: "" })
    }

    /// A password; what was typed is never sent back.
    pub fn password(&self, name: &str, label: &str, autocomplete: &'static str) -> Field {
        let field = Field::new(self, name, label, Control::Text { kind: "password", autocomplete, inputmode: "" });
        Field { value: String::new(), ..field }
    }

    /// A code of digits, such as a one-time code; never sent back.
    pub fn code(&self, name: &str, label: &str) -> Field {
        let field = Field::new(self, name, label, Control::Text { kind: "text", autocomplete: "one-time-code", inputmode: "numeric" });
        Field { value: String::new(), ..field }
    }

    /// A whole number.
    pub fn number(&self, name: &str, label: &str) -> Field {
        Field::new(self, name, label, Control::Text { kind: "text", autocomplete: "off", inputmode: "numeric" })
    }

    /// An amount; `sign` stands before the box.
    pub fn money(&self, name: &str, label: &str, sign: &str) -> Field {
        Field::new(self, name, label, Control::Money { sign: sign.to_owned() })
    }

    /// A day.
    pub fn day(&self, name: &str, label: &str) -> Field {
        Field::new(self, name, label, Control::Text { kind: "date", autocomplete: "off", inputmode: "" })
    }

    /// Several lines of text.
    pub fn area(&self, name: &str, label: &str) -> Field {
        Field::new(self, name, label, Control::Area)
    }

    /// One of a list that is folded together. The first choice should be an empty one where none is made yet.
    pub fn select(&self, name: &str, label: &str, choices: Vec<Choice>) -> Field {
        let choices = self.chosen(name, choices);
        Field::new(self, name, label, Control::Select(choices))
    }

    /// One of a few, all in sight.
    pub fn radios(&self, name: &str, label: &str, choices: Vec<Choice>) -> Field {
        let choices = self.chosen(name, choices);
        Field::new(self, name, label, Control::Radios(choices))
    }

    /// Any number of a few; a single box is a list of one.
    pub fn checks(&self, name: &str, label: &str, choices: Vec<Choice>) -> Field {
        let choices = self.chosen(name, choices);
        Field::new(self, name, label, Control::Checks(choices))
    }

    /// Files to be sent; the form must be a multipart one. `accept` is the browser's list of kinds.
    pub fn file(&self, name: &str, label: &str, accept: &'static str, multiple: bool) -> Field {
        let field = Field::new(self, name, label, Control::File { accept, multiple });
        Field { value: String::new(), ..field }
    }

    /// A value that goes along unseen.
    pub fn hidden(&self, name: &str) -> Field {
        Field { label: String::new(), ..Field::new(self, name, "form-error", Control::Hidden) }
    }

    fn chosen(&self, name: &str, choices: Vec<Choice>) -> Vec<Choice> {
        let is_chosen = |choice: &Choice| self.typed.all(name).any(|value| value == choice.value);
        choices.into_iter().map(|choice| Choice { chosen: is_chosen(&choice), ..choice }).collect()
    }
}

/// A button that sends the form; `name` tells which one was pressed, empty where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// The field that is sent along.
    pub name: &'static str,
    /// What it says.
    pub label: String,
    /// The quiet look of what is not the usual way on.
    pub quiet: bool,
}

/// What a form says whose draft the browser keeps until the server has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// That it is kept and not sent.
    pub kept: String,
    /// That it is being sent.
    pub sending: String,
    /// What throws the draft away.
    pub discard: String,
}

/// A whole form.
#[derive(Clone, Debug, Template)]
#[template(path = "web/parts/form.html")]
pub struct Form {
    action: String,
    multipart: bool,
    operation: String,
    fields: Vec<Field>,
    buttons: Vec<Button>,
    keeping: Option<Keeping>,
}

impl HtmlSafe for Form {}

impl Form {
    /// A form that is posted to `action`. `operation` is its operation id: sent twice, done once; empty where nothing is done twice.
    pub fn new(action: impl Into<String>, operation: impl Into<String>, fields: Vec<Field>) -> Self {
        Self { action: action.into(), multipart: false, operation: operation.into(), fields, buttons: Vec::new(), keeping: None }
    }

    /// The same, kept by the browser until the server has it; without script it is a form like any other.
    #[must_use]
    pub fn keeping(self, keeping: Keeping) -> Self {
        Self { keeping: Some(keeping), ..self }
    }

    /// The same as a multipart form, which can carry files.
    #[must_use]
    pub fn with_files(self) -> Self {
        Self { multipart: true, ..self }
    }

    /// The same with its only, or its first, button.
    #[must_use]
    pub fn button(mut self, label: impl Into<String>) -> Self {
        self.buttons.push(Button { name: "", label: label.into(), quiet: false });
        self
    }

    /// The same with its only button, in the quiet look of what is not the usual way on.
    #[must_use]
    pub fn quiet_button(mut self, label: impl Into<String>) -> Self {
        self.buttons.push(Button { name: "", label: label.into(), quiet: true });
        self
    }

    /// The same with one more button, told apart by the field it sends.
    #[must_use]
    pub fn other_button(mut self, name: &'static str, label: impl Into<String>) -> Self {
        self.buttons.push(Button { name, label: label.into(), quiet: true });
        self
    }
}

/// The box on top of a form that came back: how many problems, each linked to its field.
#[derive(Clone, Debug, Template)]
#[template(path = "web/parts/problems.html")]
pub struct Problems {
    heading: String,
    wrongs: Wrongs,
}

impl HtmlSafe for Problems {}

impl Problems {
    /// For these mistakes; None where there are none.
    pub fn of(words: Words, wrongs: &Wrongs) -> Option<Self> {
        let heading = words.with("form-problems", "count", wrongs.list.len());
        (!wrongs.is_empty()).then(|| Self { heading, wrongs: wrongs.clone() })
    }
}
