//! One line of the bank: what it may be tied to and why, tied with one click, by choice, or left out; and undone. Not here: what that does to
//! the books.

use askama::Template;
use axum::Form as Sent;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{Asked, BANK, say};
use crate::bank::{self, BankAccount, BankLine, BankPosting, DAYS_AFTER, DAYS_BEFORE, LIST, MatchRefusal, MatchRow, posting_key};
use crate::booking::bank::{self as booking, BankError, Booked};
use crate::booking::brought;
use crate::db::Tx;
use crate::ids::{BankLineId, EntryId, MatchId};
use crate::money::Money;
use crate::people::Role;
use crate::people::operation::Operation;
use crate::transact;
use crate::web::doors::SignedIn;
use crate::web::error::Trouble;
use crate::web::form::{Choice, Form, FormParts, Problems, Typed, Wrongs};
use crate::web::table::{Cell, Facts};
use crate::web::treasury::Frame;
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

#[derive(Template)]
#[template(path = "web/treasury/bank_line.html")]
struct LinePage {
    frame: Frame,
    problems: Option<Problems>,
    facts: Facts,
    /// What it is tied to, where it is.
    tied: Vec<String>,
    /// What it may be tied to: the reason in words, and one click.
    proposals: Vec<(String, Option<Form>)>,
    forms: Vec<(String, Form)>,
}

/// What the page is about.
struct Shown {
    line: BankLine,
    account: BankAccount,
    found: Option<MatchRow>,
}

async fn shown(tx: &mut Tx, id: i64) -> Result<Shown, Trouble> {
    let line = bank::line(tx, BankLineId(id)).await?.ok_or(Trouble::NotFound)?;
    let account = bank::account(tx, line.bank_account_id).await?.ok_or(Trouble::NotFound)?;
    let found = bank::match_of_line(tx, line.id).await?;
    Ok(Shown { line, account, found })
}

/// `GET /treasury/bank/lines/{id}`.
pub async fn show(State(site): AnySite, Path(id): Path<i64>, Query(asked): Query<Asked>, signed_in: SignedIn) -> Result<Response, Trouble> {
    let said = asked.done.as_deref().and_then(|word| say::done(signed_in.words, word));
    page(&site, &signed_in, id, said, &Typed::default(), &Wrongs::default()).await
}

async fn page(
    site: &Site,
    signed_in: &SignedIn,
    id: i64,
    said: Option<String>,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let words = signed_in.words;
    let tx = &mut site.db.begin_read().await?;
    let shown = shown(tx, id).await?;
    let may = signed_in.person.roles.holds(Role::Recorder);
    let maker = Maker { site, words, shown: &shown, typed, wrongs };
    let mut page = LinePage {
        frame: Frame::new(site, signed_in, words.say("bank-line-title")).saying(said).wrong(!wrongs.is_empty()),
        problems: Problems::of(words, wrongs),
        facts: facts(words, &shown),
        tied: Vec::new(),
        proposals: Vec::new(),
        forms: Vec::new(),
    };
    if let Some(found) = &shown.found {
        let (_, postings) = bank::sides(tx, found).await?;
        page.tied = postings.iter().map(|posting| described(words, posting, &shown.account)).collect();
        if may {
            page.forms.push((words.say("bank-undo"), maker.undo(found.id)));
        }
    } else {
        for proposal in bank::propose(tx, &shown.line).await? {
            let text = format!("{}: {}", described(words, &proposal.posting, &shown.account), say::why(words, proposal.why));
            page.proposals.push((text, may.then(|| maker.one_click(&proposal.posting))));
        }
        let amount = Money::new(shown.line.amount_minor, shown.account.currency);
        let due = booking::under_way(tx).await?.into_iter().filter(|payout| payout.amount == amount && !shown.line.is_opening());
        for payout in due {
            let text = words.with_two("bank-payout-due", ("payout", payout.payout.as_str()), ("day", words.day(payout.arrives_on)));
            page.proposals.push((text, may.then(|| maker.as_what(&format!("payout {}", payout.payout)))));
        }
        if let Some(hint) = bank::hint(&shown.line) {
            let word = if hint == bank::Hint::Fee { "fee" } else { "interest" };
            page.proposals.push((words.of("bank-hint", word), may.then(|| maker.as_what(word))));
        }
        for gift in brought::may_have_arrived(tx, &shown.account, &shown.line).await? {
            let text = words.with_two("bank-gift-expected", ("number", gift.number.as_str()), ("day", gift.dated_on.for_people()));
            page.proposals.push((text, may.then(|| maker.arrived(&gift.number))));
        }
        if may {
            page.forms = maker.forms(tx).await?;
        }
    }
    let status = if wrongs.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(answer::private_page(status, &page))
}

