//! What waits for somebody's agreement, and one proposal with everything around it. Not here: the frozen text (`frozen`), what follows from it (`deciding::decide`).

use axum::extract::{Form as Sent, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{APPROVALS, Asked, Pairs, confirm, copies, frozen, one, operation, refused, sent};
use crate::approvals::{self, Proposal, Refusal, State as Stage, Subject, Waiting, questions};
use crate::clock::Zone;
use crate::db::Tx;
use crate::deciding::{self, Choice, DecideError, Decided};
use crate::funds;
use crate::ids::{ExpenseId, ProposalId};
use crate::money::Money;
use crate::people::operation::OperationError;
use crate::people::{self, NotAllowed, Role};
use crate::spending;
use crate::spending::payees::Sealing;
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table, behind};
use crate::web::treasury::gifts::{proof, told};
use crate::web::treasury::{Frame, Part, READERS, Sheet, books, closing};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const ONE: &str = "/treasury/approvals/{id}";

/// Whoever reads some proposal, or may sign some: [`open_to`] and the transaction know which.
const ANY_READERS: &[Role] = &[Role::Recorder, Role::Approver, Role::Auditor, Role::Administrator];
const ANY_SIGNERS: &[Role] = &[Role::Approver, Role::Administrator];

/// How many rows a page has.
const PAGE: i64 = 50;

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(APPROVALS, Who::Holding(READERS), list).get(ONE, Who::Holding(ANY_READERS), show).post(ONE, Who::Holding(ANY_SIGNERS), decide)
}

async fn list(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let rows = signed_in.rows(PAGE);
    let open = approvals::list_waiting(tx, signed_in.person.id, ProposalId(asked.before.unwrap_or(0)), rows).await?;
    let funds = funds::list(tx).await?;
    let mut table = Table::new(words.say("approval-caption"), words.say("approval-none"))
        .column(words.say("approval-kind"))
        .column(words.say("approval-since"))
        .column(words.say("approval-signed"))
        .column(words.say("approval-yours"))
        .amounts(words.say("expense-amount"));
    for waiting in &open {
        let kind = words.of("approval-subject", waiting.subject.as_str());
        let name = format!("{kind} {}", waiting.name());
        let zone = funds.iter().find(|fund| fund.id == waiting.fund_id).map_or(Zone::UTC, |fund| fund.time_zone.clone());
        let amount = Money::new(waiting.amount_minor, waiting.currency);
        table.row(vec![
            Cell::link(format!("{APPROVALS}/{}", waiting.id), name),
            Cell::moment(words, waiting.proposed_at, &zone),
            Cell::text(words.with_two("approval-count", ("given", waiting.given), ("needed", waiting.needed))),
            yours(words, &signed_in, waiting),
            if waiting.amount_minor > 0 { Cell::money(amount) } else { Cell::text("") },
        ]);
    }
    table.goes_on(behind(&open, rows, |last| format!("before={}", last.id)), words.say("list-newer"));
    let mut sheet = Sheet::new(Frame::new(&site, &signed_in, words.say("place-approvals")).saying(asked.said(words)));
    let due = approvals::list_unsigned_emergencies(tx).await?;
    if !due.is_empty() {
        let links = due.iter().map(|proposal| (format!("{APPROVALS}/{}", proposal.id), words.with("approval-due", "id", proposal.id.0)));
        sheet = sheet.with(Part::Warning(words.say("approval-emergencies"))).with(Part::Links(links.collect()));
    }
    Ok(sheet.with(Part::Table(table)).answer(&Wrongs::default()))
}

/// Whether it waits for this person, and if not, why.
fn yours(words: Words, signed_in: &SignedIn, waiting: &Waiting) -> Cell {
    let answers = waiting.unanswered > 0 && signed_in.person.roles.holds(Role::Recorder);
    if answers {
        Cell::chip("warning", words.say("question-waits"))
    } else if waiting.is_signed {
        Cell::text(words.say("approval-you-did"))
    } else if waiting.is_author {
        Cell::text(words.say("approval-you-entered"))
    } else if signed_in.person.roles.holds(Role::Approver) {
        Cell::chip("warning", words.say("approval-for-you"))
    } else {
        Cell::text(words.say("approval-not-you"))
    }
}

async fn zone(tx: &mut Tx, proposal: &Proposal) -> Result<Zone, Trouble> {
    Ok(funds::find(tx, proposal.fund_id).await?.ok_or(Trouble::NotFound)?.time_zone)
}

