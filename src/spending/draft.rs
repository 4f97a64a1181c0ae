//! Reading an expense form: what was typed becomes a draft, or a list of what is wrong with it. Not here: whether it may be sent (the verbs).

use std::collections::BTreeSet;

use super::expense::{Document, PaidBy, Part, Show, Unit, Whole};
use crate::clock::Day;
use crate::ids::{FundId, PayeeId};
use crate::ledger;
use crate::money::{self, Currency, Money};

/// The longest public text, in letters.
pub const PUBLIC_LETTERS: usize = 100;
/// The longest private note.
pub const NOTE_LETTERS: usize = 500;
/// The longest name of a shop.
pub const VENDOR_LETTERS: usize = 100;
/// The most receipts of one expense.
pub const MOST_DOCUMENTS: usize = 8;
/// The most parts of one expense.
pub const MOST_PARTS: usize = 8;

/// A form as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the form's field of that name")]
pub struct Form {
    pub amount: String,
    pub bought_on: String,
    pub vendor: String,
    pub public_text: String,
    pub unit_count: String,
    pub unit: String,
    pub note: String,
    pub paid_by: String,
    pub paid_from: String,
    pub payee: String,
    pub show: String,
    pub show_shop: bool,
    pub no_receipt: String,
    /// The use of the whole where it has one part.
    pub category: String,
    /// Fund's number, use and amount of each part, where it has several.
    pub parts: Vec<(String, String, String)>,
}

crate::words! {
    /// What is wrong with a field; each is a text of the page.
    pub enum Wrong {
        /// No amount, or none that can be read.
        Amount = "amount",
        /// No day.
        Day = "day",
        /// The day has not come yet.
        Future = "future",
        /// No shop.
        Vendor = "vendor",
        /// No use, or none of the fund's.
        Category = "category",
        /// A number without a unit, or the other way round.
        Units = "units",
        /// Nobody said how it was paid.
        PaidBy = "paid-by",
        /// The account is none of the fund's.
        PaidFrom = "paid-from",
        /// Longer than the field takes.
        TooLong = "too-long",
        /// The parts do not add up to the amount.
        Sum = "sum",
        /// A part is incomplete.
        Part = "part",
        /// None of the choices.
        Choice = "choice",
    }
}

/// A field and what is wrong with it.
pub type Mistake = (&'static str, Wrong);

/// What a form is read against.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// Where the expense is listed.
    pub fund: FundId,
    /// What it counts in.
    pub currency: Currency,
    /// Today, in the fund's zone.
    pub today: Day,
    /// The accounts money may leave.
    pub accounts: &'a [String],
    /// The uses there are.
    pub categories: &'a [String],
    /// The funds that parts may be of: those of the same currency.
    pub funds: &'a [FundId],
}

/// An expense that can be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Where it is listed.
    pub fund: FundId,
    /// The sum of its parts.
    pub amount: Money,
    /// The day it was bought.
    pub bought_on: Day,
    /// Where; private.
    pub vendor: String,
    /// What it is made of.
    pub parts: Vec<Part>,
    /// What the public reads.
    pub public_text: String,
    /// How many of what.
    pub units: Option<(i64, Unit)>,
    /// Private.
    pub note: String,
    /// How it was paid, or will be.
    pub paid_by: PaidBy,
    /// The account the money left; None where somebody is owed it.
    pub paid_from: Option<String>,
    /// Who is owed it; None where it left already, or is not known yet.
    pub payee: Option<PayeeId>,
    /// When the text is shown.
    pub show: Show,
    /// Whether shop and day are shown then, too.
    pub show_shop: bool,
    /// Its receipts.
    pub documents: Vec<Document>,
    /// Why there is none.
    pub no_receipt: Option<String>,
}

