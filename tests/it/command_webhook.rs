//! `setup --webhook`: the endpoint at Stripe, made once and told its types, its secret in one file and nowhere else.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use strikefund::clock::Clock;
use strikefund::ids::Entropy;
use strikefund::payments::notice::ENDPOINT_TYPES;
use strikefund::payments::practice::{Options, Practice, VERSION};
use tempfile::TempDir;

use crate::practice::client::Client;
use crate::support::block_on;

const ADDRESS: &str = "http://fund.example.org/webhooks/stripe";

/// A machine with a settings folder of its own, and a Stripe.
struct Machine {
    folder: TempDir,
    practice: Practice,
    stripe: Client,
}

impl Machine {
    fn new() -> Self {
        let site = "http://127.0.0.1:1".to_owned();
        let options = Options { port: 0, clock: Clock::system(), entropy: Entropy::seeded(5), site, daily_payouts: false };
        let practice = Practice::start(options, None).unwrap();
        let stripe = Client::new(&practice.api_base());
        Self { folder: tempfile::tempdir().unwrap(), practice, stripe }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Asks for fund and endpoint; what it said, and its exit code.
    fn set_up(&self, more: &[(&str, &str)]) -> (String, i32) {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_strikefund"))
            .args(["setup", "--name", "General", "--slug", "general", "--currency", "USD", "--time-zone", "America/Los_Angeles"])
            .args(["--webhook", "webhook.secret"])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("STRIKEFUND_LOG", "trace")
            .env("STRIPE_SECRET_KEY", "rk_test_practice")
            .env("STRIPE_API_BASE", self.practice.api_base())
            .env("STRIKEFUND_BASE_URL", "http://fund.example.org")
            .envs(more.iter().copied())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (said, output.status.code().unwrap())
    }

    async fn endpoints(&self) -> Vec<Value> {
        self.stripe.get("webhook_endpoints?limit=100").await["data"].as_array().unwrap().clone()
    }
}

#[track_caller]
fn is_ours(endpoint: &Value) {
    let mut types: Vec<&str> = endpoint["enabled_events"].as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect();
    types.sort_unstable();
    assert_eq!(types, ENDPOINT_TYPES);
    assert_eq!((&endpoint["url"], &endpoint["api_version"], &endpoint["status"]), (&ADDRESS.into(), &VERSION.into(), &"enabled".into()));
}

#[test]
fn an_endpoint_is_made_once_with_our_types_and_its_secret_is_in_its_file_alone() {
    block_on(async {
        let machine = Machine::new();
        let (said, code) = machine.set_up(&[]);
        assert_eq!(code, 0, "{said}");
        let endpoints = machine.endpoints().await;
        assert_eq!(endpoints.len(), 1);
        is_ours(&endpoints[0]);
        let file = machine.file("webhook.secret");
        let secret = std::fs::read_to_string(&file).unwrap();
        assert!(secret.starts_with("whsec_") && secret.ends_with('\n') && !said.contains(secret.trim()), "{said}");
        assert!(said.contains("STRIPE_WEBHOOK_SECRET_FILE"), "{said}");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

        let id = endpoints[0]["id"].as_str().unwrap();
        machine.stripe.post(&format!("webhook_endpoints/{id}"), "enabled_events[]=charge.succeeded&disabled=true").await;
        let (said, code) = machine.set_up(&[]);
        assert!(code == 0 && said.contains("was there already") && said.contains("only once"), "{said}");
        let endpoints = machine.endpoints().await;
        assert_eq!(endpoints.len(), 1, "twice is once");
        is_ours(&endpoints[0]);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), secret, "the secret at hand is kept");
    });
}

#[test]
fn an_endpoint_of_another_version_stays_until_a_person_takes_it_away() {
    block_on(async {
        let machine = Machine::new();
        let older = format!("url={ADDRESS}&enabled_events[]=*&api_version=2024-06-20");
        let older = machine.stripe.post("webhook_endpoints", &older).await["id"].as_str().unwrap().to_owned();
        machine.stripe.post("webhook_endpoints", "url=http://elsewhere.example.org/&enabled_events[]=*").await;
        let (said, code) = machine.set_up(&[]);
        assert!(code == 0 && said.contains(&older) && said.contains("2024-06-20") && said.contains("both secrets"), "{said}");
        let endpoints = machine.endpoints().await;
        assert_eq!(endpoints.len(), 3);
        is_ours(&endpoints[0]);
        assert_eq!(endpoints[2]["enabled_events"][0], "*", "what is not ours is left alone");
    });
}

#[test]
fn where_the_secret_cannot_be_kept_stripe_is_not_asked_for_one() {
    block_on(async {
        let machine = Machine::new();
        std::fs::write(machine.file("webhook.secret"), "whsec_of_another_site\n").unwrap();
        let (said, code) = machine.set_up(&[]);
        assert!(code == 1 && said.contains("never written over"), "{said}");
        assert!(machine.endpoints().await.is_empty());
        assert_eq!(std::fs::read_to_string(machine.file("webhook.secret")).unwrap(), "whsec_of_another_site\n");

        std::fs::remove_file(machine.file("webhook.secret")).unwrap();
        let (said, code) = machine.set_up(&[("STRIPE_API_BASE", "http://127.0.0.1:9")]);
        assert!(code == 1 && said.contains("cannot be reached"), "{said}");
        assert!(!machine.file("webhook.secret").exists(), "no empty file is left behind");
    });
}

#[test]
fn what_is_missing_is_said_before_anything_is_made() {
    block_on(async {
        let machine = Machine::new();
        for (missing, said) in
            [("STRIKEFUND_BASE_URL", "STRIKEFUND_BASE_URL=https://fund.example.org"), ("STRIPE_SECRET_KEY", "No Stripe key is set")]
        {
            let (told, code) = machine.set_up(&[(missing, "")]);
            assert!(code == 2 && told.contains(said), "{told}");
        }
        assert_eq!(std::fs::read_dir(machine.folder.path()).unwrap().count(), 0);
        assert!(machine.endpoints().await.is_empty());
    });
}
