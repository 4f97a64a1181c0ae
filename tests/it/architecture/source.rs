//! A source file as the rules see it: code without comments, texts and tests; its texts; the paths it names.

use std::ops::Range;
use std::path::Path;

/// One file of the repository.
#[derive(Debug)]
pub struct Source {
    /// Its path from the top, with `/`.
    pub path: String,
    /// Everything in it.
    pub text: String,
    /// The same length as `text`: comments, the insides of string literals and `#[cfg(test)]` modules are blank.
    pub code: String,
    /// The string literals outside tests: where they begin in `text`, and what they say.
    pub literals: Vec<(usize, String)>,
}

impl Source {
    /// Reads Rust text as it would stand at `path`.
    pub fn rust(path: &str, text: &str) -> Self {
        let (mut code, mut literals) = blank_comments_and_texts(text);
        for tests in test_modules(&code) {
            literals.retain(|(at, _)| !tests.contains(at));
            blank(&mut code, tests);
        }
        let code = String::from_utf8(code).expect("blanks keep text whole");
        Self { path: path.to_owned(), text: text.to_owned(), code, literals }
    }

    /// Reads a file that is not Rust.
    pub fn plain(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: String::new(), literals: Vec::new() }
    }

    /// The line number of a place in the text, from 1.
    pub fn line(&self, at: usize) -> usize {
        1 + self.text[..at].matches('\n').count()
    }

    /// Where `word` stands in the code as a whole word.
    pub fn words(&self, word: &str) -> Vec<usize> {
        let is_name = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let bytes = self.code.as_bytes();
        self.code
            .match_indices(word)
            .map(|(at, _)| at)
            .filter(|&at| !(at > 0 && is_name(bytes.get(at - 1))))
            .filter(|&at| !(word.ends_with(|c: char| c.is_alphanumeric()) && is_name(bytes.get(at + word.len()))))
            .collect()
    }

    /// The modules a path of this file starts from: `src/a/b.rs` is `[a, b]`, `src/a/mod.rs` is `[a]`.
    pub fn module(&self) -> Vec<&str> {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        inside.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).collect()
    }

    /// Every path of this crate that the code names, as segments from the crate's top, with its place.
    ///
    /// `crate::a::{b, c::{self, d}}` gives `a::b`, `a::c` and `a::c::d`; `super::` is resolved by where the file stands.
    pub fn paths(&self) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        let own = self.module();
        for start in ["crate::", "strikefund::"] {
            for at in self.words(start) {
                let mut rest = Walk { text: &self.code, at: at + start.len() };
                rest.tree(at, &[], &mut found);
            }
        }
        for at in self.words("super::") {
            // The later ones of `super::super::` are part of the first.
            if self.code[..at].ends_with("super::") {
                continue;
            }
            let mut rest = Walk { text: &self.code, at };
            let mut levels = 0;
            while rest.eat("super::") {
                levels += 1;
            }
            let base: Vec<String> = own.iter().take(own.len().saturating_sub(levels)).map(|part| (*part).to_owned()).collect();
            rest.tree(at, &base, &mut found);
        }
        found
    }
}

/// Reads a `use` tree or a path, however it is broken over lines.
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl Walk<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_blanks();
        let there = self.rest().starts_with(token);
        if there {
            self.at += token.len();
        }
        there
    }

    fn name(&mut self) -> Option<String> {
        self.skip_blanks();
        let length = self.rest().find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest().len());
        let name = self.rest()[..length].to_owned();
        self.at += length;
        Some(name).filter(|name| !name.is_empty())
    }

    fn tree(&mut self, place: usize, base: &[String], found: &mut Vec<(usize, Vec<String>)>) {
        if self.eat("{") {
            loop {
                self.tree(place, base, found);
                if !self.eat(",") {
                    break;
                }
                if self.eat("}") {
                    return;
                }
            }
            self.eat("}");
            return;
        }
        let mut path = base.to_vec();
        match self.name() {
            Some(name) if name == "self" => {}
            Some(name) => path.push(name),
            None if self.eat("*") => path.push("*".to_owned()),
            None => return,
        }
        if self.eat("::") {
            self.tree(place, &path, found);
            return;
        }
        // `crate::run!(…)`: a macro of the database floor, not a room.
        if self.rest().starts_with('!') && !self.rest().starts_with("!=") && path.len() == 1 {
            return;
        }
        if self.rest().trim_start().starts_with("as ") {
            self.eat("as ");
            self.name();
        }
        found.push((place, path));
    }
}

