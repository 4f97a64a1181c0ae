//! Where a setting's value comes from: the command line, else the environment, else the settings file, else its default.

use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::{Flags, SETTINGS, Setting};

/// The place a value was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// A flag of this run.
    Flag(String),
    /// An environment variable.
    Environment(String),
    /// A key of the settings file.
    File(PathBuf, String),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "the flag --{name}"),
            Self::Environment(name) => write!(f, "{name} in the environment"),
            Self::File(path, key) => write!(f, "{key} in {}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// As it was written, without spaces around it.
    pub value: String,
    /// Where.
    pub from: From,
}

/// Everything that was said about our settings, with whatever is wrong in how it was said.
#[derive(Debug, Default)]
pub struct Sources {
    found: BTreeMap<&'static str, Found>,
    /// Sentences for the person who wrote the settings.
    pub mistakes: Vec<String>,
    /// Sentences about what works but is not as it should be.
    pub warnings: Vec<String>,
}

/// One place with everything it says, by the setting's name in upper case.
struct Layer<'a> {
    said: BTreeMap<String, String>,
    name: &'a dyn Fn(&str) -> From,
}

impl Sources {
    /// Gathers every setting from the strongest place that names it.
    pub fn gather(flags: &Flags, environment: &BTreeMap<String, String>) -> Self {
        let mut sources = Self::default();
        let path = flags.config.clone().or_else(|| environment.get("STRIKEFUND_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from));
        let file = path.as_deref().map(|path| sources.read_file(path)).unwrap_or_default();
        sources.refuse_unknown_variables(environment);
        let path = path.unwrap_or_default();
        let layers = [
            Layer { said: flags.said(), name: &|name| From::Flag(flag_name(name)) },
            Layer { said: environment.clone(), name: &|name| From::Environment(name.to_owned()) },
            Layer { said: file, name: &|name| From::File(path.clone(), name.to_ascii_lowercase()) },
        ];
        for setting in SETTINGS {
            if let Some(found) = layers.iter().find_map(|layer| sources.look_up(setting, layer)) {
                sources.found.insert(setting.name, found);
            }
        }
        sources
    }

    /// What was said about a setting; None where nothing was and it has no default.
    pub fn get(&self, setting: &Setting) -> Option<Found> {
        let default = || setting.default.map(|value| Found { value: value.to_owned(), from: From::Default });
        self.found.get(setting.name).cloned().or_else(default)
    }

    fn look_up(&mut self, setting: &Setting, layer: &Layer<'_>) -> Option<Found> {
        // An empty value is how a compose file says “unset”.
        let said = |name: &str| layer.said.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let plain = said(setting.name).map(|value| Found { value: value.to_owned(), from: (layer.name)(setting.name) });
        if !setting.secret {
            return plain;
        }
        let from_file = format!("{}_FILE", setting.name);
        match (plain, said(&from_file)) {
            (plain, None) => plain,
            (Some(plain), Some(_)) => {
                self.mistakes.push(format!("{} and its _FILE form are both set; keep one.", capital(&plain.from.to_string())));
                Some(plain)
            }
            (None, Some(path)) => self.read_secret(Path::new(path), (layer.name)(&from_file)),
        }
    }

    fn read_secret(&mut self, path: &Path, from: From) -> Option<Found> {
        match std::fs::read_to_string(path) {
            Ok(text) if text.trim().is_empty() => {
                self.mistakes.push(format!("The file {} is empty, which {from} names.", path.display()));
                None
            }
            Ok(text) => {
                self.warn_if_others_read(path);
                Some(Found { value: text.trim().to_owned(), from })
            }
            Err(error) => {
                self.mistakes.push(format!("The file {} cannot be read, which {from} names: {error}.", path.display()));
                None
            }
        }
    }

    /// Container secrets are often readable by all inside the container, so this is said and not refused.
    fn warn_if_others_read(&mut self, path: &Path) {
        if std::fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o007 != 0) {
            self.warnings.push(format!("Every user of this machine can read {0}, which holds a secret: chmod 600 {0}", path.display()));
        }
    }

    fn refuse_unknown_variables(&mut self, environment: &BTreeMap<String, String>) {
        for name in environment.keys().filter(|name| name.starts_with("STRIKEFUND_") && *name != "STRIKEFUND_CONFIG") {
            if !is_known(name) {
                self.mistakes.push(format!("{name} in the environment is no setting of strikefund. `strikefund --help` lists them."));
            }
        }
    }

    fn read_file(&mut self, path: &Path) -> BTreeMap<String, String> {
        let table = match std::fs::read_to_string(path) {
            Ok(text) => read_table(&text),
            Err(error) => Err(error.to_string()),
        };
        let table = match table {
            Ok(table) => table,
            Err(said) => {
                self.mistakes.push(format!("The settings file {} cannot be read: {said}.", path.display()));
                return BTreeMap::new();
            }
        };
        let mut said = BTreeMap::new();
        for (key, value) in table {
            let name = key.to_ascii_uppercase();
            match value {
                _ if !is_known(&name) || key != key.to_ascii_lowercase() => {
                    self.mistakes.push(format!("{key} in {} is no setting of strikefund. `strikefund --help` lists them.", path.display()));
                }
                toml::Value::String(value) => {
                    said.insert(name, value);
                }
                _ => self.mistakes.push(format!("{key} in {} must be text between quotation marks.", path.display())),
            }
        }
        if SETTINGS.iter().any(|setting| setting.secret && said.contains_key(setting.name)) {
            self.warn_if_others_read(path);
        }
        said
    }
}

/// Reads TOML; what is wrong is told by line, never by quoting the line, which may hold a secret.
fn read_table(text: &str) -> Result<toml::Table, String> {
    text.parse::<toml::Table>().map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        format!("line {line} is not TOML ({})", error.message().lines().next().unwrap_or_default())
    })
}

fn is_known(name: &str) -> bool {
    let base = name.strip_suffix("_FILE");
    SETTINGS.iter().any(|setting| setting.name == name || (setting.secret && base == Some(setting.name)))
}

/// `STRIKEFUND_BASE_URL` is `--base-url`; `STRIPE_API_BASE` is `--stripe-api-base`.
fn flag_name(name: &str) -> String {
    name.strip_prefix("STRIKEFUND_").unwrap_or(name).to_ascii_lowercase().replace('_', "-")
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
