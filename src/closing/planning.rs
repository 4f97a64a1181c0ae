//! The plan: shares worked out of what may be shared out, frozen for the people who agree to it, and owed once they did. Not here: the arithmetic
//! (`shares`), sending what is owed (`granting`).

use super::plan::{Plan, PlanState, Share, Whole, Working};
use super::recipient::{Group, Known};
use super::shares::{Rule, Wanted, share_out};
use super::store::{grants, plans as store};
use super::{Distributable, PlanRefusal, distributable, recipients};
use crate::approvals::{self, NewProposal, Proposal, Subject};
use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::donations;
use crate::funds::{self, Act, Fund};
use crate::ids::{Entropy, EntryId, FundId, PlanId};
use crate::ledger::{self, Account, Kind, NewEntry, NewPosting, Source, chart};
use crate::money::Money;
use crate::people::operation::{self, Operation};
use crate::people::{self, Actor, Person, Role, audit};
use crate::publication;
use crate::publication::passed::{self, PlanStands};
use crate::publication::record::{Agreed, Record};
use crate::spending::{self, Part, account_word};

/// Who makes plans, and carries them out.
pub const PLANNERS: &[Role] = &[Role::Recorder];

/// What a group is to get, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedShare {
    /// The group, as the charter names it.
    pub name: String,
    /// By what.
    pub rule: Rule,
    /// How much of it.
    pub value: i64,
    /// The most it is to get, in minor units.
    pub most_minor: Option<i64>,
}

/// A plan that nobody was asked about yet: what there is, and who would get what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What may be shared out, line by line.
    pub left: Distributable,
    /// The shares, in the order of the groups' ids.
    pub shares: Vec<Share>,
}

/// The only purpose that a fund's money may serve, where nobody released it from it (safety rule MO6): what is left of it goes to groups that serve it.
///
/// # Errors
/// When the database is gone.
pub async fn purpose(tx: &mut Tx, fund: &Fund) -> sqlx::Result<Option<String>> {
    let Some(purpose) = &fund.restriction else { return Ok(None) };
    let is_released = funds::end(tx, fund.id).await?.is_some_and(|end| end.release.is_some());
    Ok((!is_released).then(|| purpose.clone()))
}

/// Works a plan out, without writing anything.
///
/// # Errors
/// [`PlanRefusal`]: what keeps it from being made now.
pub async fn preview(tx: &mut Tx, fund: &Fund, wanted: &[WantedShare], now: Instant) -> Result<Preview, PlanRefusal> {
    Ok(work_out(tx, fund, wanted, now).await?.0)
}

async fn work_out(tx: &mut Tx, fund: &Fund, wanted: &[WantedShare], now: Instant) -> Result<(Preview, Vec<Known>), PlanRefusal> {
    PlanRefusal::unless_allowed(fund, Act::Grant)?;
    recipients::charter(tx, fund.id).await?;
    // What gifts nobody was told of brought would stand in the sum for all to see.
    let waiting = donations::uncounted(tx, fund.id).await?.len();
    if i64::try_from(waiting).is_ok_and(|waiting| waiting >= fund.min_gifts) {
        return Err(PlanRefusal::GiftsWait(waiting));
    }
    let groups = recipients::groups(tx, fund.id).await?;
    let mut chosen: Vec<(Known, &WantedShare)> = Vec::new();
    for one in wanted {
        let group = groups.iter().find(|group| group.name == one.name).ok_or_else(|| PlanRefusal::NotInCharter(one.name.clone()))?;
        chosen.push((checked(group, now)?, one));
    }
    chosen.sort_by_key(|(known, _)| known.recipient.id);
    let left = distributable(tx, fund, now).await?;
    let rules: Vec<Wanted> = chosen
        .iter()
        .map(|(known, one)| Wanted { id: known.recipient.id.0, rule: one.rule, value: one.value, most: one.most_minor })
        .collect();
    let amounts = share_out(left.total_minor, &rules)?;
    let share = |((n, (known, one)), amount_minor): ((i64, &(Known, &WantedShare)), i64)| Share {
        n,
        recipient_id: known.recipient.id,
        name: one.name.clone(),
        rule: one.rule,
        value: one.value,
        most_minor: one.most_minor,
        amount_minor,
    };
    let shares = (1..).zip(&chosen).zip(amounts).map(share).collect();
    Ok((Preview { left, shares }, chosen.into_iter().map(|(known, _)| known).collect()))
}

