//! `strikefund staff`: lets people in from the server, and prints the links that do it. Not here: what a link lets its holder do (`people`).

use strikefund::clock::Clock;
use strikefund::config::{self, Config};
use strikefund::ids::Entropy;
use strikefund::people::changes::ChangeError;
use strikefund::people::{NewPerson, PersonError, Roles, console};
use strikefund::transact;

use crate::{AskedWrongly, cli, open};

/// Takes somebody on, or lets somebody in anew.
pub async fn staff(config: &Config, asked: &cli::Staff) -> anyhow::Result<()> {
    let (entropy, now) = (Entropy::system(), Clock::system().now());
    let wish = Wish::parse(&asked.what)?;
    let db = open(config).await?;
    let keys = config::keyring(&config.master_key_file, &entropy, false)?;
    let sealing = (&keys, &entropy);
    let token: Result<String, ChangeError> = match &wish {
        Wish::Add(new) => transact!(db, tx => console::add(tx, new, sealing, now).await),
        Wish::Reset(email) => transact!(db, tx => console::reset(tx, email, sealing, now).await),
    };
    db.close().await;
    println!("Hand this link over yourself. It works once, for 30 minutes:\n  {}/link/{}", config.base_url_at(config.listen), token?);
    Ok(())
}

/// What was asked, read whole before anything is opened.
enum Wish<'a> {
    Add(NewPerson),
    Reset(&'a str),
}

impl<'a> Wish<'a> {
    fn parse(asked: &'a cli::StaffVerb) -> anyhow::Result<Self> {
        let add = match asked {
            cli::StaffVerb::Reset(reset) => return Ok(Self::Reset(&reset.email)),
            cli::StaffVerb::Add(add) => add,
        };
        let wrongly = |said: PersonError| AskedWrongly(format!("{said}."));
        let name = NewPerson::parse_name(&add.name).map_err(wrongly)?;
        let email = NewPerson::parse_email(&add.email).map_err(wrongly)?;
        Ok(Self::Add(NewPerson { name, email, language: add.language, roles: Roles::new(add.roles.iter().copied()) }))
    }
}