fn facts(words: Words, shown: &Shown) -> Facts {
    let line = &shown.line;
    let text = if line.is_opening() { words.say("bank-opening-line") } else { line.text.clone() };
    let state = match &shown.found {
        None => Cell::chip("warning", words.say("bank-unmatched")),
        Some(found) => Cell::chip("good", words.of("bank-match", found.kind.as_str())),
    };
    let facts = Facts::default()
        .add(words.say("bank-account"), Cell::link(format!("{BANK}?account={}", shown.account.id), shown.account.name.clone()))
        .add(words.say("bank-day"), Cell::day(words, line.booked_on))
        .add(words.say("bank-amount"), Cell::money(Money::new(line.amount_minor, shown.account.currency)))
        .add(words.say("bank-text"), Cell::text(text))
        .add(words.say("bank-reference"), Cell::text(line.reference.clone().unwrap_or_else(|| words.say("bank-none"))))
        .add(words.say("bank-how"), state);
    match shown.found.as_ref().and_then(|found| found.reason.clone()) {
        Some(reason) => facts.add(words.say("bank-reason"), Cell::text(reason)),
        None => facts,
    }
}

fn described(words: Words, posting: &BankPosting, account: &BankAccount) -> String {
    let entry = words.with_two("bank-entry-on", ("entry", posting.entry_id.to_string()), ("day", words.day(posting.effective_on)));
    format!("{entry}, {}, {}", say::kind(words, &posting.kind), Money::new(posting.amount_minor, account.currency).for_people())
}

/// Makes the forms of one line; each says in a hidden field what it does.
struct Maker<'a> {
    site: &'a Site,
    words: Words,
    shown: &'a Shown,
    typed: &'a Typed,
    wrongs: &'a Wrongs,
}

impl Maker<'_> {
    fn form(&self, act: &str, hidden: &[(&str, String)], fields: Vec<crate::web::form::Field>, label: &str) -> Form {
        let unseen = hidden.iter().fold(Typed::default().or("act", act), |typed, (name, value)| typed.or(name, value.clone()));
        let parts = FormParts { words: self.words, typed: &unseen, wrongs: self.wrongs };
        let names = std::iter::once("act").chain(hidden.iter().map(|(name, _)| *name));
        let all = names.map(|name| parts.hidden(name)).chain(fields).collect();
        Form::new(format!("{BANK}/lines/{}", self.shown.line.id), self.site.entropy.reference(), all).button(self.words.say(label))
    }

    fn undo(&self, found: MatchId) -> Form {
        self.form("undo", &[("match", found.to_string())], vec![], "bank-undo-button")
    }

    fn one_click(&self, posting: &BankPosting) -> Form {
        self.form("tie", &[("posting", posting.key())], vec![], "bank-match-button")
    }

    fn as_what(&self, what: &str) -> Form {
        self.form("book", &[("what", what.to_owned())], vec![], "bank-book-button")
    }

    fn arrived(&self, number: &str) -> Form {
        self.form("arrive", &[("gift", number.to_owned())], vec![], "bank-gift-button")
    }

    /// To choose by hand, to say what it is, to leave it out.
    async fn forms(&self, tx: &mut Tx) -> Result<Vec<(String, Form)>, Trouble> {
        let (words, line, account) = (self.words, &self.shown.line, &self.shown.account);
        let parts = FormParts { words, typed: self.typed, wrongs: self.wrongs };
        let (from, to) = (line.booked_on.plus_days(-DAYS_BEFORE), line.booked_on.plus_days(DAYS_AFTER));
        let postings = bank::open_postings(tx, account.id, from, to, LIST).await?;
        let lines = bank::open_lines(tx, account.id, from, to, LIST).await?;
        let mut forms = Vec::new();
        if !postings.is_empty() {
            let of_postings = postings.iter().map(|posting| Choice::new(posting.key(), described(words, posting, account))).collect();
            let others = lines.iter().filter(|other| other.id != line.id && !other.is_opening());
            let of_lines: Vec<Choice> = others
                .map(|other| {
                    let amount = Money::new(other.amount_minor, account.currency).for_people();
                    Choice::new(other.id.to_string(), format!("{}, {amount}, {}", words.day(other.booked_on), other.text))
                })
                .collect();
            let mut fields = vec![parts.checks("posting", "bank-postings-chosen", of_postings)];
            if !of_lines.is_empty() {
                fields.push(parts.checks("line", "bank-lines-with-it", of_lines).optional(words));
            }
            forms.push((words.say("bank-split"), self.form("tie", &[], fields, "bank-split-button")));
        }
        let what = parts.radios("what", "bank-what", self.bookable(tx).await?);
        forms.push((words.say("bank-book"), self.form("book", &[], vec![what], "bank-book-button")));
        let reason = parts.text("reason", "bank-reason", "off").hint(words.say("bank-reason-hint"));
        forms.push((words.say("bank-ignore"), self.form("ignore", &[], vec![reason], "bank-ignore-button")));
        Ok(forms)
    }

    /// What the line may be, by its sign and amount.
    async fn bookable(&self, tx: &mut Tx) -> Result<Vec<Choice>, Trouble> {
        let (words, line, account) = (self.words, &self.shown.line, &self.shown.account);
        if line.is_opening() {
            return Ok(vec![Choice::new("opening", words.say("bank-what-opening"))]);
        }
        let mut choices = vec![Choice::new("fee", words.say("bank-what-fee"))];
        if line.amount_minor > 0 {
            choices.push(Choice::new("interest", words.say("bank-what-interest")));
        }
        let amount = Money::new(line.amount_minor, account.currency);
        for payout in booking::under_way(tx).await?.into_iter().filter(|payout| payout.amount == amount) {
            let label = words.with_two("bank-what-payout", ("payout", payout.payout.as_str()), ("day", words.day(payout.arrives_on)));
            choices.push(Choice::new(format!("payout {}", payout.payout), label));
        }
        for posting in booking::may_have_returned(tx, account, line).await? {
            let label = words.with("bank-what-returned", "entry", described(words, &posting, account));
            choices.push(Choice::new(format!("returned {}", posting.entry_id), label));
        }
        Ok(choices)
    }
}

