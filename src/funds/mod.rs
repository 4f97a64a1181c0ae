//! Funds: a pot of money with one purpose, one public page, one currency. Not here: what it received or spent (`ledger`).

mod about;
mod allowed;
pub mod charter;
mod end;
mod fund;
mod giving;
mod languages;
mod rules;
pub mod settings;
mod store;
mod tier;

use crate::clock::{Day, Instant};
use crate::db::{Retryable, Tx};
use crate::ids::{Entropy, FundId, ProposalId};
use crate::ledger;

pub use about::{About, Goal, Names, Reports, STATEMENT_LETTERS, WrongGoal, WrongName, tells_too_much};
pub use allowed::Act;
pub use end::End;
pub use fund::{Fund, NewFund, State};
pub use giving::{Giving, StoredGiving, WrongGiving};
pub use languages::Languages;
pub use rules::Rules;
pub use tier::{Tier, Tiers, TiersError};

crate::record! {
    /// A version of a fund's charter.
    pub struct CharterVersion {
        /// Its number, from 1.
        pub n: i64,
        /// As it was agreed to; [`charter::Charter::of_lines`] reads it.
        pub body: String,
        /// What was agreed to; None: nobody else was there who could agree.
        pub proposal_id: Option<ProposalId>,
        /// When it came in force.
        pub agreed_at: Instant,
    }
}

crate::record! {
    /// A fund moved to where it stood from then on.
    pub struct Move {
        /// Its number, from 1.
        pub n: i64,
        /// Where to.
        pub state: State,
        /// Why, for the public; may be empty.
        pub reason: String,
        /// When.
        pub changed_at: Instant,
        /// What others agreed to; None: it was opened while it was set up, or moved before moves named that.
        pub proposal_id: Option<ProposalId>,
    }
}

/// Why a fund was not set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// A fund of that word exists, and its money is counted otherwise.
    #[error("the fund “{0}” exists already with currency {1} and time zone {2}: these are never changed")]
    Differs(String, String, String),
    /// Pooled money needs an unrestricted home before anything restricted.
    #[error("set up an unrestricted fund first: gifts that name no fund go there")]
    FirstIsRestricted,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Retryable for SetUpError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_retryable())
    }
}

/// Sets up a fund with the chart of accounts it stands on. Twice is once: name, promise and publishing rules are brought up to date.
///
/// # Errors
/// [`SetUpError`], with nothing written.
pub async fn set_up(tx: &mut Tx, new: &NewFund, entropy: &Entropy, now: Instant) -> Result<FundId, SetUpError> {
    ledger::open_chart(tx).await?;
    if let Some(standing) = store::find_by_slug(tx, &new.slug).await? {
        let same = standing.currency == new.currency && standing.time_zone == new.time_zone;
        if !same {
            return Err(SetUpError::Differs(standing.slug, standing.currency.to_string(), standing.time_zone.to_string()));
        }
        store::update(tx, standing.id, new).await?;
        return Ok(standing.id);
    }
    if new.restriction.is_some() && store::general(tx).await?.is_none() {
        return Err(SetUpError::FirstIsRestricted);
    }
    Ok(store::insert(tx, new, &entropy.reference(), now).await?)
}

/// Every fund, oldest first.
pub async fn list(tx: &mut Tx) -> sqlx::Result<Vec<Fund>> {
    store::list(tx).await
}

/// The fund that addresses call `slug`.
pub async fn find_by_slug(tx: &mut Tx, slug: &str) -> sqlx::Result<Option<Fund>> {
    store::find_by_slug(tx, slug).await
}

/// The fund that Stripe's metadata call `reference`.
pub async fn find_by_ref(tx: &mut Tx, reference: &str) -> sqlx::Result<Option<Fund>> {
    store::find_by_ref(tx, reference).await
}

/// The general fund: the oldest unrestricted one. What names no fund is its.
pub async fn general(tx: &mut Tx) -> sqlx::Result<Option<Fund>> {
    store::general(tx).await
}