async fn show(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let proposal = open_to(&site, &signed_in, id).await?;
    page(&site, &signed_in, (&proposal, None), &asked, &Typed::default(), &Wrongs::default()).await
}

/// The proposal, where this person may read it: whoever reads the books, and whoever may sign this one. To others it is not there.
async fn open_to(site: &Site, signed_in: &SignedIn, id: i64) -> Result<Proposal, Trouble> {
    let proposal = approvals::find(&mut site.db.begin_read().await?, ProposalId(id)).await?;
    let may = |roles: &[Role]| roles.iter().any(|role| signed_in.person.roles.holds(*role));
    proposal.filter(|proposal| may(READERS) || may(proposal.subject.signers())).ok_or(Trouble::NotFound)
}

/// The page with what is wrong with what was sent from it.
pub(super) async fn again(
    site: &Site,
    signed_in: &SignedIn,
    proposal: &Proposal,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    page(site, signed_in, (proposal, None), &Asked::default(), typed, wrongs).await
}

/// One proposal. `seen` is another version that was looked at before: what changed since is told.
async fn page(
    site: &Site,
    signed_in: &SignedIn,
    (proposal, seen): (&Proposal, Option<&Proposal>),
    asked: &Asked,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let title = format!("{} {}", words.of("approval-subject", proposal.subject.as_str()), proposal.name());
    let mut names = Vec::new();
    let signatures = approvals::signatures(tx, proposal.id).await?;
    for signature in &signatures {
        names.extend(people::find(tx, signature.person_id).await?.map(|person| person.name));
    }
    let author = people::find(tx, proposal.author_id).await?.map(|person| person.name).unwrap_or_default();
    let count = words.with_two("approval-count", ("given", names.len()), ("needed", proposal.needed));
    let mut status = Facts::default()
        .add(words.say("expense-state"), Cell::text(words.of("approval-state", proposal.state.as_str())))
        .add(words.say("approval-signed"), Cell::text(count))
        .add(words.say("approval-by"), Cell::text(names.join(", ")))
        .add(words.say("expense-author"), Cell::text(author))
        .add(words.say("approval-since"), Cell::text(words.moment(proposal.proposed_at, &zone(tx, proposal).await?)))
        .add(words.say("approval-fingerprint"), Cell::text(proposal.fingerprint()));
    if let Some(reason) = &proposal.reason {
        let key = if proposal.emergency { "approval-emergency" } else { "expense-reason" };
        status = status.add(words.say(key), Cell::text(reason.as_str()));
    }
    let mut sheet = Sheet::new(Frame::new(site, signed_in, title).saying(asked.said(words)))
        .with(Part::Facts(status))
        .with(Part::Heading(words.say("approval-what")))
        .with(Part::Facts(frozen::lines(tx, words, proposal).await?));
    let history = approvals::history(tx, proposal.subject, &proposal.subject_id).await?;
    // What the version before said is told, too: nobody has to find out by reading both.
    let before = seen.or_else(|| history.iter().find(|other| other.id < proposal.id));
    if let Some(before) = before {
        sheet = sheet.maybe(frozen::changes(tx, words, &before.payload, proposal).await?.map(Part::Table));
    } else if proposal.subject == Subject::Charter
        && let Some(standing) = funds::charter(tx, proposal.fund_id).await?.filter(|standing| standing.body != proposal.payload)
    {
        sheet = sheet.maybe(frozen::changes(tx, words, &standing.body, proposal).await?.map(Part::Table));
    }
    if let (Subject::Expense, Ok(id)) = (proposal.subject, proposal.subject_id.parse().map(ExpenseId))
        && let Some(whole) = spending::find(tx, id).await?
    {
        let receipts = one::receipts(tx, words, &whole).await?;
        sheet = copies::pictures(tx, words, &whole).await?.into_iter().fold(sheet.with(Part::Table(receipts)), Sheet::with);
    }
    if proposal.subject == Subject::Cash {
        sheet = sheet.maybe(proof::table_of(tx, words, &proposal.subject_id).await?);
    }
    let zone = zone(tx, proposal).await?;
    let asked = questions::list(tx, proposal.subject, &proposal.subject_id).await?;
    sheet = sheet.maybe(super::questions::table(tx, words, &asked, &zone).await?);
    let hands = approvals::hands(tx, proposal).await?;
    let others = people::holders(tx, Role::Approver).await?.into_iter().filter(|person| !hands.contains(person)).count();
    let may = May {
        is_author: hands.contains(&signed_in.person.id),
        signed: signatures.iter().any(|signature| signature.person_id == signed_in.person.id),
        emergency: funds::allows_emergency(tx, proposal.fund_id).await?,
        others,
    };
    let steps = steps(site, signed_in, proposal, may, typed, wrongs);
    let forms = super::questions::forms(site, signed_in, proposal, &asked, typed, wrongs);
    sheet = steps.into_iter().chain(forms).fold(sheet, Sheet::with);
    Ok(sheet.with(Part::Table(versions(words, proposal, &history, &zone))).answer(wrongs))
}

