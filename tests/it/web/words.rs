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
    let calls = [".say(\"", ".with(\"", ".with_two(\""];
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
