//! Who holds how much of what is scarce: connections, or requests under way. Nobody gets more than a share; nothing is kept of who has left.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// How many seats each address holds at this moment.
#[derive(Debug)]
pub struct Seats {
    /// How many one address may hold.
    most: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// One seat of one address; dropping it gives it back.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    holder: IpAddr,
}

impl Seats {
    /// None taken yet.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    /// One more seat for this address, unless it has its share.
    pub fn take(seats: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let holder = network_of(address);
        let mut taken = seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let held = taken.entry(holder).or_default();
        if *held >= seats.most {
            return None;
        }
        *held += 1;
        Some(Seat { seats: Arc::clone(seats), holder })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = taken.get_mut(&self.holder) {
            *held -= 1;
            if *held == 0 {
                taken.remove(&self.holder);
            }
        }
    }
}

/// Who counts as one: an IPv4 address, or the /64 network that one IPv6 subscriber is given.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_more_than_a_share_and_who_leaves_gives_it_back() {
        let seats = Seats::new(2);
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.7".parse().unwrap(), "192.0.2.8".parse().unwrap());
        let held = [Seats::take(&seats, one), Seats::take(&seats, one)];
        assert!(held.iter().all(Option::is_some) && Seats::take(&seats, one).is_none());
        assert!(Seats::take(&seats, "::ffff:192.0.2.7".parse().unwrap()).is_none(), "the same one in IPv6 dress");
        assert!(Seats::take(&seats, other).is_some());
        drop(held);
        assert!(Seats::take(&seats, one).is_some());
        assert!(seats.taken.lock().unwrap().is_empty(), "nothing is kept of who has left");
    }

    #[test]
    fn addresses_of_one_ipv6_subscriber_are_one() {
        let one = network_of("2001:db8:1:2::3".parse().unwrap());
        assert_eq!(one, network_of("2001:db8:1:2:ffff::9".parse().unwrap()));
        assert_ne!(one, network_of("2001:db8:1:3::3".parse().unwrap()));
    }
}
