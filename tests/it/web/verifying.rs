//! The page that checks: its five answers, in both languages, for any byte that is another, with nothing kept of what was pasted.

use strikefund::people::Role;

use super::Visit;
use super::staff::Staff;
use crate::publication::gifts::{fund, given, proof_text};
use crate::publication::{DAY, publish, text};
use crate::support::on_both_databases;

const PAGE: &str = "/f/general/verify";

on_both_databases! {
    async fn the_page_answers_what_is_pasted_with_one_of_five_answers(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        visit.get(PAGE).await.is(404);
        let general = fund(books).await;
        let gifts = given(books, &general, &[2_500, 1_000, 5_000, 2_500, 1_500]).await;
        publish(books, general.id, books.now()).await.unwrap();
        let (proof, kept) = (proof_text(books, gifts[0]).await, text(books, "log/checkpoint").await);
        given(books, &general, &[2_500, 1_000, 5_000, 2_500, 1_500]).await;
        publish(books, general.id, books.now().plus_secs(DAY)).await.unwrap();

        let page = visit.get(PAGE).await.is(200).says("Publication 2").says("verify-public").says("Fingerprint");
        assert_eq!(page.header("cache-control"), Some("public, no-cache"));
        let yes = visit.submit(PAGE, &[("proof", &proof)]).await.is(200).says("Yes. This gift of $25.00 is inside publication 1, one of 5 gifts.");
        assert_eq!(yes.header("cache-control"), Some("no-store"));
        yes.says("role=\"status\"").never_says("BEGIN STRIKEFUND PROOF-");
        visit.submit(&format!("{PAGE}?lang=es"), &[("proof", &proof)]).await.is(200).says("Sí. Esta donación de");
        let bent = proof.replacen("amount_minor: 2500", "amount_minor: 2600", 1);
        visit.submit(PAGE, &[("proof", &bent)]).await.is(200).says("No. This proof does not fit publication 1. Keep it.");
        visit.submit(PAGE, &[("proof", &proof[..proof.len() / 2])]).await.is(200).says("That is not a whole proof. Paste all lines from BEGIN to END.");
        visit.submit(PAGE, &[("proof", "nothing")]).await.is(200).says("That is not a whole proof");
        let later = proof.replacen("\"number\":1,", "\"number\":9,", 1);
        visit.submit(PAGE, &[("proof", &later)]).await.is(200).says("Not published yet. Next publication: at least 5 gifts.");

        visit.submit(PAGE, &[("root", &kept)]).await.is(200).says("Yes: publication 1, and today’s books continue it.");
        let roots = visit.get(&format!("{PAGE}/roots.txt")).await.is(200).body;
        let roots = String::from_utf8(roots.to_vec()).unwrap();
        let root = roots.lines().last().unwrap().split(' ').next_back().unwrap().to_owned();
        visit.submit(PAGE, &[("root", &root)]).await.is(200).says("Yes: publication 1,");
        visit.submit(PAGE, &[("root", &root.replace('a', "b"))]).await.is(200).says("No such publication. Keep your copy.");
        visit.submit(PAGE, &[("root", "<b>")]).await.is(200).says("No such publication");
        visit.submit(PAGE, &[("proof", &proof), ("more", "x")]).await.is(422);
    }

    async fn a_treasurer_hands_a_donor_the_proof_and_an_auditor_does_not(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let general = fund(books).await;
        let gifts = given(books, &general, &[2_500, 1_000, 5_000, 2_500, 1_500]).await;
        publish(books, general.id, books.now()).await.unwrap();
        let proof = proof_text(books, gifts[1]).await;
        let number = proof.lines().nth(1).unwrap().trim_start_matches("gift: ").to_owned();
        let (ana, eve) = (Staff::signed_in(&visit, books, &[Role::Recorder]).await, Staff::signed_in(&visit, books, &[Role::Auditor]).await);
        let one = format!("/treasury/gifts/{number}");
        ana.get(&one).await.is(200).says("Proof for the donor");
        eve.get(&one).await.is(200).never_says("Proof for the donor");
        let file = ana.submit(&format!("{one}/proof"), &[]).await.is(200);
        assert_eq!((&file.body[..], file.header("cache-control")), (proof.as_bytes(), Some("no-store")));
        eve.submit(&format!("{one}/proof"), &[]).await.is(404);
        ana.submit("/treasury/gifts/NOBODY/proof", &[]).await.is(404);
    }
}
