//! What waits for a visitor of the demo's treasury: a payee whose hold is over, one bill to pay, one to agree to, and a picket captain's link.

use anyhow::Context as _;

use super::{STAFF, Story};
use crate::approvals;
use crate::clock::Instant;
use crate::funds;
use crate::ids::{PayeeId, PersonId, ProposalId};
use crate::money::{Currency, Money};
use crate::people::operation::Operation;
use crate::people::{Actor, Language};
use crate::spending::payee::{NewDetails, NewPayee};
use crate::spending::payees::{self, Sealing};
use crate::spending::{self, Draft, NewCaptain, PaidBy, Part, Show, captains};
use crate::transact;
use crate::web::Parts;

/// Where a bill is from, what it is for, how many cents, and how many have agreed to it: without a receipt two must.
const BILLS: [(&str, &str, i64, usize); 2] = [("Harbor Print Shop", "supplies", 8_450, 2), ("Corner Bakery", "food", 4_200, 1)];

/// Which of [`STAFF`] enters, and who agrees: nobody whom a visitor needs for the last signature.
const AUTHOR: usize = 0;
const AGREEING: [usize; 2] = [2, 3];

impl Story<'_> {
    /// Enters somebody who is paid later on: their details rest for 48 hours once a second person agreed.
    pub(super) async fn enter_payee(&self) -> anyhow::Result<PayeeId> {
        let (db, now) = (&self.node.db, self.node.clock.now());
        let new =
            NewPayee::parse("Robin, who runs for supplies", "person", ("no", ""), "").map_err(|wrong| anyhow::anyhow!("{wrong:?}"))?;
        let details = NewDetails::parse("cheque", "to Robin Sample", "in_person").map_err(|wrong| anyhow::anyhow!("{wrong:?}"))?;
        let (author, operation) = (self.actor(AUTHOR, now), self.operation()?);
        let sealing = Sealing { keys: &self.node.keyring, entropy: &self.node.entropy };
        let entered: Result<PayeeId, spending::Refusal> =
            transact!(db, tx => payees::add(tx, author, &operation, (&new, &details), sealing, now).await);
        let payee = entered?;
        let details = payees::details(&mut db.begin_read().await?, payee).await?.context("details that were just entered")?;
        self.agree(details.proposal_id.context("details that others are asked about")?, AGREEING[0]).await?;
        Ok(payee)
    }

    /// Bills that somebody is owed: one that is agreed to, and one that lacks a signature.
    pub(super) async fn owe(&self, payee: PayeeId) -> anyhow::Result<()> {
        for (vendor, category, minor, agreed) in BILLS {
            let proposal = self.send_bill(payee, (vendor, category), minor).await?;
            for approver in &AGREEING[..agreed] {
                self.agree(proposal, *approver).await?;
            }
        }
        Ok(())
    }

    async fn send_bill(&self, payee: PayeeId, (vendor, category): (&str, &str), minor: i64) -> anyhow::Result<ProposalId> {
        let (db, now, fund) = (&self.node.db, self.node.clock.now(), &self.funds[0]);
        let draft = Draft {
            fund: fund.id,
            amount: Money::new(minor, Currency::USD),
            bought_on: now.day_in(self.zone()),
            vendor: vendor.to_owned(),
            parts: vec![Part { fund_id: fund.id, category: category.to_owned(), amount_minor: minor }],
            public_text: String::new(),
            units: None,
            note: String::new(),
            paid_by: PaidBy::Person,
            paid_from: None,
            payee: Some(payee),
            show: Show::AfterHold,
            show_shop: false,
            documents: Vec::new(),
            no_receipt: Some("Made-up bills of the demo have none.".to_owned()),
        };
        let (author, operation) = (self.actor(AUTHOR, now), self.operation()?);
        let sent: Result<Option<approvals::Proposal>, spending::Refusal> = transact!(db, tx => async {
            let id = spending::save_and_send(tx, author, &operation, None, &draft, &self.node.entropy, now).await?;
            Ok::<_, spending::Refusal>(spending::proposal(tx, id).await?)
        }.await);
        Ok(sent?.context("a proposal that was just made")?.id)
    }

    /// One of the demo's people, who proved just now who they are.
    pub(super) fn actor(&self, person: usize, now: Instant) -> Actor {
        Actor { person: self.people[person], proved_at: now }
    }

    pub(super) fn operation(&self) -> anyhow::Result<Operation> {
        Ok(Operation::new(&self.chance.reference(), "demo", &[])?)
    }
}

/// The path of a picket captain's page, made for this visit by the treasurer of [`STAFF`].
///
/// # Errors
/// When there is no fund, or the database is gone.
pub(super) async fn captains_page(parts: &Parts, treasurer: PersonId) -> anyhow::Result<String> {
    let now = parts.clock.now();
    let fund = funds::general(&mut parts.db.begin_read().await?).await?.context("the demo has a fund")?;
    let money = |minor| Money::new(minor, fund.currency);
    let new = NewCaptain {
        fund: fund.id,
        label: "North gate".to_owned(),
        language: Language::English,
        total: money(20_000),
        each: money(5_000),
        uses: ["food", "water", "supplies"].map(str::to_owned).into(),
        last_on: now.day_in(&fund.time_zone).plus_days(captains::USUAL_DAYS),
    };
    let actor = Actor { person: treasurer, proved_at: now };
    let operation = Operation::new(&parts.entropy.reference(), STAFF[AUTHOR].0, &[])?;
    let made: Result<_, spending::Refusal> =
        transact!(parts.db, tx => captains::add(tx, actor, &operation, &new, &parts.keyring, now).await);
    Ok(format!("/claim/{}", made?.1))
}