/// What a person says the line is.
fn booked(text: &str) -> Option<Booked> {
    match text.split_once(' ').unwrap_or((text, "")) {
        ("fee", "") => Some(Booked::Fee),
        ("interest", "") => Some(Booked::Interest),
        ("opening", "") => Some(Booked::Opening),
        ("payout", payout) => Some(Booked::Payout(payout.to_owned())),
        ("returned", entry) => entry.parse().ok().map(|entry| Booked::Returned(EntryId(entry))),
        _ => None,
    }
}

/// `POST /treasury/bank/lines/{id}`: what was done is said on the line's page.
pub async fn send(
    State(site): AnySite,
    Path(id): Path<i64>,
    signed_in: SignedIn,
    Sent(pairs): Sent<Vec<(String, String)>>,
) -> Result<Response, Trouble> {
    let (words, typed, mut wrongs) = (signed_in.words, Typed::new(pairs.clone()), Wrongs::default());
    let account = shown(&mut site.db.begin_read().await?, id).await?.account;
    let content: Vec<String> =
        pairs.into_iter().filter(|(name, _)| name != "operation").map(|(name, value)| format!("{name}={value}")).collect();
    let parts: Vec<&str> = content.iter().map(String::as_str).collect();
    let operation = Operation::new(typed.get("operation"), &signed_in.person.id.to_string(), &parts);
    let (outcome, field, done) = match operation {
        Err(error) => (Err(error.into()), "reason", ""),
        Ok(operation) => act(&site, &signed_in, id, &typed, &operation).await,
    };
    match outcome {
        Ok(()) => Ok(answer::see_other(&format!("{BANK}/lines/{id}?done={done}"))?),
        Err(error) => {
            // What went wrong with the page as a whole belongs to no field of it.
            let field = if matches!(
                error,
                BankError::Unfit | BankError::Match(MatchRefusal::Sums { .. } | MatchRefusal::Choice | MatchRefusal::Reason)
            ) {
                field
            } else {
                "main"
            };
            wrongs.add(field, say::bank_error(words, error, account.currency)?);
            page(&site, &signed_in, id, None, &typed, &wrongs).await
        }
    }
}

/// Does what the form says: how it went, the field a mistake belongs to, and the word for what was done.
async fn act(
    site: &Site,
    signed_in: &SignedIn,
    id: i64,
    typed: &Typed,
    operation: &Operation,
) -> (Result<(), BankError>, &'static str, &'static str) {
    let (actor, now, line) = (signed_in.actor(), site.clock.now(), BankLineId(id));
    match typed.get("act") {
        "tie" => {
            let lines = typed.all("line").filter_map(|line| line.parse().ok()).map(BankLineId);
            let choice = bank::Choice {
                lines: std::iter::once(line).chain(lines).collect(),
                postings: typed.all("posting").filter_map(posting_key).collect(),
            };
            let tied: Result<MatchId, BankError> = transact!(site.db, tx => booking::tie(tx, actor, &choice, operation, now).await);
            (tied.map(drop), "posting", "matched")
        }
        "ignore" => {
            let reason = typed.get("reason");
            let done: Result<MatchId, BankError> = transact!(site.db, tx => booking::ignore(tx, actor, line, reason, operation, now).await);
            (done.map(drop), "reason", "ignored")
        }
        "book" => {
            let Some(booked) = booked(typed.get("what")) else { return (Err(BankError::Unfit), "what", "") };
            let done: Result<MatchId, BankError> =
                transact!(site.db, tx => booking::book_line(tx, actor, line, &booked, operation, now).await);
            (done.map(drop), "what", "booked")
        }
        "arrive" => {
            let gift = (line, typed.get("gift"));
            let done: Result<MatchId, BankError> =
                transact!(site.db, tx => brought::arrive(tx, actor, gift, operation, &site.entropy, now).await);
            (done.map(drop), "gift", "arrived")
        }
        "undo" => {
            let found = MatchId(typed.get("match").parse().unwrap_or(0));
            let done: Result<(), BankError> = transact!(site.db, tx => booking::undo(tx, actor, found, operation, now).await);
            (done, "match", "undone")
        }
        _ => (Err(BankError::Unfit), "what", ""),
    }
}
