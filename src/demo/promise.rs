//! What the demo's funds say of themselves and promise: names, goal, and a charter that two of its people agreed to.

use anyhow::Context as _;

use super::Story;
use crate::approvals::rules::{self, Asked, RulesRefusal};
use crate::approvals::{Subject, charter};
use crate::funds::charter::{Article, Charter};
use crate::funds::{About, Fund, Goal, Names, settings};
use crate::transact;

/// Which of [`super::STAFF`] writes the charter, and who agrees to it.
const KEEPER: usize = 4;
const AGREEING: usize = 1;

/// What each fund hopes to receive, in cents.
const GOALS: [i64; 2] = [1_000_000, 150_000];

/// Who may get what is left: made-up groups, like everything else here.
const RECIPIENTS: &str = "Riverside Resiliency Fund | it keeps a pantry and a cooling centre for the whole town\n\
    North Valley Mutual Aid | its volunteers cooked for the picket lines from the first day";

impl Story<'_> {
    /// What a fund says of itself, and its charter, as an administrator and an approver would put them in force.
    pub(super) async fn promise(&self, fund: &Fund, goal_minor: i64) -> anyhow::Result<()> {
        let (db, now) = (&self.node.db, self.node.clock.now());
        let about = About {
            contact: "books@teachers.example".to_owned(),
            statement_text: "TEACHERS FUND".to_owned(),
            strike_on: Some(now.day_in(self.zone())),
            ..About::default()
        };
        let names = Names { name: fund.name.clone(), purpose: fund.promise.clone(), about };
        let (keeper, operation) = (self.actor(KEEPER, now), self.operation()?);
        let done: Result<(), settings::SettingError> =
            transact!(db, tx => settings::set_names(tx, keeper, &operation, fund.id, &names, now).await);
        done?;
        let (goal, operation) = (Goal { amount_minor: Some(goal_minor), cap_minor: None }, self.operation()?);
        let set: Result<(), settings::SettingError> =
            transact!(db, tx => settings::set_goal(tx, keeper, &operation, fund.id, goal, now).await);
        set?;
        let restricted = fund.restriction.is_some();
        let charter = Charter::parse(|field| words(field, restricted)).map_err(|wrong| anyhow::anyhow!("{wrong:?}"))?;
        let operation = self.operation()?;
        let asked: Result<Asked, RulesRefusal> = transact!(db, tx => charter::ask(tx, keeper, &operation, (fund.id, &charter), now).await);
        asked?;
        let open = rules::open(&mut db.begin_read().await?, fund.id, Subject::Charter).await?;
        self.agree(open.context("a charter that waits for an approver")?.id, AGREEING).await
    }

    /// The same for every fund of the demo.
    pub(super) async fn promise_all(&self) -> anyhow::Result<()> {
        for (fund, goal_minor) in self.funds.iter().zip(GOALS) {
            self.promise(fund, goal_minor).await?;
        }
        Ok(())
    }
}

/// The text of a field of the charter, of a fund whose money may serve one purpose only or every promised use.
fn words(field: &str, is_restricted: bool) -> &'static str {
    match field {
        "recipients" => RECIPIENTS,
        "reserve_percent" => "5",
        "reserve_days" => "120",
        "objection_days" => "0",
        article => article.parse().map_or("", |article| said(article, is_restricted)),
    }
}

/// What an article says.
const fn said(article: Article, is_restricted: bool) -> &'static str {
    match article {
        Article::Who => "Five members of the teachers’ union local, chosen at an open meeting, run this fund without pay.",
        Article::Tie => "We belong to the union whose members are on strike, and we answer to them every week.",
        Article::Spending => {
            "Every expense is entered by one person and agreed to by others, as the table of approvals says.\n\
             What was bought, for which use and for how much is published, once others agreed."
        }
        Article::Withdrawal => {
            "Money leaves the bank only for an expense that others agreed to. Each payment is matched to the bank’s statement."
        }
        Article::Uses if is_restricted => "Rent, medicine and child care for families of strikers, paid as community support.",
        Article::Uses => {
            "Food: meals on the picket lines. Water: cases of bottles. Supplies: signs, rain gear, first aid. Logistics: trips, \
             toilets, tents. Community support: rent and medicine of strikers who cannot pay."
        }
        Article::Roles => {
            "A treasurer enters, approvers agree, an auditor reads, an administrator looks after people and settings. Nobody agrees \
             to what they entered. Whoever has an interest in a payment says so and does not decide on it."
        }
        Article::Leftover => {
            "When the strike is over and every bill is paid, what is left goes to the groups named here, in equal shares. Nothing goes \
             to the union or to its officers."
        }
        Article::Loss => "If a donor’s bank takes a gift back after the end, the union local bears it.",
        Article::Ends => "The fund ends when the strike does, or when its members decide so; then it takes no more gifts.",
        Article::Refunds => "A gift is given back on request within 30 days, as long as it was not spent. Gifts are not tax-deductible.",
        Article::Privacy => {
            "We hold donors’ addresses to send receipts, and nobody outside the treasury sees them. Write to us to have yours deleted. \
             What Stripe, banks and courts hold we cannot promise."
        }
        Article::Access => "Every page works without a script, by keyboard and in print. Tell us where one does not.",
    }
}
