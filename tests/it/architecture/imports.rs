//! Who may import whom: the floors of the house, its circles, and the order inside a room.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;
use super::{Found, House};

/// The rooms by floor. A file imports downward; on its own floor only what [`SIDEWAYS`] draws.
const FLOORS: [&[&str]; 6] = [
    &["money", "clock", "ids", "db", "seal", "config", "language", "qr"],
    &["ledger", "people", "mail", "files"],
    &["funds", "approvals"],
    &["donations", "spending", "bank", "payments"],
    &["booking", "closing", "deciding", "publication"],
    &["web", "jobs", "verify", "serve", "demo"],
];

/// The program itself stands above the house: it reads the command line and calls one verb.
const PROGRAM: &[&str] = &["cli", "setup", "staff"];

/// Imports on the same floor that the house draws.
const SIDEWAYS: &[(&str, &str)] = &[
    // How many must agree to a sum is the fund's own rule, and a decision locks its fund.
    ("approvals", "funds"),
    ("donations", "payments"),
    // How a fund ends rests on how it stands and on what the public was told; what people agree to is done by whichever room it belongs to.
    ("closing", "booking"),
    ("closing", "publication"),
    ("deciding", "booking"),
    ("deciding", "closing"),
    ("deciding", "publication"),
    // A backup is taken only of books that are sound.
    ("jobs", "verify"),
    ("serve", "web"),
    ("serve", "jobs"),
    ("demo", "serve"),
    ("demo", "jobs"),
    ("demo", "web"),
];

const WAY_OUT: &str = "Hand the value down as a parameter, move the type to the lower room, or let the room above call both.";

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The room a file stands in; None for `lib.rs` and the program, which stand above the house.
fn room_of(source: &Source) -> Option<&str> {
    source.module().first().copied().filter(|room| !PROGRAM.contains(room))
}

/// A file imports from its own floor only as drawn, and from any floor under it.
pub fn floors(house: &House) -> Found {
    let macros = exported_macros(house);
    let mut found = Vec::new();
    for source in &house.rust {
        let Some(own) = room_of(source) else { continue };
        let Some(own_floor) = floor(own) else {
            found.push(format!(
                "{}: the house has no room called {own}. Way out: find the word of design §1 it belongs to, or draw it in FLOORS.",
                source.path
            ));
            continue;
        };
        for (at, path) in source.paths() {
            let Some(room) = path.first().filter(|room| **room != own && !macros.contains(*room)) else { continue };
            let place = format!("{}:{}", source.path, source.line(at));
            let Some(their_floor) = floor(room) else {
                found.push(format!("{place}: the house has no room called {room}. Way out: name a room of FLOORS."));
                continue;
            };
            // The ground floor's files are all alike, and its circles are found below.
            let drawn = their_floor < own_floor || own_floor == 0 && their_floor == 0 || SIDEWAYS.contains(&(own, room.as_str()));
            if !drawn {
                found.push(format!(
                    "{place}: {own} (floor {own_floor}) imports {room} (floor {their_floor}): imports go down only. Way out: {WAY_OUT}"
                ));
            }
        }
    }
    found
}

/// The macros that stand at the crate's top wherever they are written.
fn exported_macros(house: &House) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for source in &house.rust {
        for (at, mark) in source.code.match_indices("#[macro_export]") {
            let after = source.code[at + mark.len()..].trim_start();
            if let Some(rest) = after.strip_prefix("macro_rules!") {
                names.extend(rest.split_whitespace().next().map(str::to_owned));
            }
        }
    }
    names
}

/// No two rooms need each other, however long the way.
pub fn circles(house: &House) -> Found {
    let mut needs: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let macros = exported_macros(house);
    for source in &house.rust {
        let Some(own) = room_of(source) else { continue };
        let rooms = source.paths().into_iter().filter_map(|(_, path)| path.into_iter().next());
        needs.entry(own).or_default().extend(rooms.filter(|room| room != own && !macros.contains(room)));
    }
    let found = needs.keys().find_map(|room| circle_from(room, &needs, &mut vec![(*room).to_owned()]));
    found.map(|circle| format!("{}: rooms in a circle. Way out: {WAY_OUT}", circle.join(" → "))).into_iter().collect()
}

fn circle_from(start: &str, needs: &BTreeMap<&str, BTreeSet<String>>, way: &mut Vec<String>) -> Option<Vec<String>> {
    let here = way.last()?.clone();
    for next in needs.get(here.as_str()).into_iter().flatten() {
        way.push(next.clone());
        if next == start {
            return Some(way.clone());
        }
        let seen = way[..way.len() - 1].contains(next);
        if !seen && let Some(circle) = circle_from(start, needs, way) {
            return Some(circle);
        }
        way.pop();
    }
    None
}

/// Inside a feature's room: verbs call the store, the store knows the noun, and nobody outside names the store.
pub fn inner_floors(house: &House) -> Found {
    let mut found = Vec::new();
    for source in &house.rust {
        for (at, path) in source.paths() {
            if let Some(said) = inner_mistake(house, source, &path) {
                found.push(format!("{}:{}: {said}", source.path, source.line(at)));
            }
        }
    }
    found
}

fn inner_mistake(house: &House, source: &Source, path: &[String]) -> Option<String> {
    let own = source.module();
    let room = path.first()?;
    let inside: Option<&str> = path.get(1).map(|name| &**name);
    let same_room = own.first() == Some(&room.as_str());
    if !same_room {
        let private = inside == Some("store") && floor(room).is_some_and(|floor| floor > 0);
        return private
            .then(|| format!("the store of {room} is private to it. Way out: call a verb of {room}, and write one where none fits."));
    }
    let (&[_, file], Some(name)) = (own.as_slice(), inside) else { return None };
    let level = |file: &str| if file == "store" { 1 } else { usize::from(has_verbs(house, room, file)) * 2 };
    let own_level = level(file);
    if own_level == 2 {
        return None;
    }
    let whom = if file == "store" { "the store" } else { "a noun" };
    let way_out = "Way out: hand it in as a parameter, or move it to the verbs (mod → store → noun).";
    if verbs_of(house, room).contains(name) {
        return Some(format!("{whom} of {room} calls the verb {name}. {way_out}"));
    }
    if name == "store" && file != "store" {
        return Some(format!("{whom} of {room} calls the store. {way_out}"));
    }
    // A type beside verbs may be known; what may not be done from below is to call.
    let is_type = path.get(2).is_some_and(|name| name.starts_with(char::is_uppercase));
    let sibling = house.rust.iter().any(|other| other.path == format!("src/{room}/{name}.rs"));
    let upward = sibling && !is_type && name != file && level(name) > own_level;
    upward.then(|| format!("{whom} of {room} imports {name}.rs, which has verbs. {way_out}"))
}

/// A file beside `mod.rs` that is neither noun nor store: it awaits the database.
fn has_verbs(house: &House, room: &str, file: &str) -> bool {
    let path = format!("src/{room}/{file}.rs");
    house.rust.iter().any(|source| source.path == path && !source.words("async fn").is_empty())
}

/// The functions of a room's `mod.rs`.
fn verbs_of(house: &House, room: &str) -> BTreeSet<String> {
    let path = format!("src/{room}/mod.rs");
    let top_level = |line: &str| {
        let rest =
            line.trim_start_matches("pub(crate) ").trim_start_matches("pub ").trim_start_matches("const ").trim_start_matches("async ");
        rest.strip_prefix("fn ").map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>())
    };
    house.rust.iter().filter(|source| source.path == path).flat_map(|source| source.code.lines().filter_map(top_level)).collect()
}