impl Draft {
    /// Reads a form; receipts are added by whoever stored them.
    ///
    /// # Errors
    /// Everything that is wrong, in page order.
    pub fn parse(form: &Form, context: &Context<'_>) -> Result<Self, Vec<Mistake>> {
        let mut wrong: Vec<Mistake> = Vec::new();
        let amount = Money::parse(&form.amount, context.currency).ok().filter(|amount| amount.minor > 0);
        if amount.is_none() {
            wrong.push(("amount", Wrong::Amount));
        }
        let bought_on = form.bought_on.parse::<Day>().ok();
        match bought_on {
            None => wrong.push(("bought_on", Wrong::Day)),
            Some(day) if day > context.today => wrong.push(("bought_on", Wrong::Future)),
            Some(_) => {}
        }
        if form.vendor.is_empty() {
            wrong.push(("vendor", Wrong::Vendor));
        }
        let parts = amount.map_or_else(Vec::new, |amount| parts(form, context, amount, &mut wrong));
        let units = units(form, &mut wrong);
        let paid_by = form.paid_by.parse::<PaidBy>().ok();
        let paid_from = Some(form.paid_from.clone()).filter(|_| paid_by.is_some_and(PaidBy::left_already));
        match (paid_by, &paid_from) {
            (None, _) => wrong.push(("paid_by", Wrong::PaidBy)),
            (_, Some(account)) if !context.accounts.contains(account) => wrong.push(("paid_from", Wrong::PaidFrom)),
            _ => {}
        }
        let show = if form.show.is_empty() { Some(Show::AfterHold) } else { form.show.parse().ok() };
        if show.is_none() {
            wrong.push(("show", Wrong::Choice));
        }
        let payee = form.payee.parse::<i64>().ok().map(PayeeId).filter(|_| paid_by.is_some_and(|way| !way.left_already()));
        let texts = [
            ("vendor", &form.vendor, VENDOR_LETTERS),
            ("public_text", &form.public_text, PUBLIC_LETTERS),
            ("note", &form.note, NOTE_LETTERS),
            ("no_receipt", &form.no_receipt, NOTE_LETTERS),
        ];
        wrong.extend(texts.iter().filter(|(_, text, most)| text.chars().count() > *most).map(|(field, ..)| (*field, Wrong::TooLong)));
        match (amount, bought_on, paid_by, show) {
            (Some(amount), Some(bought_on), Some(paid_by), Some(show)) if wrong.is_empty() => Ok(Self {
                fund: context.fund,
                amount,
                bought_on,
                vendor: form.vendor.clone(),
                parts,
                public_text: form.public_text.clone(),
                units,
                note: form.note.clone(),
                paid_by,
                paid_from,
                payee,
                show,
                show_shop: form.show_shop,
                documents: Vec::new(),
                no_receipt: Some(form.no_receipt.clone()).filter(|reason| !reason.is_empty()),
            }),
            _ => Err(wrong),
        }
    }

    /// The draft that a saved expense was, to be changed.
    pub fn of(whole: &Whole) -> Self {
        let Whole { expense, parts, documents } = whole.clone();
        Self {
            fund: expense.fund_id,
            amount: expense.amount(),
            bought_on: expense.bought_on,
            vendor: expense.vendor,
            parts,
            public_text: expense.public_text,
            units: expense.unit_count.zip(expense.unit),
            note: expense.note,
            paid_by: expense.paid_by,
            paid_from: expense.paid_from,
            payee: expense.payee_id,
            show: expense.show_when,
            show_shop: expense.show_shop,
            documents,
            no_receipt: expense.no_receipt,
        }
    }

    /// What stands for all of it in an operation. A receipt is its content here: sent again over a bad line, it is another document.
    pub fn content(&self) -> String {
        let documents = self.documents.iter().map(|document| Document { document: String::new(), ..document.clone() }).collect();
        format!("{:?}", Self { documents, ..self.clone() })
    }

    /// Whether the parts add up to the amount, each is more than nothing, and no fund pays for one use twice.
    pub fn adds_up(&self) -> bool {
        let distinct: BTreeSet<_> = self.parts.iter().map(|part| (part.fund_id, &part.category)).collect();
        distinct.len() == self.parts.len()
            && self.parts.iter().all(|part| part.amount_minor > 0)
            && money::sum(self.parts.iter().map(|part| part.amount_minor)) == Some(self.amount.minor)
    }
}

fn parts(form: &Form, context: &Context<'_>, amount: Money, wrong: &mut Vec<Mistake>) -> Vec<Part> {
    let known = |category: &str| context.categories.iter().any(|other| other == category);
    let typed: Vec<_> = form.parts.iter().filter(|(_, category, part)| !category.is_empty() || !part.is_empty()).collect();
    if typed.is_empty() {
        if !known(&form.category) {
            wrong.push(("category", Wrong::Category));
        }
        return vec![Part { fund_id: context.fund, category: form.category.clone(), amount_minor: amount.minor }];
    }
    let read = |(fund, category, part): &&(String, String, String)| {
        let fund_id = fund.parse().ok().map(FundId).filter(|fund| context.funds.contains(fund))?;
        let part = Money::parse(part, context.currency).ok().filter(|part| part.minor > 0)?;
        known(category).then(|| Part { fund_id, category: category.clone(), amount_minor: part.minor })
    };
    let Some(parts) = typed.iter().map(read).collect::<Option<Vec<Part>>>().filter(|parts| parts.len() <= MOST_PARTS) else {
        wrong.push(("parts", Wrong::Part));
        return Vec::new();
    };
    if money::sum(parts.iter().map(|part| part.amount_minor)) != Some(amount.minor) {
        wrong.push(("parts", Wrong::Sum));
    }
    let distinct: BTreeSet<_> = parts.iter().map(|part| (part.fund_id, &part.category)).collect();
    if distinct.len() != parts.len() {
        wrong.push(("parts", Wrong::Part));
    }
    parts
}

