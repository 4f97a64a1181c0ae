//! Figures that stand on pages alone, as people read them, beside the same slow computation.

use strikefund::clock::Day;
use strikefund::money::{Currency, Money};

use super::super::text;
use super::life::GOAL;
use super::slow::Sums;
use crate::support::Books;

fn money(minor: i64) -> String {
    Money::new(minor, Currency::USD).for_people()
}

/// The text of every cell of the table with that caption, line by line.
pub fn table(page: &str, caption: &str) -> Vec<Vec<String>> {
    let (_, from) = page.split_once(&format!(">{caption}</caption>")).unwrap_or_else(|| panic!("{caption}: {page}"));
    let (body, _) = from.split_once("</table>").unwrap();
    let cells = |line: &str| -> Vec<String> {
        let open = line.split("<t").filter(|piece| piece.starts_with(['h', 'd']) && !piece.starts_with("head"));
        open.map(|piece| without_marks(piece.split_once('>').unwrap().1)).collect()
    };
    body.split("<tr>").skip(1).map(cells).collect()
}

fn without_marks(html: &str) -> String {
    let mut text = String::new();
    for (n, piece) in html.split('<').enumerate() {
        text.push_str(if n == 0 { piece } else { piece.split_once('>').map_or("", |(_, rest)| rest) });
    }
    text.trim().to_owned()
}

fn label(account: &str) -> &str {
    match account.rsplit(':').next().unwrap() {
        "food" => "Food",
        "water" => "Water",
        "supplies" => "Supplies",
        "logistics" => "Logistics",
        "bank-fees" => "Bank fees",
        other => panic!("{other}"),
    }
}

/// `14 Nov 2026` of a week's Monday.
fn said(week: &str) -> String {
    strikefund::language::Language::English.day(Day::of_iso_week(week).unwrap())
}

/// The table of uses by week: each cell, each line's sum and each column's.
pub async fn spending_by_week(books: &Books, spent: &Sums) {
    let shown = spent.iter().filter(|(_, minor)| **minor != 0);
    let (mut uses, mut weeks): (Vec<&String>, Vec<&String>) = shown.map(|((account, week), _)| (account, week)).unzip();
    for names in [&mut uses, &mut weeks] {
        names.sort();
        names.dedup();
    }
    if weeks.is_empty() {
        return;
    }
    let lines = table(&text(books, "reports/spending.html").await, "By use and week");
    let heads: Vec<&str> = uses.iter().map(|account| label(account)).collect();
    assert_eq!(lines[0][1..=uses.len()], heads);
    let sum = |takes: &dyn Fn(&str, &str) -> bool| -> i64 {
        spent.iter().filter(|((account, week), _)| takes(account, week)).map(|(_, minor)| minor).sum()
    };
    for (line, week) in lines[1..].iter().zip(&weeks) {
        let cells = uses.iter().map(|account| money(sum(&|other, in_week| other == *account && in_week == *week)));
        let all = [money(sum(&|_, in_week| in_week == *week))];
        let wanted: Vec<String> = [said(week)].into_iter().chain(cells).chain(all).collect();
        assert_eq!(line[..wanted.len()], wanted);
    }
    let foot = &lines[1 + weeks.len()];
    let totals = uses.iter().map(|account| money(sum(&|other, _| other == *account))).chain([money(sum(&|_, _| true))]);
    assert_eq!(foot[1..=uses.len() + 1], totals.collect::<Vec<_>>());
}

/// Whether a week lies in a time.
type Takes<'a> = Box<dyn Fn(&str) -> bool + 'a>;

/// The three fixed times: what moved in the weeks of each, and what the fund stood at before and after.
pub async fn times(books: &Books, gift_side: &Sums, spent: &Sums, today: Day) {
    let monday = Day::of_iso_week(&today.iso_week()).unwrap();
    let month = |week: &str| Day::of_iso_week(week).unwrap().plus_days(3).month();
    let this_month = month(&today.iso_week());
    let in_weeks = |weeks: [i64; 2]| -> Takes<'_> {
        let [first, last] = weeks.map(|back| monday.plus_days(-7 * back).iso_week());
        Box::new(move |week| *first <= *week && *week <= *last)
    };
    let until = today.iso_week();
    let in_month: Takes<'_> = Box::new(|week| month(week) == this_month && *week <= *until);
    let spans = [("month", in_month), ("four-weeks", in_weeks([3, 0])), ("week", in_weeks([1, 1]))];
    for (word, takes) in spans {
        let page = text(books, &format!("period/{word}.html")).await;
        let lines = table(&page, "How the amount on hand comes about");
        let gifts =
            |account: &str| gift_side.iter().filter(|((own, week), _)| own == account && takes(week)).map(|(_, minor)| minor).sum::<i64>();
        let out: i64 = spent.iter().filter(|((_, week), _)| takes(week)).map(|(_, minor)| minor).sum();
        let of = |name: &str| lines.iter().find(|line| line[0] == name).map(|line| line[1].clone());
        let (received, refunds, fees) = (gifts("income:donations"), gifts("income:refunds"), gifts("expenses:fees"));
        assert_eq!(of("Gifts"), Some(money(received)), "{word}");
        assert_eq!(of("Refunds"), Some(money(refunds)), "{word}");
        assert_eq!(of("Fees"), Some(money(-fees)), "{word}");
        assert_eq!(of("Spending"), Some(money(-out)), "{word}");
        let change = received + refunds + gifts("equity:opening") - fees - out;
        assert_eq!(of("Change"), Some(money(change)), "{word}");
        let said = if change < 0 { "shrank" } else { "grew" };
        assert!(page.contains(&format!("Over this time the fund {said} by {}.", money(change.abs()))), "{word}");
    }
}

/// The goal, by what is published.
pub async fn goal(books: &Books, received: i64) {
    let lines = table(&text(books, "index.html").await, "Goal and what was received");
    let percent = received.max(0) * 100 / GOAL;
    let percent = if percent == 0 && received > 0 { "under 1%".to_owned() } else { format!("{percent}%") };
    let wanted = [("Goal", money(GOAL)), ("Received", money(received.max(0))), ("Reached", percent)];
    let shown: Vec<(&str, &str)> = lines[1..].iter().map(|line| (&*line[0], &*line[1])).collect();
    assert_eq!(shown, wanted.iter().map(|(name, said)| (*name, &**said)).collect::<Vec<_>>());
}