fn checked(group: &Group, now: Instant) -> Result<Known, PlanRefusal> {
    match &group.known {
        Some(known) if group.is_checked(now) => Ok(known.clone()),
        _ => Err(PlanRefusal::NotChecked(group.name.clone())),
    }
}

/// Makes a plan and asks the people of the top tier to agree to it, in place of any that waits: what was agreed to that one is void.
///
/// # Errors
/// [`PlanRefusal`]. `seen_minor` is the sum on the page that was read: [`PlanRefusal::Changed`] where it is another by now. `serves`: whoever plans
/// says that each group serves the fund's only purpose; [`PlanRefusal::Purpose`] where it has one and they do not.
pub async fn propose(
    tx: &mut Tx,
    actor: Actor,
    operation: &Operation,
    (fund, wanted, seen_minor, serves): (FundId, &[WantedShare], i64, bool),
    now: Instant,
) -> Result<PlanId, PlanRefusal> {
    let fund = lock(tx, fund).await?;
    let person = people::require_fresh(tx, actor, PLANNERS, now).await?;
    if let Some(id) = operation::find_result(tx, operation).await?.and_then(|id| id.parse().ok()) {
        return Ok(PlanId(id));
    }
    let (preview, known) = work_out(tx, &fund, wanted, now).await?;
    if preview.left.total_minor != seen_minor {
        return Err(PlanRefusal::Changed);
    }
    let purpose = purpose(tx, &fund).await?;
    if let Some(purpose) = purpose.clone().filter(|_| !serves) {
        return Err(PlanRefusal::Purpose(purpose));
    }
    if let Some(standing) = store::proposed(tx, fund.id).await? {
        approvals::withdraw(tx, Subject::Distribution, &standing.id.to_string(), now).await?;
        drop_it(tx, &standing, now).await?;
    }
    let total = Money::new(preview.left.total_minor, fund.currency);
    let id = store::insert_plan(tx, fund.id, total, person.id, now).await?;
    for (n, (line, amount_minor)) in (1..).zip(&preview.left.lines) {
        store::insert_line(tx, id, n, &Working { line: line.to_string(), amount_minor: *amount_minor }).await?;
    }
    for share in &preview.shares {
        store::insert_share(tx, id, share).await?;
    }
    let whole = find(tx, id).await?.ok_or(sqlx::Error::RowNotFound)?;
    let payees: Vec<String> = known.iter().map(Known::paid_to).collect();
    let objection_days = recipients::charter(tx, fund.id).await?.objection_days;
    let new = NewProposal {
        subject: Subject::Distribution,
        subject_id: id.to_string(),
        fund: fund.id,
        amount: Some(total),
        payee: None,
        payload: whole.payload(&fund.slug, &payees, (purpose.as_deref(), objection_days)),
        hands: Vec::new(),
        // Whatever the sum, the people of the largest one agree (screens.md 6.16).
        at_least: funds::tiers(tx, &fund).await?.needed(i64::MAX),
        more: 0,
    };
    let proposal = approvals::propose(tx, person.id, &new, now).await?;
    store::set_proposal(tx, id, proposal.id).await?;
    tell(tx, &fund, &whole, (PlanStands::Proposed, None, None)).await?;
    audit::write(tx, Some(person.id), "plan.proposed", &format!("plan {id}"), &format!("proposal {}", proposal.id), now).await?;
    operation::done(tx, operation, &id.to_string(), now).await?;
    Ok(id)
}

/// Takes back the plan that waits; any of [`PLANNERS`] may.
///
/// # Errors
/// [`PlanRefusal::Changed`] where it does not wait any more.
pub async fn take_back(tx: &mut Tx, actor: Actor, operation: &Operation, id: PlanId, now: Instant) -> Result<(), PlanRefusal> {
    let plan = store::find(tx, id).await?.ok_or(PlanRefusal::NotFound)?;
    lock(tx, plan.fund_id).await?;
    let person = people::require(tx, actor, PLANNERS).await?;
    if operation::find_result(tx, operation).await?.is_some() {
        return Ok(());
    }
    approvals::withdraw(tx, Subject::Distribution, &id.to_string(), now).await?;
    drop_it(tx, &plan, now).await?;
    audit::write(tx, Some(person.id), "plan.taken_back", &format!("plan {id}"), "", now).await?;
    Ok(operation::done(tx, operation, "", now).await?)
}

