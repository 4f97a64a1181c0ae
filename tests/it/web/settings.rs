//! The settings of a fund on their pages: the rules in plain words, changed by two; its names, changed by one; both languages.

use strikefund::people::Role;

use super::Visit;
use super::staff::Staff;
use crate::support::on_both_databases;

const SETTINGS: &str = "/treasury/general/settings";
const RULES: &str = "/treasury/general/settings/rules";

on_both_databases! {
    async fn rules_are_read_in_plain_words_and_changed_by_two(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let rosa = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        let ben = Staff::signed_in(&visit, books, &[Role::Approver]).await;
        ana.get("/treasury/settings").await.is(200).says(SETTINGS);
        ana.get(SETTINGS).await.is(200).says("Up to $500.00").says("Above $500.00").says("nobody may agree alone").says(RULES);
        ana.get(SETTINGS).await.is(200).says("This rule needs 3 people (author and 2 approvers); you have 2.");
        rosa.get(SETTINGS).await.is(200).never_says(RULES);
        rosa.get(RULES).await.is(404);
        let form = ana.get(RULES).await.is(200).says("over_3").never_says("over_4");
        let operation = form.value_of("operation");
        let (rows, more) = (("rows", "4"), ("more", "1"));
        let first = ("approvers_0", "1");
        ana.submit(RULES, &[rows, first, ("over_2", "750.00"), more]).await.is(200).says("over_5").says("750.00");
        let wrong = [rows, first, ("over_1", "1,5"), ("approvers_1", "0"), ("emergency", "no"), ("operation", &*operation)];
        ana.submit(RULES, &wrong).await.is(422).says("over_1-wrong").says("Enter a number from 1 to 9.");
        let fewer = [rows, ("approvers_0", "2"), ("over_1", "100"), ("approvers_1", "1"), ("emergency", "no"), ("operation", &*operation)];
        ana.submit(RULES, &fewer).await.is(422).says("A larger sum needs as many approvers");
        let wanted = [rows, first, ("over_1", "250.00"), ("approvers_1", "3"), ("emergency", "yes"), ("operation", &*operation)];
        assert_eq!(ana.submit(RULES, &wanted).await.is(303).next(), format!("{SETTINGS}?done=waits"));
        assert_eq!(ana.submit(RULES, &wanted).await.is(303).next(), format!("{SETTINGS}?done=waits"), "sent twice, asked once");
        ana.get(&format!("{SETTINGS}?done=waits")).await.is(200).says("when a second person agrees").says("You asked for this.").says("Take it back");
        let page = ben.get(SETTINGS).await.is(200).says("As it is").says("As it would be").says("Above $250.00").says("Above $500.00");
        let path = page.text().split("href=\"/treasury/approvals/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let path = format!("/treasury/approvals/{path}");
        rosa.get(&path).await.is(200).says("Above 250.00: 3 approvers").says("Above 500.00: 2 approvers").says("must agree to this");
        let page = ben.get(&path).await.is(200);
        let (seen, operation) = (page.value_of("seen"), page.value_of("operation"));
        let agree = [("seen", &*seen), ("choice", "approve"), ("operation", &*operation)];
        rosa.submit(&path, &agree).await.is(404);
        ana.submit(&path, &agree).await.is(422).says("You entered this, so you cannot approve it.");
        assert_eq!(ben.submit(&path, &agree).await.is(303).next(), format!("{path}?done=approved"));
        ben.get(SETTINGS).await.is(200).says("one approver may agree alone").says("needs 4 people (author and 3 approvers); you have 2").never_says("As it would be");
        let auditor = Staff::signed_in(&visit, books, &[Role::Auditor]).await;
        auditor.get("/treasury/audit").await.is(200).says("Changed the approval rules");
        auditor.get(&format!("{SETTINGS}?lang=es")).await.is(200).says("Más de $250.00").says("Esta regla necesita 4 personas");

        // A second administrator signs a change of the rules, and nothing else.
        let operation = ana.get(RULES).await.is(200).value_of("operation");
        let back = [rows, first, ("over_1", "500.00"), ("approvers_1", "2"), ("emergency", "no"), ("operation", &*operation)];
        ana.submit(RULES, &back).await.is(303);
        let eve = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let page = eve.get(SETTINGS).await.is(200);
        let path = page.text().split("href=\"/treasury/approvals/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let path = format!("/treasury/approvals/{path}");
        let page = eve.get(&path).await.is(200);
        let (seen, operation) = (page.value_of("seen"), page.value_of("operation"));
        eve.submit(&path, &[("seen", &*seen), ("choice", "approve"), ("operation", &*operation)]).await.is(303);
        ana.get(SETTINGS).await.is(200).says("nobody may agree alone").says("Above $500.00");
    }

    async fn one_person_changes_what_a_fund_says_of_itself(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let path = "/treasury/general/settings/names";
        let operation = ana.get(path).await.is(200).says("value=\"general\"").value_of("operation");
        let fields = |statement: &'static str| {
            [
                ("name", "Portland Bakers Strike Fund"),
                ("purpose", "Food, water and rent for bakers."),
                ("legal_name", "Bakers Local 5"),
                ("contact", "fund@example.org"),
                ("statement_text", statement),
                ("strike_on", "2026-11-01"),
            ]
        };
        let with = |statement: &'static str, more: &[(&'static str, String)]| {
            let sent = fields(statement).map(|(name, value)| (name, value.to_owned()));
            sent.into_iter().chain(more.iter().cloned()).collect::<Vec<_>>()
        };
        let send = async |sent: Vec<(&'static str, String)>| {
            let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
            ana.submit(path, &sent).await
        };
        let id = ("operation", operation);
        send(with("<b>", std::slice::from_ref(&id))).await.is(422).says("Use at most 22 plain letters");
        send(with("STRIKE FUND", std::slice::from_ref(&id))).await.is(422).says("A neutral one protects donors").says("Keep it all the same");
        assert_eq!(send(with("SUPPORT", std::slice::from_ref(&id))).await.is(303).next(), format!("{SETTINGS}?done=names"));
        send(with("OTHER", std::slice::from_ref(&id))).await.is(422).says("Open it again");
        ana.get(SETTINGS).await.is(200).says("Portland Bakers Strike Fund").says("Bakers Local 5").says("SUPPORT").says("1 Nov 2026");
        let again = ana.get(path).await.is(200).value_of("operation");
        let kept = with("STRIKE FUND", &[("telling", "yes".to_owned()), ("operation", again)]);
        send(kept).await.is(303);
        ana.get("/treasury/nowhere/settings").await.is(404);
    }

    async fn one_person_chooses_which_reports_a_fund_shows(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let path = "/treasury/general/settings/reports";
        let chosen = async || strikefund::funds::reports(&mut books.db.begin_read().await.unwrap(), fund).await.unwrap();
        assert_eq!(chosen().await, strikefund::funds::Reports::default(), "none unless somebody chose");
        let operation = ana.get(path).await.is(200).never_says("checked").value_of("operation");
        let sent = [("budget", "yes"), ("operation", &*operation)];
        assert_eq!(ana.submit(path, &sent).await.is(303).next(), format!("{SETTINGS}?done=reports"));
        assert_eq!(chosen().await, strikefund::funds::Reports { budget: true, lm: false });
        ana.get(path).await.is(200).says("checked");
        ana.submit(path, &[("operation", &*operation)]).await.is(422).says("Open it again");
        let eve = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        eve.get(path).await.is(404);
    }

    async fn one_person_names_a_goal_and_takes_it_away(books: &Books) {
        let fund = books.general_fund().await;
        let visit = Visit::of(books);
        let ana = Staff::signed_in(&visit, books, &[Role::Administrator]).await;
        let path = "/treasury/general/settings/goal";
        let goal = async || strikefund::funds::goal(&mut books.db.begin_read().await.unwrap(), fund).await.unwrap().amount_minor;
        assert_eq!(goal().await, None);
        for wrong in ["0", "0.99", "-5", "much", "1000000000.01"] {
            let operation = ana.get(path).await.is(200).value_of("operation");
            ana.submit(path, &[("goal", wrong), ("operation", &operation)]).await.is(422).says("Enter a sum from 1").says(wrong);
        }
        let operation = ana.get(path).await.is(200).value_of("operation");
        assert_eq!(ana.submit(path, &[("goal", "10,000.50"), ("operation", &operation)]).await.is(303).next(), format!("{SETTINGS}?done=goal"));
        assert_eq!(goal().await, Some(1_000_050));
        ana.get(SETTINGS).await.is(200).says("$10,000.50");
        ana.submit(path, &[("goal", "7"), ("operation", &operation)]).await.is(422).says("Open it again");
        let operation = ana.get(path).await.is(200).says("10000.50").value_of("operation");
        ana.submit(path, &[("goal", ""), ("operation", &operation)]).await.is(303);
        assert_eq!(goal().await, None);
        let eve = Staff::signed_in(&visit, books, &[Role::Recorder]).await;
        eve.get(path).await.is(404);
    }
}
