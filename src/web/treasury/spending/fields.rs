//! The fields of an expense's form, and what they offer to choose from. Not here: the page, and what is done with what was typed (`form`).

use super::{payable, today, use_in_words};
use crate::db::Tx;
use crate::funds::{self, Fund};
use crate::ledger;
use crate::spending::draft::{self, Context};
use crate::spending::{self, Draft, PaidBy, Show, Unit, payees};
use crate::web::error::Trouble;
use crate::web::form::{Choice, Field, FormParts};
use crate::web::words::Words;
use crate::web::{Site, documents};

/// How many parts a split expense can have beside its first.
pub(super) const ROWS: usize = 4;

/// What the form offers to choose from.
pub(super) struct Offers {
    pub(super) accounts: Vec<String>,
    /// What each account is called.
    account_names: Vec<String>,
    pub(super) categories: Vec<String>,
    pub(super) funds: Vec<Fund>,
    pub(super) payees: Vec<(String, String)>,
    shops: Vec<String>,
}

impl Offers {
    pub(super) async fn read(tx: &mut Tx, words: Words, fund: &Fund) -> Result<Self, Trouble> {
        let all = ledger::accounts(tx).await?;
        let funds = funds::list(tx).await?.into_iter().filter(|other| other.currency == fund.currency).collect();
        let book = payees::list(tx).await?.into_iter().filter(|payee| payee.ended_at.is_none());
        let payees = book.map(|payee| (payee.id.to_string(), payee.label)).collect();
        let shops = spending::shops(tx, fund.id).await?;
        let (accounts, account_names) = payable(tx, words, fund.currency).await?.into_iter().unzip();
        Ok(Self { accounts, account_names, categories: draft::categories(&all), funds, payees, shops })
    }

    pub(super) fn parse(&self, site: &Site, fund: &Fund, form: &draft::Form) -> Result<Draft, Vec<draft::Mistake>> {
        let funds: Vec<_> = self.funds.iter().map(|fund| fund.id).collect();
        let today = today(fund, site.clock.now());
        let (accounts, categories) = (&self.accounts, &self.categories);
        Draft::parse(form, &Context { fund: fund.id, currency: fund.currency, today, accounts, categories, funds: &funds })
    }
}

/// Every field of the form, in the order of the page.
pub(super) fn fields(words: Words, fund: &Fund, offers: &Offers, parts: &FormParts<'_>) -> Vec<Field> {
    let sign = fund.currency.sign();
    let list = |name: &str, values: &[&str]| values.iter().map(|value| Choice::new(*value, words.of(name, value))).collect::<Vec<_>>();
    let uses = || offers.categories.iter().map(|category| Choice::new(category.as_str(), use_in_words(words, category))).collect();
    let empty = || Choice::new("", words.say("expense-choose"));
    let units = std::iter::once(empty()).chain(list("expense-unit", &Unit::ALL.map(Unit::as_str))).collect();
    let accounts = offers.accounts.iter().zip(&offers.account_names).map(|(path, name)| Choice::new(path.as_str(), name.as_str()));
    let book = offers.payees.iter().map(|(id, label)| Choice::new(id.as_str(), label.as_str()));
    let kept: Vec<&str> = parts.typed.get("kept").split(',').filter(|one| !one.is_empty()).collect();
    let mut fields = vec![parts.file("file", "expense-receipts", documents::ACCEPT, true).hint(words.say("expense-receipts-hint"))];
    if !kept.is_empty() {
        let choices = (1..).zip(&kept).map(|(n, one): (i64, _)| Choice::new(*one, words.with("expense-receipt-n", "n", n))).collect();
        fields.push(parts.checks("drop", "expense-receipts-drop", choices).optional(words));
    }
    fields.extend([
        parts.hidden("kept"),
        parts.hidden("version"),
        parts.money("amount", "expense-amount", sign),
        parts.day("bought_on", "expense-bought"),
        parts.text("vendor", "expense-shop", "off").hint(words.say("expense-private")).suggesting(offers.shops.clone()),
        parts.radios("category", "expense-use", uses()).hint(words.say("expense-use-hint")),
        parts.text("public_text", "expense-public", "off").hint(words.say("expense-public-hint")).optional(words),
        parts.number("unit_count", "expense-units").optional(words),
        parts.select("unit", "expense-unit", units).optional(words),
        parts.area("note", "expense-note").hint(words.say("expense-private")).optional(words),
        parts.radios("paid_by", "expense-paid-by", list("expense-paid-by", &PaidBy::ALL.map(PaidBy::as_str))),
        parts
            .select("paid_from", "expense-paid-from", std::iter::once(empty()).chain(accounts).collect())
            .hint(words.say("expense-paid-from-hint")),
        parts.select("payee", "expense-payee", std::iter::once(empty()).chain(book).collect()).hint(words.say("expense-payee-hint")),
        parts.radios("show", "expense-show", list("expense-show", &Show::ALL.map(Show::as_str))),
        parts.checks("show_shop", "expense-show-shop", vec![Choice::new("1", words.say("expense-show-shop-too"))]).optional(words),
        parts
            .text("no_receipt", "expense-no-receipt", "off")
            .hint(words.say("expense-no-receipt-hint"))
            .suggesting(["lost", "not-given", "unreadable", "market"].map(|why| words.of("expense-no-receipt", why)).into())
            .optional(words),
    ]);
    for row in 0..ROWS {
        let of = |fund: &Fund, category: &str| {
            Choice::new(format!("{} {category}", fund.id), format!("{}: {}", fund.name, use_in_words(words, category)))
        };
        let each = offers.funds.iter().flat_map(|fund| offers.categories.iter().map(move |category| of(fund, category)));
        let select = parts.select(&format!("part{row}_use"), "expense-part", std::iter::once(empty()).chain(each).collect());
        let select = if row == 0 { select.hint(words.say("expense-part-hint")) } else { select };
        fields.push(select.optional(words));
        fields.push(parts.money(&format!("part{row}_amount"), "expense-part-amount", sign).optional(words));
    }
    fields
}