/// Others said no: the plan is dropped. The caller holds the locks and rejected this proposal.
///
/// # Errors
/// [`PlanRefusal::Changed`].
pub async fn turn_down(tx: &mut Tx, proposal: &Proposal, now: Instant) -> Result<(), PlanRefusal> {
    let plan = of_proposal(tx, proposal).await?;
    drop_it(tx, &plan, now).await
}

/// The people of the top tier agreed: every share is owed from now on, as a gift to mutual aid. The caller holds the locks and got
/// [`crate::approvals::Verdict::Approved`] for this proposal.
///
/// # Errors
/// [`PlanRefusal::OnlyLeft`] where less is left by now; [`PlanRefusal::NotChecked`] where a group was ended meanwhile; what keeps money from being promised.
pub async fn carry_out(tx: &mut Tx, person: &Person, proposal: &Proposal, entropy: &Entropy, now: Instant) -> Result<(), PlanRefusal> {
    let plan = of_proposal(tx, proposal).await?;
    let fund = funds::find(tx, plan.fund_id).await?.ok_or(PlanRefusal::NotFound)?;
    PlanRefusal::unless_allowed(&fund, Act::Grant)?;
    let whole = find(tx, plan.id).await?.ok_or(PlanRefusal::NotFound)?;
    let groups = recipients::groups(tx, fund.id).await?;
    let objection_days = recipients::charter(tx, fund.id).await?.objection_days;
    let mut payees = Vec::new();
    for share in &whole.shares {
        let group = groups.iter().find(|group| group.name == share.name);
        let known = checked(group.ok_or_else(|| PlanRefusal::NotInCharter(share.name.clone()))?, now)?;
        if known.recipient.id != share.recipient_id {
            return Err(PlanRefusal::Changed);
        }
        payees.push(known.paid_to());
    }
    let purpose = purpose(tx, &fund).await?;
    if whole.payload(&fund.slug, &payees, (purpose.as_deref(), objection_days)) != proposal.payload {
        return Err(PlanRefusal::Changed);
    }
    let left = distributable(tx, &fund, now).await?;
    if left.total_minor < plan.total_minor {
        return Err(PlanRefusal::OnlyLeft(Money::new(left.total_minor.max(0), fund.currency)));
    }
    let part = Part { fund_id: fund.id, category: String::new(), amount_minor: plan.total_minor };
    spending::can_promise(tx, &[part], fund.currency).await?;
    if !store::decide(tx, plan.id, PlanState::Approved, now).await? {
        return Err(PlanRefusal::Changed);
    }
    for share in whole.shares.iter().filter(|share| share.amount_minor > 0) {
        promise(tx, (&fund, &plan), share, (person, entropy), now).await?;
    }
    let signed = approvals::signed(tx, &[proposal.id]).await?;
    let agreed = signed.first().map(Agreed::from);
    let objection_days = Some(objection_days).filter(|days| *days > 0);
    tell(tx, &fund, &whole, (PlanStands::Approved, agreed, objection_days)).await?;
    Ok(audit::write(tx, Some(person.id), "plan.approved", &format!("plan {}", plan.id), &format!("proposal {}", proposal.id), now).await?)
}

