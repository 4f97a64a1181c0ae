//! Settings: which place wins, what is refused, and that no secret is ever shown.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clap::Parser;
use secrecy::ExposeSecret;
use strikefund::config::{Config, Flags, Mistakes};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    flags: Flags,
}

fn resolve(flags: &[&str], environment: &[(&str, &str)]) -> Result<Config, Mistakes> {
    let line = Line::try_parse_from(["strikefund"].iter().chain(flags)).unwrap();
    let environment: BTreeMap<String, String> = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::resolve(&line.flags, &environment)
}

/// A private file with this content.
fn file(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path.display().to_string()
}

fn mistakes(flags: &[&str], environment: &[(&str, &str)]) -> Vec<String> {
    resolve(flags, environment).unwrap_err().0
}

#[test]
fn nothing_said_is_a_site_of_ones_own_without_stripe() {
    let config = resolve(&[], &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.base_url_at(config.listen), "http://127.0.0.1:8080");
    assert_eq!(config.master_key_file, PathBuf::from("strikefund-data/master.key"));
    assert_eq!(config.stripe_api_base.as_str(), "https://api.stripe.com");
    assert!(config.stripe_key.is_none() && config.webhook_secrets.is_empty() && config.database_url.is_none());
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let settings = file(
        folder.path(),
        "strikefund.toml",
        "strikefund_data = \"of-file\"\nstrikefund_log = \"debug\"\nstrikefund_listen = \"[::1]:1\"",
    );
    let environment = [("STRIKEFUND_CONFIG", &*settings), ("STRIKEFUND_DATA", "of-environment"), ("STRIKEFUND_LISTEN", "127.0.0.1:2")];
    let config = resolve(&["--data", "of-flag"], &environment).unwrap();
    assert_eq!((config.data, config.listen.port(), &*config.log), (PathBuf::from("of-flag"), 2, "debug"));

    let shown = resolve(&["--data", "of-flag"], &environment).unwrap().to_string();
    for (name, value, from) in [
        ("STRIKEFUND_DATA", "of-flag", "the flag --data"),
        ("STRIKEFUND_LISTEN", "127.0.0.1:2", "STRIKEFUND_LISTEN in the environment"),
        ("STRIKEFUND_LOG", "debug", &format!("strikefund_log in {settings}")),
        ("STRIPE_API_BASE", "https://api.stripe.com", "default"),
        ("STRIKEFUND_METRICS_LISTEN", "–", "not set"),
        ("STRIKEFUND_MASTER_KEY_FILE", "of-flag/master.key", "beside the data"),
    ] {
        let line = shown.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap_or_else(|| panic!("{name}: {shown}"));
        assert!(line.contains(value) && line.ends_with(from), "{line}");
    }
}

#[test]
fn a_secret_is_read_from_its_file_and_an_empty_variable_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let key = file(folder.path(), "key", "rk_test_abc\n");
    let hooks = file(folder.path(), "hooks", "whsec_new,whsec_old\n");
    let environment = [("STRIPE_SECRET_KEY_FILE", &*key), ("STRIPE_SECRET_KEY", ""), ("STRIPE_WEBHOOK_SECRET_FILE", &*hooks)];
    let config = resolve(&[], &environment).unwrap();
    assert_eq!(config.stripe_key.unwrap().expose(), "rk_test_abc");
    let secrets: Vec<&str> = config.webhook_secrets.iter().map(ExposeSecret::expose_secret).collect();
    assert_eq!(secrets, ["whsec_new", "whsec_old"]);
    assert!(config.warnings.is_empty());

    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(resolve(&[], &environment).unwrap().warnings[0].contains("chmod 600"));
}

#[test]
fn proxies_are_ranges_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let settings = file(folder.path(), "strikefund.toml", "strikefund_proxies = \"127.0.0.1, 10.1.0.0/16\"");
    assert!(!resolve(&[], &[]).unwrap().proxies.contain("127.0.0.1".parse().unwrap()), "nobody is believed unasked");
    let config = resolve(&["--config", &settings], &[]).unwrap();
    assert!(config.proxies.contain("10.1.2.3".parse().unwrap()) && !config.proxies.contain("10.2.0.1".parse().unwrap()));
    assert!(config.to_string().contains("127.0.0.1, 10.1.0.0/16"), "{config}");
    assert!(resolve(&["--proxies", "fd00::/8"], &[("STRIKEFUND_PROXIES", "10.0.0.1")]).unwrap().to_string().contains("the flag --proxies"));
    for (wrong, said) in
        [("10.1.0.0/33", "“10.1.0.0/33”"), ("caddy", "“caddy”"), ("10.1.2.3/8", "10.0.0.0/8"), ("0.0.0.0/0", "every machine")]
    {
        let mistakes = mistakes(&[], &[("STRIKEFUND_PROXIES", wrong)]);
        assert!(
            mistakes[0].starts_with("STRIKEFUND_PROXIES (STRIKEFUND_PROXIES in the environment) ") && mistakes[0].contains(said),
            "{mistakes:?}"
        );
    }
}

