//! `strikefund demo`: a strike of ten days on made-up data, played in seconds along the very path that real gifts take.

mod picket;
mod promise;

use std::time::Duration;

use anyhow::Context as _;

use crate::approvals;
use crate::booking;
use crate::clock::Zone;
use crate::deciding;
use crate::donations::{self, Desk, Pledge, PledgeForm, Terms};
use crate::funds::{self, Fund, NewFund};
use crate::ids::{Entropy, FundId, PersonId, ProposalId};
use crate::jobs::Jobs;
use crate::ledger::{self, chart};
use crate::money::{Currency, Money};
use crate::payments::practice::{Outcome, Practice};
use crate::payments::sync::Run;
use crate::people::{self, Language, NewPerson, Purpose, Role, Roles, links};
use crate::serve::Node;
use crate::spending::payees::Sealing;
use crate::spending::{self, Draft, PaidBy, Part, Show};
use crate::transact;
use crate::web::Parts;

/// How many days of strike are seeded.
const DAYS: u64 = 10;
/// How many seconds those days take: as far back the demo's clock must stand when it begins.
pub const SECS: i64 = 10 * 24 * 3600;
const DAY: Duration = Duration::from_hours(24);

/// The two funds of the demo: everything, and one purpose only.
const FUNDS: [(&str, &str, Option<&str>); 2] = [
    ("strike-support", "Teachers' Strike Support Fund", None),
    ("hardship", "Hardship Fund for Families", Some("rent, medicine and child care for the families of strikers")),
];

/// What was bought on a day of the strike, from which of [`FUNDS`], for how many cents.
const PURCHASES: &[(u64, usize, &str, i64)] = &[
    (2, 0, "water", 18_640),
    (3, 0, "food", 31_250),
    (3, 0, "supplies", 12_480),
    (4, 0, "logistics", 8_900),
    (5, 0, "food", 27_815),
    (5, 1, "community-support", 15_000),
    (6, 0, "water", 9_320),
    (7, 0, "supplies", 22_075),
    (7, 1, "community-support", 12_500),
    (8, 0, "food", 30_440),
    (9, 0, "logistics", 6_150),
];

/// What donors give, in cents; drawn by a seed, so that every demo is the same.
const GIFTS: [i64; 12] = [1_000, 2_500, 2_500, 2_500, 5_000, 5_000, 1_500, 2_000, 10_000, 4_200, 25_000, 3_700];

/// Slug and name of the funds that the demo shows.
pub fn public_funds() -> [(&'static str, &'static str); 2] {
    FUNDS.map(|(slug, name, _)| (slug, name))
}

/// The people of the demo's treasury: name, what they are there for, roles.
const STAFF: [(&str, &str, &[Role]); 5] = [
    ("Rosa", "treasurer", &[Role::Recorder, Role::Auditor]),
    ("Ben", "approver", &[Role::Approver, Role::Auditor]),
    ("Tess", "approver", &[Role::Approver]),
    ("Uma", "approver", &[Role::Approver]),
    ("Ana", "administrator", &[Role::Administrator, Role::Auditor]),
];

/// Who the demo's people are, and the path of the link by which a newcomer looks around as each of them; last, a picket captain's own page.
///
/// # Errors
/// When the database is gone.
pub async fn ways_in(parts: &Parts) -> anyhow::Result<Vec<(String, String)>> {
    let (now, mut ways, mut captain) = (parts.clock.now(), Vec::new(), None);
    for person in people::list(&mut parts.db.begin_read().await?).await? {
        let title = STAFF.iter().find(|(name, ..)| *name == person.name).map_or("", |(_, title, _)| title);
        let token: sqlx::Result<String> =
            transact!(parts.db, tx => links::make(tx, Purpose::Demo, person.id, None, &parts.entropy, now).await);
        ways.push((format!("{}, {title}", person.name), format!("/link/{}", token?)));
        if person.name == STAFF[0].0 {
            captain = Some(("A picket captain, by link".to_owned(), picket::captains_page(parts, person.id).await?));
        }
    }
    ways.extend(captain);
    Ok(ways)
}

