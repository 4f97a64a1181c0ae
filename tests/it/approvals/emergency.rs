//! One signature in an emergency: only where the charter allows it, flagged, and countersigned later.

use super::*;

on_both_databases! {
    async fn one_signature_does_in_an_emergency_where_the_charter_allows_it(books: &Books) {
        let fund = books.general_fund().await;
        let author = person(books, &Role::ALL).await;
        let (ana, ben) = (person(books, &[Role::Approver]).await, person(books, &[Role::Approver]).await);
        let proposal = propose(books, author, &about(fund, "1", 90_000)).await;
        let now = books.now();
        let reason = "The picket line has no water on a Sunday, and nobody else can be reached.";
        let sign = async |who: PersonId, reason: &str| -> Result<Verdict, Refusal> {
            let (actor, seen) = (acting(books, who), &proposal.payload_hash);
            transact!(books.db, tx => approvals::approve_in_emergency(tx, actor, proposal.id, seen, reason, now).await)
        };
        assert!(matches!(sign(ana, reason).await, Err(Refusal::NoEmergency)));
        let allowed: sqlx::Result<()> = transact!(books.db, tx => funds::allow_emergency(tx, fund, true).await);
        allowed.unwrap();
        assert!(matches!(sign(ana, &"a".repeat(39)).await, Err(Refusal::Reason)));
        assert!(matches!(sign(author, reason).await, Err(Refusal::Author)));
        assert!(matches!(sign(ana, reason).await, Ok(Verdict::Approved)));
        let standing = read(books, &proposal).await;
        assert!(standing.emergency && standing.state == State::Approved && standing.reason.as_deref() == Some(reason));
        let due = async || approvals::list_unsigned_emergencies(&mut books.db.begin_read().await.unwrap()).await.unwrap().len();
        assert_eq!(due().await, 1);
        assert!(matches!(approve(books, ana, &proposal).await, Err(Refusal::Already)));
        assert!(matches!(approve(books, ben, &proposal).await, Ok(Verdict::Countersigned)), "its effect is not had twice");
        assert_eq!(due().await, 0);
        sound(books).await;
    }
}