fn units(form: &Form, wrong: &mut Vec<Mistake>) -> Option<(i64, Unit)> {
    if form.unit_count.is_empty() && form.unit.is_empty() {
        return None;
    }
    let count = form.unit_count.parse::<i64>().ok().filter(|count| (1..=9_999_999).contains(count));
    let units = count.zip(form.unit.parse().ok());
    if units.is_none() {
        wrong.push(("unit_count", Wrong::Units));
    }
    units
}

/// The uses among accounts: what stands under `expenses:program:`.
pub fn categories(accounts: &[ledger::Account]) -> Vec<String> {
    accounts.iter().filter_map(|account| ledger::program_category(&account.path)).map(str::to_owned).collect()
}

/// The accounts that money can leave for an expense: bank, cash, cards, advances.
pub fn spendable(accounts: &[ledger::Account]) -> Vec<String> {
    let roots = ["assets:bank", "assets:cash", "assets:cards", "assets:advances"];
    let under = |path: &str, root: &str| path == root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with(':'));
    accounts.iter().map(|account| &*account.path).filter(|path| roots.iter().any(|root| under(path, root))).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(change: impl FnOnce(&mut Form)) -> Result<Draft, Vec<Mistake>> {
        let (categories, accounts) = (["food", "water"].map(str::to_owned), ["assets:bank".to_owned()]);
        let funds = [FundId(1), FundId(2)];
        let mut form = Form {
            amount: "18.99".to_owned(),
            bought_on: "2026-11-14".to_owned(),
            vendor: "Corner shop".to_owned(),
            category: "water".to_owned(),
            paid_by: "card".to_owned(),
            paid_from: "assets:bank".to_owned(),
            ..Form::default()
        };
        change(&mut form);
        let today = "2026-11-14".parse().unwrap();
        Draft::parse(
            &form,
            &Context { fund: FundId(1), currency: Currency::USD, today, accounts: &accounts, categories: &categories, funds: &funds },
        )
    }

    #[test]
    fn a_form_says_everything_that_is_wrong_at_once() {
        assert_eq!(read(|_| ()).unwrap().parts, [Part { fund_id: FundId(1), category: "water".to_owned(), amount_minor: 1_899 }]);
        let wrong = read(|form| {
            form.amount = "0".to_owned();
            form.bought_on = "2026-11-15".to_owned();
            form.vendor = String::new();
            form.unit_count = "3".to_owned();
            form.paid_by = String::new();
            form.public_text = "a".repeat(101);
        });
        let fields: Vec<_> = wrong.unwrap_err();
        assert_eq!(
            fields,
            [
                ("amount", Wrong::Amount),
                ("bought_on", Wrong::Future),
                ("vendor", Wrong::Vendor),
                ("unit_count", Wrong::Units),
                ("paid_by", Wrong::PaidBy),
                ("public_text", Wrong::TooLong)
            ]
        );
        assert_eq!(read(|form| form.paid_from = "assets:stripe".to_owned()), Err(vec![("paid_from", Wrong::PaidFrom)]));
        assert_eq!(read(|form| form.category = "beer".to_owned()), Err(vec![("category", Wrong::Category)]));
    }

    #[test]
    fn the_parts_of_a_split_expense_add_up_to_the_cent() {
        let split = |parts: &[(&str, &str, &str)]| {
            read(|form| form.parts = parts.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect())
        };
        let whole = split(&[("1", "water", "10.00"), ("2", "food", "8.99"), ("1", "", "")]).unwrap();
        assert!(whole.adds_up() && whole.parts.len() == 2);
        assert_eq!(split(&[("1", "water", "10.00"), ("2", "food", "8.98")]), Err(vec![("parts", Wrong::Sum)]));
        assert_eq!(split(&[("1", "water", "10.00"), ("1", "water", "8.99")]), Err(vec![("parts", Wrong::Part)]));
        assert_eq!(split(&[("3", "water", "18.99")]), Err(vec![("parts", Wrong::Part)]));
    }
}