/// The demo on its way through the days.
struct Story<'a> {
    node: &'a Parts,
    jobs: Jobs,
    practice: &'a Practice,
    chance: Entropy,
    funds: Vec<Fund>,
    people: Vec<PersonId>,
    charges: Vec<String>,
    gifts: u64,
}

/// Plays the ten days on a node whose clock stands ten days back, and leaves the clock at today.
///
/// # Errors
/// When a step of the story fails: the demo takes the real path, so this is a fault of the program.
pub async fn play(node: &Node) -> anyhow::Result<()> {
    let (jobs, node) = (node.jobs(), &node.parts);
    let practice = node.practice.as_ref().context("the demo runs on the practice Stripe")?;
    let mut story =
        Story { node, jobs, practice, chance: Entropy::seeded(1987), funds: Vec::new(), people: Vec::new(), charges: Vec::new(), gifts: 0 };
    story.set_up().await?;
    story.promise_all().await?;
    // What donors give does not hang on how much was agreed to before the first of them.
    story.chance = Entropy::seeded(2023);
    let payee = story.enter_payee().await?;
    for day in 0..DAYS {
        story.live_through(day).await.with_context(|| format!("day {day} of the demo"))?;
    }
    story.owe(payee).await?;
    story.jobs.night().await;
    story.jobs.publish().await?;
    Ok(())
}