/// Books one share as owed to its group.
async fn promise(
    tx: &mut Tx,
    (fund, plan): (&Fund, &Plan),
    share: &Share,
    (person, entropy): (&Person, &Entropy),
    now: Instant,
) -> Result<EntryId, PlanRefusal> {
    let word = account_word(&share.name).unwrap_or_else(|| format!("group-{}", share.recipient_id));
    let path = format!("{}{word}", chart::GRANTS_OWED);
    ledger::open_account(tx, &Account::new("2100", &path, Kind::Liability, false)).await?;
    let money = |minor| Money::new(minor, fund.currency);
    let entry = NewEntry {
        source: Source::Grant,
        source_id: format!("{}/{}", plan.id, share.n),
        kind: "grant",
        effective_on: today(fund, now),
        memo: None,
        actor: Some(person.reference.clone()),
        reverses: None,
        postings: vec![
            NewPosting::of_fund(chart::MUTUAL_AID, fund.id, money(share.amount_minor)),
            NewPosting::pooled(path.clone(), money(share.amount_minor.saturating_neg())),
        ],
    };
    let entry = ledger::post(tx, &entry, now).await?.entry();
    let number = entropy.gift_number();
    let new = grants::NewGrant { number: &number, fund: fund.id, plan: plan.id, share, currency: fund.currency, path: &path, entry };
    grants::insert(tx, &new, now).await?;
    Ok(entry)
}

/// Has the public told of a plan.
async fn tell(tx: &mut Tx, fund: &Fund, whole: &Whole, how: (PlanStands, Option<Agreed>, Option<i64>)) -> sqlx::Result<()> {
    let (stands, agreed, objection_days) = how;
    let purpose = purpose(tx, fund).await?;
    let record = Record::Plan(Box::new(passed::Plan {
        n: 0,
        week: String::new(),
        plan: whole.plan.n,
        stands,
        agreed,
        objection_days,
        purpose,
        // Given when it is told.
        from: None,
        total_minor: whole.plan.total_minor,
        lines: whole.lines.iter().map(|line| passed::Working { line: line.line.clone(), amount_minor: line.amount_minor }).collect(),
        shares: whole.shares.iter().map(public_share).collect(),
    }));
    publication::announce(tx, fund.id, &record).await
}

fn public_share(share: &Share) -> passed::Share {
    passed::Share {
        to: share.name.clone(),
        rule: share.rule.to_string(),
        value: share.value,
        most_minor: share.most_minor,
        amount_minor: share.amount_minor,
    }
}

async fn drop_it(tx: &mut Tx, plan: &Plan, now: Instant) -> Result<(), PlanRefusal> {
    if !store::decide(tx, plan.id, PlanState::Dropped, now).await? {
        return Err(PlanRefusal::Changed);
    }
    let fund = funds::find(tx, plan.fund_id).await?.ok_or(PlanRefusal::NotFound)?;
    let whole = find(tx, plan.id).await?.ok_or(PlanRefusal::NotFound)?;
    Ok(tell(tx, &fund, &whole, (PlanStands::Dropped, None, None)).await?)
}

async fn of_proposal(tx: &mut Tx, proposal: &Proposal) -> Result<Plan, PlanRefusal> {
    let id = proposal.subject_id.parse().map(PlanId).map_err(|_| PlanRefusal::NotFound)?;
    let plan = store::find(tx, id).await?.ok_or(PlanRefusal::NotFound)?;
    if plan.state == PlanState::Proposed && plan.proposal_id == Some(proposal.id) { Ok(plan) } else { Err(PlanRefusal::Changed) }
}

/// Locks a fund and the pool (safety rule MO5).
pub(super) async fn lock(tx: &mut Tx, fund: FundId) -> Result<Fund, PlanRefusal> {
    funds::lock_with_pool(tx, &[fund]).await?.and_then(|mut funds| funds.pop()).ok_or(PlanRefusal::NotFound)
}

pub(super) fn today(fund: &Fund, now: Instant) -> Day {
    now.day_in(&fund.time_zone)
}

/// A plan with everything that belongs to it.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, id: PlanId) -> sqlx::Result<Option<Whole>> {
    let Some(plan) = store::find(tx, id).await? else { return Ok(None) };
    Ok(Some(Whole { lines: store::lines(tx, id).await?, shares: store::shares(tx, id).await?, plan }))
}

/// The plan that waits for agreement.
///
/// # Errors
/// When the database is gone.
pub async fn proposed(tx: &mut Tx, fund: FundId) -> sqlx::Result<Option<Plan>> {
    store::proposed(tx, fund).await
}

/// The plans of a fund before the one of that number, the newest first, at most `limit`.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, fund: FundId, before: Option<i64>, limit: i64) -> sqlx::Result<Vec<Plan>> {
    store::list(tx, fund, before.unwrap_or(i64::MAX), limit).await
}
