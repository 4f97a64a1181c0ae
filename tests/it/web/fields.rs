//! Every form takes its own fields and no other, each as often as it has it (safety rule AZ4, safety test A4).

use std::collections::BTreeMap;

use axum::http::Method;
use strikefund::people::Role;
use strikefund::run;
use strikefund::web::doors::Who;
use strikefund::web::fields;

use super::Visit;
use super::grown::Grown;
use super::staff::Staff;
use crate::support::{Books, on_both_databases};

/// Where each `<form>` of a page is sent, and the names of its fields with their kinds.
fn forms(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    let attribute =
        |tag: &str, name: &str| tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    let form = |text: &str| {
        let (head, inner) = text.split_once('>').unwrap();
        let inner = inner.split("</form>").next().unwrap();
        let fields = inner.split('<').filter(|tag| ["input", "select", "textarea", "button"].iter().any(|kind| tag.starts_with(kind)));
        let fields = fields.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "type").unwrap_or_default())));
        (attribute(head, "method")? == "post").then(|| (attribute(head, "action").unwrap_or_default(), fields.collect()))
    };
    page.split("<form").skip(1).filter_map(form).collect()
}

/// Whether an address is one of a door's.
fn is_at(door: &str, address: &str) -> bool {
    let (door, address): (Vec<&str>, Vec<&str>) = (door.split('/').collect(), address.split('?').next().unwrap().split('/').collect());
    door.len() == address.len() && door.iter().zip(&address).all(|(place, word)| place.starts_with('{') || place == word)
}

/// What every table holds, by how many rows.
async fn rows(books: &Books) -> i64 {
    const SQL: &str = "SELECT (SELECT COUNT(*) FROM operation) + (SELECT COUNT(*) FROM audit) + (SELECT COUNT(*) FROM expense)
        + (SELECT COUNT(*) FROM person_role) + (SELECT COUNT(*) FROM proposal) + (SELECT COUNT(*) FROM donation)";
    let tx = &mut books.db.begin_read().await.unwrap();
    run!(tx, fetch_one, sqlx::query_scalar(SQL)).unwrap()
}

on_both_databases! {
    async fn every_form_that_a_page_shows_is_taken_at_its_address(books: &Books) {
        let visit = Visit::of(books);
        let grown = Grown::new(books, &visit, "Water").await;
        grown.pile_up(1, 110).await;
        let doors: Vec<&str> = visit.doors().iter().filter(|door| door.method == Method::POST).map(|door| door.path).collect();
        let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, path) in grown.addresses(|who| who != Who::HalfSignedIn).await {
            let page = grown.staff.get(&path).await;
            if !page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                continue;
            }
            for (action, names) in forms(page.text()) {
                let action = if action.is_empty() { path.clone() } else { action };
                // An address without places comes before one with.
                let fits = doors.iter().filter(|door| is_at(door, &action)).min_by_key(|door| door.matches('{').count());
                let door = *fits.unwrap_or_else(|| panic!("{path} sends a form to {action}, where nothing is taken"));
                let known = fields::of(door).unwrap_or_else(|| panic!("the fields of {door} stand nowhere"));
                for (name, kind) in &names {
                    let many = known.knows(name).unwrap_or_else(|| panic!("{path} has a field {name} that {door} does not take"));
                    let twice = names.iter().filter(|(other, _)| other == name).count() > 1;
                    assert!(many || kind == "radio" || kind == "submit" || !twice, "{path} sends {name} twice, and {door} takes it once");
                }
                *shown.entry(door).or_default() += 1;
            }
        }
        assert!(shown.len() > 40, "{shown:?}");
    }

    async fn no_form_takes_a_field_that_it_has_not_or_one_twice(books: &Books) {
        books.general_fund().await;
        let visit = Visit::of(books);
        let staff = Staff::signed_in(&visit, books, &Role::ALL).await;
        let before = rows(books).await;
        let mut asked = 0;
        for door in visit.doors().iter().filter(|door| door.method == Method::POST) {
            let known = fields::of(door.path).unwrap_or_else(|| panic!("{} takes a form, and its fields stand nowhere: add them to web/fields.rs", door.path));
            let path = door.path.split('/').map(|place| if place == "{fund}" { "general" } else if place.starts_with('{') { "1" } else { place });
            let path = path.collect::<Vec<_>>().join("/");
            // Behind the first half of a sign-in is nobody who has all of it.
            if door.who == Who::HalfSignedIn || known.knows("file").is_some() || known.knows("copy").is_some() {
                continue;
            }
            for odd in [&[("role_of_mine", "administrator")][..], &[("approved_by", "1")], &[("operation", "a"), ("operation", "b")]] {
                let answer = staff.submit(&path, odd).await;
                assert_eq!(answer.status, 422, "{path} {odd:?}: {}", answer.text());
                answer.says("It could not be read as one of our forms.");
                asked += 1;
            }
        }
        assert!(asked > 180, "{asked}");
        assert_eq!(rows(books).await, before, "nothing was done");
    }
}
