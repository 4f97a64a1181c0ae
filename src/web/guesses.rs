//! Wrong guesses of one client at whichever accounts: counted in memory only, for no address is ever stored (safety rule PR4). Not here: guesses
//! at one account, which the database counts (`people`).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::seats::network_of;
use crate::clock::Instant;

/// How many wrong guesses a client has in [`WINDOW_SECS`]. A picket line shares one address, so it is no small number.
const MOST: u32 = 30;
const WINDOW_SECS: i64 = 600;
/// How many clients are remembered; beyond it the oldest windows are forgotten, so that memory stays bounded.
const CLIENTS: usize = 4096;

/// Who guessed wrong lately.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<IpAddr, (u32, Instant)>>);

impl Guesses {
    /// For how many seconds more this client's guesses are not looked at; None: they are.
    pub fn wait_secs(&self, client: IpAddr, now: Instant) -> Option<i64> {
        let clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (wrong, since) = *clients.get(&network_of(client))?;
        let left = WINDOW_SECS - now.unix_secs().saturating_sub(since.unix_secs());
        (wrong >= MOST && (1..=WINDOW_SECS).contains(&left)).then_some(left)
    }

    /// Counts a wrong guess.
    pub fn wrong(&self, client: IpAddr, now: Instant) {
        let is_open = |since: Instant| (0..WINDOW_SECS).contains(&now.unix_secs().saturating_sub(since.unix_secs()));
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= CLIENTS {
            clients.retain(|_, (_, since)| is_open(*since));
        }
        if clients.len() >= CLIENTS
            && let Some(oldest) = clients.iter().min_by_key(|(_, (_, since))| *since).map(|(client, _)| *client)
        {
            clients.remove(&oldest);
        }
        let (wrong, since) = clients.entry(network_of(client)).or_insert((0, now));
        if !is_open(*since) {
            (*wrong, *since) = (0, now);
        }
        *wrong += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_guesses_wrong_at_many_accounts_waits_and_others_do_not() {
        let (guesses, now) = (Guesses::default(), Instant::from_unix_secs(1_800_000_000));
        let client: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::ffff".parse().unwrap();
        for _ in 0..29 {
            guesses.wrong(client, now);
        }
        assert_eq!(guesses.wait_secs(client, now), None);
        guesses.wrong(neighbour, now.plus_secs(60));
        assert_eq!(guesses.wait_secs(client, now.plus_secs(60)), Some(540), "one /64 is one client");
        assert_eq!(guesses.wait_secs("192.0.2.1".parse().unwrap(), now), None);
        assert_eq!(guesses.wait_secs(client, now.plus_secs(600)), None, "never for ever");
        guesses.wrong(client, now.plus_secs(600));
        assert_eq!(guesses.wait_secs(client, now.plus_secs(600)), None, "the count begins anew");
    }

    #[test]
    fn memory_is_bounded() {
        let (guesses, now) = (Guesses::default(), Instant::from_unix_secs(1_800_000_000));
        for client in 0..10_000_u32 {
            guesses.wrong(IpAddr::V4(client.into()), now);
        }
        assert!(guesses.0.lock().unwrap().len() <= CLIENTS);
    }
}
