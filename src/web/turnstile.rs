//! Which gifts the same client began within a day, so that whoever tries many cards is slowed down (safety §5). In memory alone, under a key that is
//! random and gone after a day: no address is stored, and none could be read out of this. Not here: the rules (`donations::ladder`).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::seats::network_of;
use crate::clock::Instant;
use crate::donations::ladder::DAY;
use crate::ids::{DonationId, Entropy};
use crate::seal::Keyring;

/// How many clients are remembered, and how many gifts of one; beyond it the oldest are forgotten, so that memory stays bounded.
const CLIENTS: usize = 4_096;
const GIFTS: usize = 512;

/// Who began what today.
#[derive(Debug)]
pub struct Turnstile(Mutex<Option<Today>>);

#[derive(Debug)]
struct Today {
    keys: Keyring,
    since: Instant,
    clients: HashMap<String, Vec<(DonationId, Instant)>>,
}

impl Today {
    fn key(&self, client: IpAddr) -> String {
        self.keys.token(&network_of(client).to_string())
    }
}

impl Turnstile {
    /// Nobody came yet.
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The gifts that a client began today.
    pub fn gifts(&self, client: IpAddr, now: Instant) -> Vec<DonationId> {
        let today = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(today) = today.as_ref().filter(|today| is_today(today.since, now)) else { return Vec::new() };
        today.clients.get(&today.key(client)).map(|gifts| gifts.iter().map(|(gift, _)| *gift).collect()).unwrap_or_default()
    }

    /// Notes that a client began a gift.
    pub fn began(&self, client: IpAddr, gift: DonationId, entropy: &Entropy, now: Instant) {
        let mut today = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !today.as_ref().is_some_and(|today| is_today(today.since, now)) {
            *today = Some(Today { keys: Keyring::from_master(&entropy.bytes()), since: now, clients: HashMap::new() });
        }
        let Some(today) = today.as_mut() else { return };
        let key = today.key(client);
        if today.clients.len() >= CLIENTS
            && !today.clients.contains_key(&key)
            && let Some(idle) = today.clients.iter().min_by_key(|(_, gifts)| gifts.last().map(|(_, at)| *at)).map(|(key, _)| key.clone())
        {
            today.clients.remove(&idle);
        }
        let gifts = today.clients.entry(key).or_default();
        if gifts.iter().any(|(known, _)| *known == gift) {
            return;
        }
        if gifts.len() >= GIFTS {
            gifts.remove(0);
        }
        gifts.push((gift, now));
    }
}

fn is_today(since: Instant, now: Instant) -> bool {
    (0..DAY).contains(&now.unix_secs().saturating_sub(since.unix_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_unix_secs(1_800_000_000);

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_client_is_an_address_or_a_network_of_64_bits_and_a_day_forgets_all() {
        let (turnstile, entropy) = (Turnstile::new(), Entropy::seeded(1));
        for (gift, client) in [(1, "192.0.2.1"), (2, "192.0.2.2"), (3, "2001:db8::1"), (4, "2001:db8::ffff:1"), (4, "2001:db8::2")] {
            turnstile.began(at(client), DonationId(gift), &entropy, NOW);
        }
        assert_eq!(turnstile.gifts(at("192.0.2.1"), NOW), [DonationId(1)]);
        assert_eq!(turnstile.gifts(at("2001:db8:0:0:abcd::"), NOW), [DonationId(3), DonationId(4)], "a rotating /64 is one client");
        assert_eq!(turnstile.gifts(at("2001:db8:0:1::"), NOW), []);
        assert_eq!(turnstile.gifts(at("192.0.2.1"), NOW.plus_secs(DAY)), []);
        assert!(!format!("{turnstile:?}").contains("192.0.2"), "no address is in it");
    }

    #[test]
    fn memory_is_bounded() {
        let (turnstile, entropy) = (Turnstile::new(), Entropy::seeded(1));
        for n in 0..6_000 {
            turnstile.began(IpAddr::V4((n % 5_000_u32).into()), DonationId(i64::from(n)), &entropy, NOW.plus_secs(i64::from(n)));
            turnstile.began(at("192.0.2.1"), DonationId(i64::from(n)), &entropy, NOW.plus_secs(i64::from(n)));
        }
        assert!(turnstile.0.lock().unwrap().as_ref().unwrap().clients.len() <= CLIENTS);
        let gifts = turnstile.gifts(at("192.0.2.1"), NOW.plus_secs(6_000));
        assert_eq!((gifts.len(), gifts.last()), (GIFTS, Some(&DonationId(5_999))), "the newest are kept");
    }
}
