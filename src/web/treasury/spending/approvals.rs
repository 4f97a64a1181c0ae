//! What waits for somebody's agreement, and one proposal with everything that is agreed to. Not here: what follows from it (`booking::decide`).

use axum::extract::{Form as Sent, Path, Query, State};
use axum::response::Response;

use super::{APPROVALS, Asked, Pairs, account_in_words, confirm, one, operation, refused, sent, use_in_words};
use crate::approvals::{self, Proposal, Refusal, State as Stage, Subject};
use crate::booking::{self, Choice, DecideError, Decided};
use crate::clock::Zone;
use crate::db::Tx;
use crate::funds;
use crate::ids::{ExpenseId, PayeeId, ProposalId};
use crate::people::operation::OperationError;
use crate::people::{self, NotAllowed, Role};
use crate::spending::payees::{self, Sealing};
use crate::spending::{self, captains};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Facts, Table};
use crate::web::treasury::gifts::told;
use crate::web::treasury::{APPROVERS, Frame, Part, READERS, Sheet};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const ONE: &str = "/treasury/approvals/{id}";

/// How many rows a page has.
const PAGE: i64 = 50;

/// What the lines of a frozen text are called on pages; any other is shown as it stands.
const LINES: [&str; 28] = [
    "number",
    "amount",
    "fund",
    "part",
    "bought",
    "shop",
    "public",
    "units",
    "note",
    "paid-by",
    "paid-from",
    "payee",
    "details",
    "captain",
    "show",
    "show-shop",
    "receipt",
    "no-receipt",
    "corrects",
    "reason",
    "label",
    "kind",
    "way",
    "account",
    "checked",
    "conflict",
    "from",
    "to",
];

pub(super) fn doors(doors: Doors) -> Doors {
    doors.get(APPROVALS, Who::Holding(READERS), list).get(ONE, Who::Holding(READERS), show).post(ONE, Who::Holding(APPROVERS), decide)
}

async fn list(State(site): AnySite, signed_in: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let open = approvals::list_open(tx, None, ProposalId(asked.before.unwrap_or(0)), PAGE).await?;
    let mut table = Table::new(words.say("approval-caption"), words.say("approval-none"))
        .column(words.say("approval-kind"))
        .column(words.say("approval-since"))
        .column(words.say("approval-signed"))
        .column(words.say("approval-yours"))
        .figures(words.say("expense-amount"));
    for proposal in &open {
        let given = approvals::signatures(tx, proposal.id).await?;
        let signed = given.iter().any(|signature| signature.person_id == signed_in.person.id);
        let author = approvals::is_author(tx, proposal, signed_in.person.id).await?;
        let yours = signed_in.person.roles.holds(Role::Approver) && !signed && !author;
        let name = format!("{} {}", words.of("approval-subject", proposal.subject.as_str()), proposal.id);
        table.row(vec![
            Cell::link(format!("{APPROVALS}/{}", proposal.id), name),
            Cell::text(words.moment(proposal.proposed_at, &zone(tx, proposal).await?)),
            Cell::text(words.with_two("approval-count", ("given", given.len()), ("needed", proposal.needed))),
            if yours { Cell::chip("warning", words.say("approval-for-you")) } else { Cell::text(words.say("approval-not-you")) },
            if proposal.amount_minor > 0 { Cell::money(proposal.amount()) } else { Cell::text("") },
        ]);
    }
    let older = open.last().filter(|_| open.len() == usize::try_from(PAGE).unwrap_or(usize::MAX));
    let older = older.map(|last| Part::Links(vec![(format!("?before={}", last.id), words.say("expense-older"))]));
    let mut sheet = Sheet::new(Frame::new(&site, &signed_in, words.say("place-approvals")).saying(asked.said(words)));
    let due = approvals::list_unsigned_emergencies(tx).await?;
    if !due.is_empty() {
        let links = due.iter().map(|proposal| (format!("{APPROVALS}/{}", proposal.id), words.with("approval-due", "id", proposal.id.0)));
        sheet = sheet.with(Part::Warning(words.say("approval-emergencies"))).with(Part::Links(links.collect()));
    }
    Ok(sheet.with(Part::Table(table)).maybe(older).answer(&Wrongs::default()))
}

