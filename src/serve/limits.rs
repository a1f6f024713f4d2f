//! How much one address may have of the service.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::serve::client::household;

/// How many addresses are remembered at most that asked for something lately.
const MOST_ADDRESSES: usize = 65_536;

/// A minute, in which so many requests may be made.
const MINUTE: Duration = Duration::from_mins(1);

/// Counts connections by where they come from.
#[derive(Debug)]
pub(super) struct Crowd {
    most: usize,
    there: Mutex<HashMap<IpAddr, usize>>,
}

/// A place in the crowd, which is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    crowd: Arc<Crowd>,
    /// Whom it is counted for; `None` for one that counts for nobody.
    household: Option<IpAddr>,
}

impl Crowd {
    /// Makes room for so many connections of each address.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, there: Mutex::default() })
    }

    /// Lets a connection in; `None` when there are as many of its address as there may be. One that is
    /// nobody's alone, such as a proxy's, has no address to be counted by.
    pub(super) fn enter(self: &Arc<Self>, address: Option<IpAddr>) -> Option<Place> {
        let place = Place { crowd: Arc::clone(self), household: address.map(household) };
        let Some(household) = place.household else { return Some(place) };
        let mut there = self.there.lock().unwrap_or_else(PoisonError::into_inner);
        let count = there.entry(household).or_default();
        let is_full = *count >= self.most;
        *count += 1;
        drop(there);
        // A place that is not given is left at once.
        (!is_full).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(household) = self.household else { return };
        let mut there = self.crowd.there.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = there.get_mut(&household) {
            *count -= 1;
            if *count == 0 {
                there.remove(&household);
            }
        }
    }
}

/// Holds those back that ask much too often. A minute's requests may come at once; after that, they may come
/// as evenly as a minute allows (the generic cell rate algorithm).
#[derive(Debug)]
pub(super) struct Pace {
    /// The time for which a request counts; `None` without a limit.
    each: Option<Duration>,
    /// When all requests of an address will have counted.
    until: Mutex<HashMap<IpAddr, Instant>>,
}

impl Pace {
    /// Allows so many requests a minute to each address; 0 for any number.
    pub(super) fn new(requests_a_minute: u32) -> Self {
        Self { each: MINUTE.checked_div(requests_a_minute), until: Mutex::default() }
    }

    /// Counts a request; the error is how long to wait before the next one.
    pub(super) fn count(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let Some(each) = self.each else { return Ok(()) };
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.len() >= MOST_ADDRESSES {
            until.retain(|_, until| *until > now);
        }
        let is_full = until.len() >= MOST_ADDRESSES;
        let household = household(address);
        let Some(busy) = until.get(&household).copied().or((!is_full).then_some(now)) else {
            // A crowd that large is held back by the number of its connections.
            return Ok(());
        };
        let after = busy.max(now) + each;
        let wait = after.saturating_duration_since(now).saturating_sub(MINUTE);
        if wait.is_zero() {
            until.insert(household, after);
            Ok(())
        } else {
            Err(wait)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(raw: &str) -> IpAddr {
        raw.parse().expect("an address")
    }

    fn enter(crowd: &Arc<Crowd>, raw: &str) -> Option<Place> {
        crowd.enter(Some(address(raw)))
    }

    #[test]
    fn a_place_is_free_again_once_it_is_left() {
        let crowd = Crowd::new(2);
        let first = enter(&crowd, "192.0.2.1").expect("there is room");
        let _second = enter(&crowd, "::ffff:192.0.2.1").expect("there is room");
        assert!(enter(&crowd, "192.0.2.1").is_none());
        let _other = enter(&crowd, "192.0.2.2").expect("it is another");
        let _anyone = crowd.enter(None).expect("it counts for nobody");
        drop(first);
        assert!(enter(&crowd, "192.0.2.1").is_some());
        assert_eq!(crowd.there.lock().expect("whole").len(), 2, "nobody is remembered who left");
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let crowd = Crowd::new(1);
        let _first = enter(&crowd, "2001:db8::1").expect("there is room");
        assert!(enter(&crowd, "2001:db8::ffff:1").is_none());
        assert!(enter(&crowd, "2001:db8:0:1::1").is_some());
    }

    #[test]
    fn a_minutes_requests_may_come_at_once_and_then_they_are_spread() {
        let (pace, now) = (Pace::new(60), Instant::now());
        let own = address("192.0.2.1");
        for _ in 0..60 {
            assert_eq!(pace.count(own, now), Ok(()));
        }
        assert_eq!(pace.count(own, now), Err(Duration::from_secs(1)));
        assert_eq!(pace.count(address("192.0.2.2"), now), Ok(()));
        let later = now + Duration::from_secs(1);
        assert_eq!(pace.count(own, later), Ok(()));
        assert_eq!(pace.count(own, later), Err(Duration::from_secs(1)));
        assert_eq!(Pace::new(0).count(own, now), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let (pace, now) = (Pace::new(1), Instant::now());
        let number =
            |number: usize| IpAddr::from(u32::try_from(number).expect("small").to_be_bytes());
        for at in 0..MOST_ADDRESSES {
            assert_eq!(pace.count(number(at), now), Ok(()));
        }
        assert_eq!(pace.count(number(MOST_ADDRESSES), now), Ok(()), "it is not counted");
        assert!(pace.count(number(0), now).is_err());
        assert_eq!(pace.until.lock().expect("whole").len(), MOST_ADDRESSES);
        assert_eq!(pace.count(number(MOST_ADDRESSES), now + MINUTE), Ok(()));
        assert_eq!(pace.until.lock().expect("whole").len(), 1, "all others are forgotten");
    }

    proptest! {
        /// However requests come, in no stretch of time are there more than its share and a minute's.
        #[test]
        fn nobody_gets_more_than_the_limit(waits in prop::collection::vec(0..5_000_u64, 1..200)) {
            let pace = Pace::new(20);
            let own = address("192.0.2.1");
            let (mut now, start) = (Instant::now(), Instant::now());
            let mut taken = 0;
            for wait in waits {
                now += Duration::from_millis(wait);
                taken += u64::from(pace.count(own, now).is_ok());
                let share = (now - start).as_millis() * 20 / 60_000;
                prop_assert!(u128::from(taken) <= share + 21, "{taken} in {:?}", now - start);
            }
        }
    }
}