#[test]
fn every_mistake_is_told_at_once_with_its_name_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        file(folder.path(), "strikefund.toml", "strikefund_lisen = \"x\"\nstrikefund_listen = 80\nstripe_api_base = \"https://x/y\"");
    let said = mistakes(
        &["--config", &settings, "--base-url", "fund.example.org/give"],
        &[("STRIKEFUND_DATTA", "x"), ("STRIPE_SECRET_KEY", "pk_live_x"), ("DATABASE_URL", "mysql://x"), ("STRIKEFUND_LOG", "=,=")],
    );
    for part in [
        "STRIKEFUND_DATTA in the environment",
        &format!("strikefund_lisen in {settings}"),
        &format!("strikefund_listen in {settings} must be text"),
        &format!("STRIPE_API_BASE (stripe_api_base in {settings})"),
        "STRIKEFUND_BASE_URL (the flag --base-url)",
        "publishable key",
        "DATABASE_URL (DATABASE_URL in the environment) must be the address",
        "STRIKEFUND_LOG",
    ] {
        assert!(said.iter().any(|said| said.contains(part)), "{part}: {said:#?}");
    }
    assert_eq!(said.len(), 8, "{said:#?}");
}

#[test]
fn a_live_key_is_shown_to_stripe_only_and_asks_for_https() {
    let live = ("STRIPE_SECRET_KEY", "rk_live_abc");
    assert!(mistakes(&[], &[live, ("STRIPE_API_BASE", "http://127.0.0.1:12111")])[0].contains("shown to Stripe only"));
    assert!(mistakes(&[], &[live, ("STRIKEFUND_BASE_URL", "http://fund.example.org")])[0].contains("https://"));
    assert!(
        resolve(&[], &[live, ("STRIPE_API_BASE", "https://api.stripe.com:443/"), ("STRIKEFUND_BASE_URL", "https://fund.example.org")])
            .is_ok()
    );
    assert!(resolve(&[], &[("STRIPE_SECRET_KEY", "sk_test_abc"), ("STRIPE_API_BASE", "http://127.0.0.1:12111")]).is_ok());
}

#[test]
fn both_forms_of_a_secret_in_one_place_are_one_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let key = file(folder.path(), "key", "rk_test_abc\n");
    let said = mistakes(&[], &[("STRIPE_SECRET_KEY_FILE", &key), ("STRIPE_SECRET_KEY", "rk_test_abc")]);
    assert!(said[0].contains("keep one"), "{said:?}");
    assert!(mistakes(&[], &[("STRIPE_SECRET_KEY_FILE", "/nowhere/key")])[0].contains("/nowhere/key cannot be read"));
    assert!(mistakes(&[], &[("STRIPE_SECRET_KEY_FILE", &file(folder.path(), "empty", "\n"))])[0].contains("is empty"));
    assert!(mistakes(&[], &[("STRIKEFUND_CONFIG", "/nowhere/strikefund.toml")])[0].contains("/nowhere/strikefund.toml"));
}

#[test]
fn no_secret_is_ever_shown_right_or_wrong() {
    let right = [
        ("STRIPE_SECRET_KEY", "sk_live_CANARY"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_CANARY,whsec_CANARY2"),
        ("DATABASE_URL", "postgres://fund:CANARY@db.example.org/books"),
    ];
    let config = resolve(&[], &right).unwrap();
    let shown = format!("{config}\n{config:?}");
    assert!(!shown.contains("CANARY"), "{shown}");
    assert!(shown.contains("LIVE") && shown.contains("2 set, hidden") && shown.contains("books at db.example.org:5432 as fund"), "{shown}");

    let folder = tempfile::tempdir().unwrap();
    let broken = file(folder.path(), "strikefund.toml", "stripe_secret_key = \"CANARY\n");
    let wrong = [
        ("STRIKEFUND_CONFIG", &*broken),
        ("STRIPE_SECRET_KEY", "CANARY"),
        ("STRIPE_WEBHOOK_SECRET", "CANARY"),
        ("DATABASE_URL", "postgres://fund:CANARY@db:port/x"),
    ];
    let said = resolve(&[], &wrong).unwrap_err();
    assert_eq!(said.0.len(), 4, "{said}");
    assert!(!format!("{said} {said:?}").contains("CANARY"), "{said}");
}