async fn zone(tx: &mut Tx, proposal: &Proposal) -> Result<Zone, Trouble> {
    Ok(funds::find(tx, proposal.fund_id).await?.ok_or(Trouble::NotFound)?.time_zone)
}

async fn show(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Result<Response, Trouble> {
    let proposal = approvals::find(&mut site.db.begin_read().await?, ProposalId(id)).await?.ok_or(Trouble::NotFound)?;
    page(&site, &signed_in, &proposal, &asked, &Typed::default(), &Wrongs::default()).await
}

async fn page(
    site: &Site,
    signed_in: &SignedIn,
    proposal: &Proposal,
    asked: &Asked,
    typed: &Typed,
    wrongs: &Wrongs,
) -> Result<Response, Trouble> {
    let (words, tx) = (signed_in.words, &mut site.db.begin_read().await?);
    let title = format!("{} {}", words.of("approval-subject", proposal.subject.as_str()), proposal.id);
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
        .with(Part::Facts(lines(tx, words, proposal).await?));
    if proposal.subject == Subject::Expense
        && let Ok(id) = proposal.subject_id.parse().map(ExpenseId)
        && let Some(whole) = spending::find(tx, id).await?
    {
        sheet = sheet.with(Part::Table(one::receipts(tx, words, &whole).await?));
    }
    sheet = sheet.with(Part::Table(history(tx, words, proposal).await?));
    let is_author = approvals::is_author(tx, proposal, signed_in.person.id).await?;
    let signed = signatures.iter().any(|signature| signature.person_id == signed_in.person.id);
    let emergency = funds::allows_emergency(tx, proposal.fund_id).await?;
    for part in steps(site, signed_in, proposal, (is_author, signed, emergency), typed, wrongs) {
        sheet = sheet.with(part);
    }
    Ok(sheet.answer(wrongs))
}

/// The frozen text, line by line: everything that is agreed to, and nothing beside it.
async fn lines(tx: &mut Tx, words: Words, proposal: &Proposal) -> Result<Facts, Trouble> {
    let mut facts = Facts::default();
    for line in proposal.payload.lines() {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        if proposal.subject == Subject::Refund {
            let (label, cell) = refund_line(words, name, value);
            facts = facts.add(label, cell);
            continue;
        }
        let label = if LINES.contains(&name) { words.of("approval-line", name) } else { name.to_owned() };
        let text = match (name, proposal.subject) {
            ("paid-by" | "show", Subject::Expense) => words.of(&format!("expense-{name}"), value),
            ("paid-from", Subject::Expense) | ("from" | "to", Subject::Transfer) => account_in_words(words, value),
            ("kind" | "way" | "checked", Subject::Payee) => words.of(&format!("payee-{name}"), value),
            ("payee", _) => match value.parse().map(PayeeId) {
                Ok(id) => payees::find(tx, id).await?.map_or_else(|| value.to_owned(), |payee| format!("{} ({value})", payee.label)),
                Err(_) => value.to_owned(),
            },
            ("part", Subject::Expense) => value.split(", ").map(|word| use_in_words(words, word)).collect::<Vec<_>>().join(", "),
            _ => value.to_owned(),
        };
        facts = facts.add(label, Cell::text(text));
    }
    Ok(facts)
}

/// One line of what is agreed to in a refund.
fn refund_line(words: Words, name: &str, value: &str) -> (String, Cell) {
    match name {
        "gift" => (words.say("gifts-number"), Cell::link(format!("/treasury/gifts/{value}"), value)),
        "way" => (words.say("refund-way"), Cell::text(words.of("refund-by", value))),
        "amount" => (words.say("gifts-amount"), Cell::text(value)),
        "reason" => (words.say("refund-reason"), Cell::text(words.of("refund-because", value))),
        "note" => (words.say("refund-note"), Cell::text(value)),
        _ => (name.to_owned(), Cell::text(value)),
    }
}

/// What was proposed about the same thing before.
async fn history(tx: &mut Tx, words: Words, proposal: &Proposal) -> Result<Table, Trouble> {
    let zone = zone(tx, proposal).await?;
    let mut table = Table::new(words.say("approval-history"), words.say("approval-history-none"))
        .column(words.say("approval-since"))
        .column(words.say("expense-state"))
        .column(words.say("approval-fingerprint"));
    for other in approvals::history(tx, proposal.subject, &proposal.subject_id).await? {
        if other.id != proposal.id {
            let since = Cell::link(format!("{APPROVALS}/{}", other.id), words.moment(other.proposed_at, &zone));
            let state = words.of("approval-state", other.state.as_str());
            table.row(vec![since, Cell::text(state), Cell::text(other.fingerprint())]);
        }
    }
    Ok(table)
}

/// What this person may do, or why they may not.
fn steps(
    site: &Site,
    signed_in: &SignedIn,
    proposal: &Proposal,
    (is_author, signed, emergency): (bool, bool, bool),
    typed: &Typed,
    wrongs: &Wrongs,
) -> Vec<Part> {
    let words = signed_in.words;
    let countersigns = proposal.state == Stage::Approved && proposal.emergency;
    if proposal.state != Stage::Open && !countersigns {
        return Vec::new();
    }
    if !signed_in.person.roles.holds(Role::Approver) {
        return vec![Part::Note(words.say("approval-needs-role"))];
    }
    if is_author {
        return vec![Part::Note(words.say("approval-no-author"))];
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
    if emergency {
        let reason = parts.area("emergency", "approval-emergency").hint(words.say("approval-emergency-hint"));
        let alone = form("alone", vec![reason]).button(words.say("approval-alone"));
        list.extend([Part::Heading(words.say("approval-alone")), Part::Form(alone)]);
    }
    list
}

async fn decide(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let (words, typed) = (signed_in.words, Typed::new(pairs.clone()));
    let proposal = approvals::find(&mut site.db.begin_read().await?, ProposalId(id)).await?.ok_or(Trouble::NotFound)?;
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
            transact!(site.db, tx => async {
                let decided = booking::decide(tx, actor, &operation, seen, choice, now).await?;
                if let (Subject::Expense, Ok(id)) = (proposal.subject, proposal.subject_id.parse()) {
                    captains::tell(tx, ExpenseId(id), sealing, now).await?;
                }
                Ok::<Decided, DecideError>(decided)
            }.await)
        }
    };
    let mut wrongs = Wrongs::default();
    match done {
        Ok(decided) => {
            if decided == Decided::Done && proposal.subject == Subject::Refund {
                // The jobs send it to Stripe.
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
            if let Some(response) = not_decided(words, id, typed.get("choice"), error, &mut wrongs)? {
                return Ok(response);
            }
        }
    }
    // Somebody may have been quicker: what is shown is how it stands now.
    let proposal = approvals::find(&mut site.db.begin_read().await?, ProposalId(id)).await?.ok_or(Trouble::NotFound)?;
    page(&site, &signed_in, &proposal, &Asked::default(), &typed, &wrongs).await
}

fn not_decided(words: Words, id: i64, choice: &str, error: DecideError, wrongs: &mut Wrongs) -> Result<Option<Response>, Trouble> {
    let back = format!("{APPROVALS}/{id}");
    let field = if choice == "alone" { "emergency" } else { "reason" };
    let (field, text) = match error {
        DecideError::Spending(refusal) => return refused(words, &back, refusal, wrongs),
        // The fields that such a refusal belongs to are none of this page's.
        DecideError::Refund(refusal) => ("main", told(words, refusal)?.1),
        DecideError::Approval(Refusal::NotAllowed(NotAllowed::StepUp)) => return confirm(&back).map(Some),
        DecideError::Approval(Refusal::NotFound | Refusal::NotAllowed(NotAllowed::Role)) => return Err(Trouble::NotFound),
        DecideError::Approval(Refusal::NotAllowed(NotAllowed::Database(error)) | Refusal::Database(error))
        | DecideError::Operation(OperationError::Database(error))
        | DecideError::Database(error) => return Err(error.into()),
        DecideError::Operation(OperationError::Reused | OperationError::Malformed) => ("main", words.say("expense-no-reused")),
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