fn blank(code: &mut [u8], range: Range<usize>) {
    for byte in &mut code[range] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// What the lexer does not show to the rules.
fn blank_comments_and_texts(text: &str) -> (Vec<u8>, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let (mut code, mut literals) = (bytes.to_vec(), Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text.as_bytes()[at..];
        let end = if rest.starts_with(b"//") {
            let end = at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            blank(&mut code, at..end);
            end
        } else if rest.starts_with(b"/*") {
            let end = at + rest.windows(2).position(|two| two == b"*/").map_or(rest.len(), |p| p + 2);
            blank(&mut code, at..end);
            end
        } else if let Some((inside, end)) = string_literal(text, at) {
            literals.push((at, text[inside.clone()].to_owned()));
            blank(&mut code, inside);
            end
        } else if rest[0] == b'\'' {
            char_literal_end(rest).map_or(at + 1, |length| at + length)
        } else {
            at + 1
        };
        at = end;
    }
    (code, literals)
}

/// The inside of the string literal that begins at `at`, and where it ends; None where none begins.
fn string_literal(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let rest = &text.as_bytes()[at..];
    let after_name = at > 0 && (text.as_bytes()[at - 1].is_ascii_alphanumeric() || text.as_bytes()[at - 1] == b'_');
    if !after_name && (rest[0] == b'r' || rest.starts_with(b"br")) {
        let marks = if rest[0] == b'b' { 2 } else { 1 };
        let hashes = rest[marks..].iter().take_while(|b| **b == b'#').count();
        if rest.get(marks + hashes) == Some(&b'"') {
            let from = at + marks + hashes + 1;
            let close = format!("\"{}", "#".repeat(hashes));
            let length = text.get(from..).and_then(|inside| inside.find(&close)).unwrap_or(text.len() - from);
            return Some((from..from + length, (from + length + close.len()).min(text.len())));
        }
    }
    if rest[0] != b'"' {
        return None;
    }
    let mut end = 1;
    while end < rest.len() && rest[end] != b'"' {
        end += if rest[end] == b'\\' { 2 } else { 1 };
    }
    let end = end.min(rest.len());
    Some((at + 1..at + end, (at + end + 1).min(text.len())))
}

/// How long the character literal is that begins here; None for a lifetime.
fn char_literal_end(rest: &[u8]) -> Option<usize> {
    let close = if rest.get(1) == Some(&b'\\') {
        3 + rest.get(3..)?.iter().position(|b| *b == b'\'')?
    } else {
        let text = std::str::from_utf8(rest.get(1..rest.len().min(8))?)
            .or_else(|error| std::str::from_utf8(&rest[1..=error.valid_up_to()]))
            .ok()?;
        1 + text.chars().next()?.len_utf8()
    };
    (rest.get(close) == Some(&b'\'')).then_some(close + 1)
}

/// The bodies of `#[cfg(test)] mod …`: what is written there never runs for a fund.
fn test_modules(code: &[u8]) -> Vec<Range<usize>> {
    let text = std::str::from_utf8(code).expect("blanks keep text whole");
    text.match_indices("#[cfg(test)]")
        .filter_map(|(at, mark)| {
            let after = &text[at + mark.len()..];
            let open = at + mark.len() + after.find('{')?;
            // Only what stands straight behind the mark is meant: a module, function or block, not a `use …;`.
            if text[at + mark.len()..open].contains(';') {
                return None;
            }
            let mut depth = 0_usize;
            let length = text[open..].bytes().position(|byte| {
                match byte {
                    b'{' => depth += 1,
                    b'}' => depth -= 1,
                    _ => {}
                }
                depth == 0
            })?;
            Some(at..open + length + 1)
        })
        .collect()
}

/// Every file under `folder` with one of these endings, by path.
pub fn read_all(top: &Path, folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut waiting = vec![top.join(folder)];
    while let Some(directory) = waiting.pop() {
        let Ok(listing) = std::fs::read_dir(&directory) else { continue };
        for entry in listing.map(|entry| entry.expect("a folder of the repository lists").path()) {
            if entry.is_dir() {
                waiting.push(entry);
                continue;
            }
            let path = entry.strip_prefix(top).expect("a path inside the repository").to_string_lossy().replace('\\', "/");
            let ending = entry.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if endings.contains(&ending) {
                let text = std::fs::read_to_string(&entry).expect("a source is text");
                sources.push(if ending == "rs" { Source::rust(&path, &text) } else { Source::plain(&path, &text) });
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

#[test]
fn code_is_seen_without_comments_texts_and_tests() {
    let source = Source::rust(
        "src/a/b.rs",
        "// SELECT 1\nlet q = \"SELECT \\\"x\\\" FROM t\"; let c = '\"'; fn f<'a>(x: &'a str) {}\n#[cfg(test)]\nmod tests { const S: &str = \"DELETE FROM t\"; }\nlet r = r#\"a \"raw\" one\"#;",
    );
    let texts: Vec<&str> = source.literals.iter().map(|(_, text)| &**text).collect();
    assert_eq!(texts, ["SELECT \\\"x\\\" FROM t", "a \"raw\" one"]);
    assert!(!source.code.contains("SELECT") && !source.code.contains("mod tests") && source.code.contains("fn f<'a>"));
    assert_eq!(source.line(source.text.find("let r").unwrap()), 5);
}

#[test]
fn paths_are_read_however_they_are_grouped() {
    let source = Source::rust(
        "src/booking/store.rs",
        "use crate::{\n    ledger::{self, chart::{STRIPE, BANK}},\n    db::Tx,\n};\nuse super::super::web;\nuse super::{Verb, noun::Thing as Other};\ncrate::run!(x); crate::payments::sync::run();",
    );
    let paths: Vec<String> = source.paths().into_iter().map(|(_, path)| path.join("::")).collect();
    assert_eq!(
        paths,
        [
            "ledger",
            "ledger::chart::STRIPE",
            "ledger::chart::BANK",
            "db::Tx",
            "payments::sync::run",
            "web",
            "booking::Verb",
            "booking::noun::Thing"
        ]
    );
}
