//! Asking about what is to be agreed to, and answering: on the approval's page, and seen at the expense. Not here: deciding (`approvals`).

use axum::extract::{Form as Sent, Path, State};
use axum::response::Response;

use super::approvals::again;
use super::{APPROVALS, Pairs, operation, sent};
use crate::approvals::questions::{self, AskError};
use crate::approvals::{self, Proposal, Question, State as Stage};
use crate::clock::Zone;
use crate::db::Tx;
use crate::ids::{ProposalId, QuestionId};
use crate::people::operation::OperationError;
use crate::people::{self, NotAllowed, Role};
use crate::transact;
use crate::web::doors::{Doors, SignedIn, Who};
use crate::web::error::Trouble;
use crate::web::form::{Form, FormParts, Typed, Wrongs};
use crate::web::table::{Cell, Table};
use crate::web::treasury::{APPROVERS, Part, RECORDERS};
use crate::web::words::Words;
use crate::web::{AnySite, Site, answer};

const ASK: &str = "/treasury/approvals/{id}/ask";
const ANSWER: &str = "/treasury/approvals/{id}/answer";

pub(super) fn doors(doors: Doors) -> Doors {
    doors.post(ASK, Who::Holding(APPROVERS), ask).post(ANSWER, Who::Holding(RECORDERS), give_answer)
}

/// What was asked and answered, as a table; nothing where nothing was asked.
pub(super) async fn table(tx: &mut Tx, words: Words, asked: &[Question], zone: &Zone) -> Result<Option<Part>, Trouble> {
    if asked.is_empty() {
        return Ok(None);
    }
    let mut table = Table::new(words.say("question-caption"), "")
        .column(words.say("question-when"))
        .column(words.say("question-asked"))
        .column(words.say("question-answer"));
    for question in asked {
        let who = people::find(tx, question.person_id).await?.map(|person| person.name).unwrap_or_default();
        let answer = question.answer.clone();
        table.row(vec![
            Cell::moment(words, question.asked_at, zone),
            Cell::text(format!("{who}: {}", question.text)),
            answer.map_or_else(|| Cell::chip("warning", words.say("question-waits")), Cell::text),
        ]);
    }
    Ok(Some(Part::Table(table)))
}

/// What this person may ask or answer.
pub(super) fn forms(
    site: &Site,
    signed_in: &SignedIn,
    proposal: &Proposal,
    asked: &[Question],
    typed: &Typed,
    wrongs: &Wrongs,
) -> Vec<Part> {
    let (words, roles) = (signed_in.words, &signed_in.person.roles);
    let mut list = Vec::new();
    let waiting = asked.iter().find(|question| question.answer.is_none());
    if let Some(question) = waiting.filter(|_| roles.holds(Role::Recorder)) {
        let typed = &typed.clone().put("question", question.id.to_string());
        let parts = FormParts { words, typed, wrongs };
        let fields = vec![parts.hidden("question"), parts.area("answer", "question-answer").hint(question.text.as_str())];
        let form = Form::new(format!("{APPROVALS}/{}/answer", proposal.id), operation(site, typed), fields);
        list.push(Part::Heading(words.say("question-to-answer")));
        list.push(Part::Form(form.quiet_button(words.say("question-send-answer"))));
    }
    if proposal.state == Stage::Open && roles.holds(Role::Approver) {
        let parts = FormParts { words, typed, wrongs };
        let fields = vec![parts.area("question_text", "question-text").hint(words.say("question-hint"))];
        let form = Form::new(format!("{APPROVALS}/{}/ask", proposal.id), site.entropy.reference(), fields);
        list.push(Part::Heading(words.say("question-ask")));
        list.push(Part::Form(form.quiet_button(words.say("question-send"))));
    }
    list
}

async fn ask(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let typed = Typed::new(pairs.clone());
    let done: Result<(), AskError> = match sent(&signed_in, &format!("ask {id}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let (actor, now, text) = (signed_in.actor(), site.clock.now(), typed.get("question_text"));
            transact!(site.db, tx => questions::ask(tx, actor, &operation, ProposalId(id), text, now).await).map(drop)
        }
    };
    after(&site, &signed_in, id, ("asked", "question_text"), done, &typed).await
}

async fn give_answer(State(site): AnySite, signed_in: SignedIn, Path(id): Path<i64>, Sent(pairs): Pairs) -> Result<Response, Trouble> {
    let typed = Typed::new(pairs.clone());
    let question = QuestionId(typed.get("question").parse().map_err(|_| Trouble::NotFound)?);
    let done: Result<(), AskError> = match sent(&signed_in, &format!("answer {id}"), &pairs, &typed) {
        Err(error) => Err(error.into()),
        Ok(operation) => {
            let (actor, now, text) = (signed_in.actor(), site.clock.now(), typed.get("answer"));
            transact!(site.db, tx => questions::answer(tx, actor, &operation, (ProposalId(id), question), text, now).await)
        }
    };
    after(&site, &signed_in, id, ("answered", "answer"), done, &typed).await
}

/// Shows the approval again: with what was done, or with what is wrong.
async fn after(
    site: &Site,
    signed_in: &SignedIn,
    id: i64,
    (done, field): (&str, &str),
    result: Result<(), AskError>,
    typed: &Typed,
) -> Result<Response, Trouble> {
    let mut wrongs = Wrongs::default();
    let words = signed_in.words;
    match result {
        Ok(()) => return Ok(answer::see_other(&format!("{APPROVALS}/{id}?done={done}"))?),
        Err(AskError::NotFound | AskError::NotAllowed(NotAllowed::Role | NotAllowed::StepUp)) => return Err(Trouble::NotFound),
        Err(
            AskError::NotAllowed(NotAllowed::Database(error))
            | AskError::Operation(OperationError::Database(error))
            | AskError::Database(error),
        ) => return Err(error.into()),
        Err(AskError::Operation(OperationError::Reused | OperationError::Malformed)) => wrongs.add("main", words.say("expense-no-reused")),
        Err(AskError::Decided) => wrongs.add("main", words.say("question-no-decided")),
        Err(AskError::Answered) => wrongs.add("main", words.say("question-no-answered")),
        Err(AskError::Text) => wrongs.add(field, words.with("question-no-text", "most", questions::LETTERS)),
    }
    let proposal = approvals::find(&mut site.db.begin_read().await?, ProposalId(id)).await?.ok_or(Trouble::NotFound)?;
    again(site, signed_in, &proposal, typed, &wrongs).await
}