/// What stands in the way of this person's signature, or does not.
#[derive(Clone, Copy, Debug)]
struct May {
    is_author: bool,
    signed: bool,
    /// Whether the fund knows emergencies.
    emergency: bool,
    /// How many could sign it in all.
    others: usize,
}

/// What was proposed about the same thing before, or later.
fn versions(words: Words, proposal: &Proposal, history: &[Proposal], zone: &Zone) -> Table {
    let mut table = Table::new(words.say("approval-history"), words.say("approval-history-none"))
        .column(words.say("approval-since"))
        .column(words.say("expense-state"))
        .column(words.say("approval-fingerprint"));
    for other in history.iter().filter(|other| other.id != proposal.id) {
        let since = Cell::link(format!("{APPROVALS}/{}", other.id), words.moment(other.proposed_at, zone));
        let state = words.of("approval-state", other.state.as_str());
        table.row(vec![since, Cell::text(state), Cell::text(other.fingerprint())]);
    }
    table
}

/// What this person may do, or why they may not.
fn steps(
    site: &Site,
    signed_in: &SignedIn,
    proposal: &Proposal,
    May { is_author, signed, emergency, others }: May,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Vec<Part> {
    let words = signed_in.words;
    let countersigns = proposal.state == Stage::Approved && proposal.emergency;
    if proposal.state != Stage::Open && !countersigns {
        return Vec::new();
    }
    if !proposal.subject.signers().iter().any(|role| signed_in.person.roles.holds(*role)) {
        return vec![Part::Note(words.say(if proposal.subject == Subject::Rules { "setting-second" } else { "approval-needs-role" }))];
    }
    if is_author {
        return vec![Part::Note(words.with("approval-author-others", "count", others))];
    }
    if signed {
        return vec![Part::Note(words.say("approval-no-already"))];
    }
    let typed = &typed.clone().put("seen", proposal.payload_hash.as_str());
    let parts = FormParts { words, typed, wrongs };
    let at = format!("{APPROVALS}/{}", proposal.id);
    let form = |choice: &str, more: Vec<crate::web::form::Field>| {
        let choice = &typed.clone().put("choice", choice);
        let hidden = FormParts { words, typed: choice, wrongs };
        let fields = [hidden.hidden("seen"), hidden.hidden("choice")].into_iter().chain(more).collect();
        let id = if choice.get("choice") == "approve" { site.entropy.reference() } else { operation(site, choice) };
        Form::new(at.clone(), id, fields)
    };
    let mut list = vec![Part::Form(form("approve", vec![]).button(words.say("approval-approve")))];
    if countersigns {
        return list;
    }
    let reason = parts.area("reason", "expense-reason");
    let captains = proposal.subject == Subject::Expense && proposal.payload.contains("\ncaptain: ");
    let reason = if captains { reason.hint(words.say("claim-reject-hint")) } else { reason };
    list.extend([
        Part::Heading(words.say("approval-reject")),
        Part::Form(form("reject", vec![reason]).button(words.say("approval-reject"))),
    ]);
    if emergency && !proposal.subject.has_no_emergency() {
        let reason = parts.area("emergency", "approval-emergency").hint(words.say("approval-emergency-hint"));
        let alone = form("alone", vec![reason]).button(words.say("approval-alone"));
        list.extend([Part::Heading(words.say("approval-alone")), Part::Form(alone)]);
    }
    list
}

async fn decide(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed) = (signed_in.words, Typed::new(pairs.clone()));
    let proposal = open_to(&site, &signed_in, id).await?;
    let choice = match typed.get("choice") {
        "approve" => Choice::Approve,
        "reject" => Choice::Reject(typed.get("reason")),
        "alone" => Choice::ApproveAlone(typed.get("emergency")),
        _ => return Err(Trouble::NotFound),
    };
    let done = match sent(&signed_in, &format!("decide {id}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let (actor, now, seen) = (signed_in.actor(), site.clock.now(), (proposal.id, typed.get("seen")));
            let sealing = Sealing { keys: &site.keyring, entropy: &site.entropy };
            transact!(site.db, tx => deciding::decide(tx, actor, &operation, seen, choice, sealing, now).await)
        }
    };
    let mut wrongs = Wrongs::default();
    match done {
        Ok(decided) => {
            if decided == Decided::Done && matches!(proposal.subject, Subject::Refund | Subject::State) {
                // The jobs send it to Stripe, and stop there what repeats for a fund that winds down.
                site.payments.wake();
            }
            let done = match decided {
                Decided::Waiting { .. } => "waiting",
                Decided::Done => "approved",
                Decided::Countersigned => "countersigned",
                Decided::Rejected => "rejected",
                Decided::Before => "before",
            };
            return Ok(answer::see_other(&format!("{APPROVALS}/{id}?done={done}"))?);
        }
        Err(error) => {
            if matches!(error, DecideError::Approval(Refusal::Changed)) {
                wrongs.answer_as(StatusCode::CONFLICT);
            }
            if let Some(response) = not_decided(words, id, typed.get("choice"), error, &mut wrongs)? {
                return Ok(response);
            }
        }
    }
    // Somebody may have been quicker: what is shown is how it stands now, the newest version of it.
    let tx = &mut site.db.begin_read().await?;
    let seen = approvals::find(tx, ProposalId(id)).await?.ok_or(Trouble::NotFound)?;
    let newest = if seen.state == Stage::Dropped { approvals::latest(tx, seen.subject, &seen.subject_id).await? } else { None };
    let standing = newest.as_ref().map_or((&seen, None), |newest| (newest, Some(&seen)));
    page(&site, &signed_in, standing, &Asked::default(), &typed, &wrongs).await
}