/// Locks the fund for a decision until the transaction ends, and gives it as it is now. None when there is no such fund.
pub async fn lock(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<Fund>> {
    if store::raise_decisions(tx, id).await? { store::find(tx, id).await } else { Ok(None) }
}

/// Locks these funds for a decision that draws pooled money, and the general fund after them, which stands for the pool (safety rule MO5).
/// Gives them as they are now, by id; None when one is not there.
pub async fn lock_with_pool(tx: &mut Tx, ids: &[FundId]) -> sqlx::Result<Option<Vec<Fund>>> {
    let general = general(tx).await?.map(|fund| fund.id);
    let mut wanted: Vec<FundId> = ids.iter().copied().filter(|id| Some(*id) != general).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut locked = Vec::new();
    for id in wanted.into_iter().chain(general) {
        match lock(tx, id).await? {
            Some(fund) if ids.contains(&id) => locked.push(fund),
            Some(_) => {}
            None => return Ok(None),
        }
    }
    locked.sort_by_key(|fund| fund.id);
    Ok(Some(locked))
}

/// How many others must agree to a sum of this fund.
pub async fn tiers(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Tiers> {
    // What was checked when it was written needs no second refusal; a fund without tiers of its own has the usual ones.
    Ok(Tiers::new(store::tiers(tx, fund.id).await?).unwrap_or_else(|_| Tiers::usual(fund.currency)))
}

/// Gives a fund these tiers in place of those it had.
pub async fn set_tiers(tx: &mut Tx, id: FundId, tiers: &Tiers) -> sqlx::Result<()> {
    store::forget_tiers(tx, id).await?;
    for tier in tiers.iter() {
        store::insert_tier(tx, id, tier).await?;
    }
    Ok(())
}

/// Whether one signature may do in an emergency (safety rule MO7). It may not unless the fund's charter says so.
pub async fn allows_emergency(tx: &mut Tx, id: FundId) -> sqlx::Result<bool> {
    store::allows_emergency(tx, id).await
}

/// Says whether one signature may do in an emergency.
pub async fn allow_emergency(tx: &mut Tx, id: FundId, allowed: bool) -> sqlx::Result<()> {
    store::allow_emergency(tx, id, allowed).await
}

/// How a fund decides on money now.
pub async fn rules(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Rules> {
    Ok(Rules { tiers: tiers(tx, fund).await?, emergency: store::allows_emergency(tx, fund.id).await? })
}

/// Gives a fund these rules in place of those it had. Who agreed to them is known above (`approvals::rules`).
pub async fn set_rules(tx: &mut Tx, id: FundId, rules: &Rules) -> sqlx::Result<()> {
    set_tiers(tx, id, &rules.tiers).await?;
    allow_emergency(tx, id, rules.emergency).await
}

/// What a fund promises now; None: nobody agreed to anything yet.
pub async fn charter(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<CharterVersion>> {
    store::charter(tx, id).await
}

/// Notes the next version of a fund's charter. Who agreed to it is known above (`approvals::charter`).
pub async fn put_charter(tx: &mut Tx, id: FundId, body: &str, proposal: Option<ProposalId>, now: Instant) -> sqlx::Result<i64> {
    let n = store::charter(tx, id).await?.map_or(1, |last| last.n.saturating_add(1));
    store::insert_charter(tx, id, (n, body), proposal, now).await?;
    Ok(n)
}

/// The fund of this number.
pub async fn find(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<Fund>> {
    store::find(tx, id).await
}

/// When a fund was set up.
pub async fn set_up_at(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<Instant>> {
    store::set_up_at(tx, id).await
}

/// The most letters of a reason for moving a fund.
pub const MOVE_LETTERS: usize = 500;

/// Moves a fund to another state and notes when, why and by which agreement; the reason is public, and what is too long of it is left out.
/// Whether the fund may is known above (`closing`), and guarded by the database. The fund is locked.
pub async fn move_to(
    tx: &mut Tx,
    id: FundId,
    state: State,
    (reason, proposal_id): (&str, Option<ProposalId>),
    now: Instant,
) -> sqlx::Result<()> {
    let reason: String = reason.trim().chars().take(MOVE_LETTERS).collect();
    let n = next_move(tx, id).await?;
    store::insert_move(tx, id, &Move { n, state, reason, changed_at: now, proposal_id }).await?;
    store::set_state(tx, id, state).await
}

/// The number of a fund's next move.
pub async fn next_move(tx: &mut Tx, id: FundId) -> sqlx::Result<i64> {
    Ok(store::newest_move(tx, id).await?.map_or(1, |last| last.n.saturating_add(1)))
}

/// How a fund ends; None: that was not decided yet.
pub async fn end(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<End>> {
    store::end(tx, id).await
}

/// Notes the last day of what a fund that winds down still pays for.
pub async fn begin_end(tx: &mut Tx, id: FundId, last_expense_on: Day) -> sqlx::Result<()> {
    store::insert_end(tx, id, last_expense_on).await
}

/// Notes what is held back of what is left, until when, and what released a restricted fund. Once.
pub async fn decide_end(tx: &mut Tx, id: FundId, reserve: (i64, Day), release: Option<&str>) -> sqlx::Result<()> {
    store::decide_end(tx, id, reserve, release).await
}

/// Whether a fund still pays for what was bought on this day. While it winds down that ends with the day that was decided on.
pub async fn still_pays(tx: &mut Tx, fund: &Fund, bought_on: Day) -> sqlx::Result<bool> {
    Ok(fund.state.allows(Act::Spend) && store::end(tx, fund.id).await?.is_none_or(|end| bought_on <= end.last_expense_on))
}

/// Whether a fund ever was in a state, as far as moves were noted; with the newest such move.
pub async fn moved_to(tx: &mut Tx, id: FundId, state: State) -> sqlx::Result<Option<Move>> {
    store::move_to(tx, id, state).await
}

/// The newest move of a fund; None: it never moved, or nobody noted it.
pub async fn newest_move(tx: &mut Tx, id: FundId) -> sqlx::Result<Option<Move>> {
    store::newest_move(tx, id).await
}

/// How a fund takes gifts through its form.
pub async fn giving(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Giving> {
    let stored = store::giving(tx, fund.id).await?;
    Ok(stored.map_or_else(|| Giving::usual(fund.currency), |stored| stored.in_currency(fund.currency)))
}

/// What a fund hopes to receive, and takes at most.
pub async fn goal(tx: &mut Tx, id: FundId) -> sqlx::Result<Goal> {
    store::goal(tx, id).await
}

/// Which reports a fund shows that it need not; none unless somebody chose so.
pub async fn reports(tx: &mut Tx, id: FundId) -> sqlx::Result<Reports> {
    Ok(store::reports(tx, id).await?.unwrap_or_default())
}
