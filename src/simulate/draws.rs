//! What chance gives to one unit on one day.
//!
//! Every stream of draws is named by (seed, purpose, a, b), for instance (seed, facts, unit,
//! day), and starts from a hash of that name. Nothing is remembered between two streams, so
//! any thread may draw any unit-day, in any order.
//!
//! SplitMix64 (Steele, Lea and Flood 2014): a counter passed through a 64-bit mixer. It is a
//! nanosecond per draw and passes BigCrush; starting a ChaCha8 stream costs about a hundred.

use rand::RngCore;

/// What a stream is for; two purposes never share draws.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// A whole scenario.
    Scenario = 0,
    /// Attributes of a unit.
    Unit = 1,
    /// The part of a unit's activity that stays.
    Activity,
    /// The part of a unit's activity that changes every week.
    Week,
    /// Assignment and first exposure.
    Meeting,
    /// Later exposures.
    Repeat,
    /// Facts that arrive on the day they occur; facts `k` days late use `Facts + k`.
    Facts,
}

/// A stream of draws.
#[derive(Debug, Clone)]
pub(super) struct Draws {
    counter: u64,
}

/// 2^64 divided by the golden ratio, odd: SplitMix64's increment.
const INCREMENT: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of SplitMix64 (variant 13 of Stafford): a bijection of 64 bits.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Folds one more part of a name into a key.
fn fold(key: u64, part: u64) -> u64 {
    mix(key.wrapping_add(INCREMENT) ^ mix(part.wrapping_add(INCREMENT)))
}

/// A name without its last parts, for loops over units and days.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key(u64);

impl Key {
    pub(super) fn new(seed: u64, purpose: Purpose, detail: u64) -> Key {
        Key(fold(fold(mix(seed), purpose as u64), detail))
    }

    /// The stream of one unit.
    pub(super) fn unit(self, unit: u64) -> Draws {
        Draws { counter: fold(self.0, unit) }
    }

    /// The stream of one unit in one period (a day or a week).
    pub(super) fn unit_in(self, unit: u64, period: u32) -> Draws {
        Draws { counter: fold(fold(self.0, unit), u64::from(period)) }
    }
}

impl Draws {
    /// Uniform in [0, 1), with 53 bits.
    pub(super) fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Whether something of this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }
}

impl RngCore for Draws {
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.counter = self.counter.wrapping_add(INCREMENT);
        mix(self.counter)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        rand::rand_core::impls::fill_bytes_via_next(self, bytes);
    }
}