fn not_decided(words: Words, id: i64, choice: &str, error: DecideError, wrongs: &mut Wrongs) -> Result<Option<Response>, Trouble> {
    let back = format!("{APPROVALS}/{id}");
    let field = if choice == "alone" { "emergency" } else { "reason" };
    let (field, text) = match error {
        DecideError::Spending(refusal) => return refused(words, &back, refusal, wrongs),
        // The fields that such a refusal belongs to are none of this page's.
        DecideError::Hand(refusal) => ("main", told(words, refusal)?.1),
        DecideError::Journal(refusal) => ("main", books::told(words, refusal)?),
        DecideError::Closing(refusal) => ("main", closing::told(words, refusal)?),
        DecideError::Plan(refusal) => ("main", closing::told_of_plan(words, refusal)?.1),
        DecideError::Approval(Refusal::NotAllowed(NotAllowed::StepUp)) => return confirm(&back).map(Some),
        DecideError::Approval(Refusal::NotFound | Refusal::NotAllowed(NotAllowed::Role)) => return Err(Trouble::NotFound),
        DecideError::Approval(Refusal::NotAllowed(NotAllowed::Database(error)) | Refusal::Database(error))
        | DecideError::Operation(OperationError::Database(error))
        | DecideError::Database(error) => return Err(error.into()),
        DecideError::Operation(OperationError::Reused | OperationError::Malformed) => {
            wrongs.conflict(words.say("expense-no-reused"));
            return Ok(None);
        }
        DecideError::Unknown(subject) => return Err(anyhow::anyhow!("nothing follows from agreeing to a {subject}").into()),
        DecideError::Approval(Refusal::Author) => ("main", words.say("approval-no-author")),
        DecideError::Approval(Refusal::Already) => ("main", words.say("approval-no-already")),
        DecideError::Approval(Refusal::Changed) => ("main", words.say("approval-no-changed")),
        DecideError::Approval(Refusal::Decided(state)) => {
            ("main", words.with("approval-no-decided", "state", words.of("approval-state", state.as_str())))
        }
        DecideError::Approval(Refusal::NoEmergency) => ("main", words.say("approval-no-emergency")),
        DecideError::Approval(Refusal::Reason) => (field, words.of("approval-no", field)),
    };
    wrongs.add(field, text);
    Ok(None)
}
