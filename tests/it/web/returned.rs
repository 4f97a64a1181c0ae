//! What the page of an expense says when the bank sent its payment back.

use strikefund::people::Role;
use strikefund::spending;

use super::Visit;
use super::staff::Staff;
use crate::bank::returned::{named, paid_and_returned, payment, returned};
use crate::support::on_both_databases;

on_both_databases! {
    async fn its_page_says_that_the_bank_sent_it_back_and_that_it_can_be_paid_again(books: &Books) {
        let (treasury, id, lines) = paid_and_returned(books).await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let at = format!("/treasury/general/expenses/{}", treasury.read(id).await.expense.number);
        staff.get(&at).await.is(200).never_says("sent this payment back").never_says(&format!("{at}/pay"));
        returned(&treasury, named(&lines, "CHECK 12 RETURNED"), payment(&treasury, id).await).await.unwrap();
        staff.get(&at).await.is(200).says("The bank sent this payment back on 18 Nov 2026. It can be paid again.").says(&format!("{at}/pay"));
        treasury.pay(id).await.unwrap();
        staff.get(&at).await.is(200).says("The bank sent an earlier payment back on 18 Nov 2026.").never_says("It can be paid again");
        assert!(spending::last_returned(&mut books.db.begin_read().await.unwrap(), id).await.unwrap().is_some());
    }
}
