//! The two languages hold the same texts, with the same values in them, and every text that a page asks for is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::repository;

/// The keys of one language, each with the values that stand in its text.
fn texts(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = repository(&format!("templates/locales/{language}"));
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut key = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                line.split(" =").next().unwrap().clone_into(&mut key);
                assert!(texts.insert(key.clone(), BTreeSet::new()).is_none(), "{language}: {key} stands twice");
            }
            let values =
                line.match_indices('$').map(|(at, _)| line[at + 1..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
            texts.entry(key.clone()).or_default().extend(values);
        }
    }
    texts.retain(|key, _| !key.is_empty());
    texts
}

#[test]
fn both_languages_hold_the_same_texts_with_the_same_values() {
    let (english, spanish) = (texts("en"), texts("es"));
    let keys = |texts: &BTreeMap<String, BTreeSet<String>>| texts.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&english), keys(&spanish));
    for (key, values) in &english {
        assert_eq!(values, &spanish[key], "{key}");
    }
}

/// Every word in quotes that follows a call of `say(` or `with(` and the like.
fn asked(text: &str) -> BTreeSet<String> {
    let calls = [".say(\"", ".with(\"", ".with_two(\"", ".with_all(\""];
    let keys = calls.iter().flat_map(|call| text.match_indices(call).map(|(at, call)| &text[at + call.len()..]));
    keys.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

fn files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_text_that_a_page_asks_for_is_there() {
    let known = texts("en");
    let mut sources = Vec::new();
    files(&repository("src/web"), &mut sources);
    files(&repository("src/mail"), &mut sources);
    files(&repository("templates/web"), &mut sources);
    let mut all = 0;
    for path in sources {
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for key in asked(code) {
            all += 1;
            assert!(known.contains_key(&key), "{}: templates/locales has no text called {key}", path.display());
        }
    }
    assert!(all > 5, "no page asks for a text any more: this test reads the wrong places");
}

/// The arguments of the call whose list begins here, up to its closing bracket.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut quoted, mut found) = (0, false, vec![String::new()]);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => break,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        found.last_mut().unwrap().push(letter);
    }
    found.into_iter().map(|argument| argument.trim().to_owned()).collect()
}

/// The acts a file writes down: what it hands to the log or to its own helper before it, and what it chooses between first.
fn acts(code: &str) -> BTreeSet<String> {
    let mut acts = BTreeSet::new();
    for call in ["audit::write(", " note(", "write_act("] {
        for (at, _) in code.match_indices(call) {
            let given = arguments(&code[at + call.len()..]);
            let act = given.iter().skip(1).take(2).find_map(|given| given.strip_prefix('"')?.strip_suffix('"'));
            // The names of parameters are not the word itself; any other expression would hide it from this test.
            let hidden = call == "audit::write(" && given[0] == "tx" && act.is_none() && given[2] != "act";
            assert!(!hidden, "an act is a word in quotes or called act: {given:?}");
            acts.extend(act.filter(|_| given[0] == "tx").map(str::to_owned));
        }
    }
    for (at, start) in code.match_indices("let act = ") {
        let choice = code[at + start.len()..].split(';').next().unwrap();
        acts.extend(choice.split('"').skip(1).step_by(2).map(str::to_owned));
    }
    acts
}

#[test]
fn every_act_in_the_log_has_its_text() {
    let known = texts("en");
    let mut sources = Vec::new();
    files(&repository("src"), &mut sources);
    let mut keys = BTreeSet::new();
    for path in sources.iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs")) {
        let text = std::fs::read_to_string(path).unwrap();
        for act in acts(text.split("#[cfg(test)]\nmod tests").next().unwrap()) {
            let key = format!("act-{}", act.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
            assert!(known.contains_key(&key), "{}: templates/locales has no text called {key} for “{act}”", path.display());
            keys.insert(key);
        }
    }
    let texts: BTreeSet<String> = known.into_keys().filter(|key| key.starts_with("act-")).collect();
    assert_eq!(texts, keys, "a text is there for an act that nobody writes down");
}

#[test]
fn every_alert_has_its_text() {
    let known = texts("en");
    let mut sources = Vec::new();
    files(&repository("src"), &mut sources);
    let code: Vec<String> = sources.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let mut keys = BTreeSet::new();
    for text in &code {
        let text = text.split("#[cfg(test)]").next().unwrap();
        keys.extend(text.split("Said::new(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    assert!(keys.len() > 10, "{keys:?}");
    for key in &keys {
        assert!(known.contains_key(&format!("alert-{key}")), "templates/locales has no text called alert-{key}");
    }
    // A key that is chosen before stands in quotes all the same.
    for key in
        known.keys().filter_map(|key| key.strip_prefix("alert-")).filter(|key| !key.starts_with("kind-") && !key.starts_with("reason-"))
    {
        assert!(code.iter().any(|text| text.contains(&format!("\"{key}\""))), "a text is there for the alert {key}, which nobody raises");
    }
    let kinds = std::fs::read_to_string(repository("src/payments/alert_kind.rs")).unwrap();
    let words: BTreeSet<String> =
        kinds.split(" = \"").skip(1).map(|rest| format!("alert-kind-{}", rest.split('"').next().unwrap().replace(' ', "-"))).collect();
    let texts: BTreeSet<String> = known.into_keys().filter(|key| key.starts_with("alert-kind-")).collect();
    assert_eq!(texts, words);
}