impl Story<'_> {
    async fn set_up(&mut self) -> anyhow::Result<()> {
        let (db, now) = (&self.node.db, self.node.clock.now());
        for (slug, name, restriction) in FUNDS {
            let mut new = NewFund::parse(name, slug, "USD", "America/Los_Angeles").map_err(|wrong| anyhow::anyhow!(wrong.join(" ")))?;
            new.restriction = restriction.map(str::to_owned);
            if let Some(purpose) = restriction {
                new.promise =
                    format!("Your donations pay {purpose}. What is left goes to community resiliency funds and local mutual aid networks.");
            }
            // Only practice may publish single gifts every few seconds: here nobody's employer is watching.
            (new.min_gifts, new.publish_interval_secs) = (1, 3);
            let done: Result<FundId, funds::SetUpError> = transact!(db, tx => funds::set_up(tx, &new, &self.node.entropy, now).await);
            done?;
        }
        self.funds = funds::list(&mut db.begin_read().await?).await?;
        for (name, _, roles) in STAFF {
            let email = format!("{}@example.org", name.to_lowercase());
            let roles = Roles::new(roles.iter().copied());
            let new = NewPerson { name: name.to_owned(), email, language: Language::English, roles };
            let (keys, entropy) = (&self.node.keyring, &self.node.entropy);
            let added: sqlx::Result<PersonId> = transact!(db, tx => people::add(tx, &new, keys, entropy, now).await);
            self.people.push(added?);
        }
        Ok(())
    }

    /// One day: gifts, Stripe's own time, the books, money to the bank, purchases.
    async fn live_through(&mut self, day: u64) -> anyhow::Result<()> {
        for _ in 0..6 + self.chance.below(8) {
            self.give().await?;
        }
        match day {
            4 => drop(self.practice.refund(&self.charges[4], None)?),
            5 => drop(self.practice.open_dispute(&self.charges[9], None)),
            6 => drop(self.practice.refund(&self.charges[13], Some(1_000))?),
            _ => {}
        }
        self.practice.advance(DAY / 2).await;
        self.jobs.round(Run::Wake).await?;
        if day >= 1 {
            self.pay_out().await?;
        }
        self.practice.advance(DAY / 2).await;
        self.jobs.round(Run::Wake).await?;
        for (_, fund, category, minor) in PURCHASES.iter().filter(|purchase| purchase.0 == day) {
            self.buy(day, *fund, category, *minor).await?;
        }
        self.jobs.publish().await?;
        Ok(())
    }

    /// One gift, through the form's own type, a checkout session and the practice page's verb.
    async fn give(&mut self) -> anyhow::Result<()> {
        self.gifts += 1;
        let minor = GIFTS[usize::try_from(self.chance.below(GIFTS.len() as u64))?];
        let form = PledgeForm {
            amount_other: Money::new(minor, Currency::USD).decimal(),
            email: format!("donor{}@example.org", self.gifts),
            attempt: self.chance.reference(),
            ..PledgeForm::default()
        };
        let pledge = Pledge::parse(&form, &Terms::usual(Currency::USD)).map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
        let fund = &self.funds[usize::from(self.gifts.is_multiple_of(4))];
        let desk = Desk {
            db: &self.node.db,
            payments: &self.node.payments,
            keys: &self.node.keyring,
            entropy: &self.node.entropy,
            clock: &self.node.clock,
            base_url: &self.node.base_url,
        };
        let (_, page) = donations::give(&desk, fund, &pledge).await?;
        let session = page.rsplit('/').next().unwrap_or_default();
        let paid = self.practice.pay(session, Outcome::Pay)?;
        self.charges.extend(paid.charge);
        Ok(())
    }

    /// What is available goes to the bank and is seen there.
    async fn pay_out(&self) -> anyhow::Result<()> {
        let Some(payout) = self.practice.payout(Currency::USD) else { return Ok(()) };
        self.practice.step_payout(&payout);
        self.practice.step_payout(&payout);
        self.jobs.round(Run::Wake).await?;
        let (db, now) = (&self.node.db, self.node.clock.now());
        let minor = ledger::balance_of(&mut db.begin_read().await?, chart::IN_TRANSIT).await?.get(&Currency::USD).copied().unwrap_or(0);
        if minor != 0 {
            let (amount, on) = (Money::new(minor, Currency::USD), now.day_in(self.zone()));
            let done: Result<(), ledger::PostError> = transact!(db, tx => booking::payout_arrived(tx, &payout, amount, on, now).await);
            done?;
        }
        Ok(())
    }

    /// A purchase on the real path: one person enters and sends it, another agrees, and the books have it.
    async fn buy(&self, day: u64, fund: usize, category: &str, minor: i64) -> anyhow::Result<()> {
        let (db, now, fund) = (&self.node.db, self.node.clock.now(), &self.funds[fund]);
        let amount = Money::new(minor, Currency::USD);
        let draft = Draft {
            fund: fund.id,
            amount,
            bought_on: now.day_in(self.zone()),
            vendor: format!("Market {day}"),
            parts: vec![Part { fund_id: fund.id, category: category.to_owned(), amount_minor: minor }],
            public_text: String::new(),
            units: None,
            note: String::new(),
            paid_by: PaidBy::Card,
            paid_from: Some(chart::BANK.to_owned()),
            payee: None,
            show: Show::AfterHold,
            show_shop: false,
            documents: Vec::new(),
            no_receipt: Some("Made-up purchases of the demo have none.".to_owned()),
        };
        let (save, then, author) = (self.operation()?, self.operation()?, self.actor(0, now));
        let sent: Result<ProposalId, spending::Refusal> = transact!(db, tx => async {
            let id = spending::save(tx, author, &save, None, &draft, &self.node.entropy, now).await?;
            spending::send(tx, author, &then, (id, 1), now).await?;
            let proposal = spending::proposal(tx, id).await?;
            proposal.map(|proposal| proposal.id).ok_or(spending::Refusal::NotFound)
        }.await);
        let id = sent?;
        let proposal = approvals::find(&mut db.begin_read().await?, id).await?.context("a proposal that was just made")?;
        // Without a receipt one more must agree than the sum needs.
        for approver in (1..self.people.len()).take(usize::try_from(proposal.needed)?) {
            self.agree(id, approver).await?;
        }
        Ok(())
    }

    /// One of the demo's people agrees to a proposal as it stands.
    async fn agree(&self, id: ProposalId, approver: usize) -> anyhow::Result<()> {
        let (db, now) = (&self.node.db, self.node.clock.now());
        let proposal = approvals::find(&mut db.begin_read().await?, id).await?.context("a proposal that was made")?;
        let (actor, decide) = (self.actor(approver, now), self.operation()?);
        let seen = (id, &*proposal.payload_hash);
        let sealing = Sealing { keys: &self.node.keyring, entropy: &self.node.entropy };
        let decided: Result<deciding::Decided, deciding::DecideError> =
            transact!(db, tx => deciding::decide(tx, actor, &decide, seen, deciding::Choice::Approve, sealing, now).await);
        decided?;
        Ok(())
    }

    fn zone(&self) -> &Zone {
        &self.funds[0].time_zone
    }
}
