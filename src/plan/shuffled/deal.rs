//! In which variant a unit is, by chance.

use crate::config::Experiment;

/// Doubles in [0, 1) have so many steps.
const STEPS: u64 = 1 << 53;

/// How the units of an experiment are dealt to its variants.
#[derive(Debug, Clone)]
pub struct Dealer {
    /// By phase, of each variant: the first step that is not its own.
    ends: Vec<Vec<u64>>,
    variants: usize,
    /// Tells experiments apart that share units.
    salt: u64,
}

impl Dealer {
    pub fn of(experiment: &Experiment) -> Dealer {
        Dealer {
            ends: experiment.phases.iter().map(|phase| ends(&phase.shares)).collect(),
            variants: experiment.variants.len(),
            salt: number_of(experiment.key.as_bytes()),
        }
    }

    /// Cells, each a variant in a phase.
    pub fn cells(&self) -> usize {
        self.ends.len() * self.variants
    }

    /// Phase and variant of a cell, by their places.
    pub fn place(&self, cell: usize) -> (usize, usize) {
        (cell / self.variants.max(1), cell % self.variants.max(1))
    }

    /// What makes one shuffle of this experiment another than all others.
    pub fn salt(&self, seed: u64, shuffle: usize) -> u64 {
        mixed(mixed(seed ^ self.salt) ^ shuffle as u64)
    }

    /// The cell of a unit that met the experiment in a phase.
    pub fn cell(&self, salt: u64, unit: u64, phase: usize) -> usize {
        let phase = phase.min(self.ends.len().saturating_sub(1));
        let step = mixed(unit ^ salt) >> 11;
        let ends = self.ends.get(phase).map_or(&[][..], Vec::as_slice);
        let variant = ends.iter().position(|end| step < *end).unwrap_or(0);
        phase * self.variants + variant
    }
}

/// The last variant with a share has all that rounding leaves.
fn ends(shares: &[f64]) -> Vec<u64> {
    let last = shares.iter().rposition(|share| *share > 0.0).unwrap_or(0);
    let mut sum = 0.0;
    let end = |(place, share): (usize, &f64)| {
        sum += share;
        if place >= last { STEPS } else { (sum * STEPS as f64) as u64 }
    };
    shares.iter().enumerate().map(end).collect()
}

/// The number that stands for a unit: FNV-1a of its key (Fowler, Noll and Vo 1991), mixed.
pub fn number_of(key: &[u8]) -> u64 {
    let hash = key.iter().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    });
    mixed(hash)
}

/// The output function of SplitMix64 (Steele, Lea and Flood 2014): every bit depends on every bit.
fn mixed(x: u64) -> u64 {
    let z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::proportion::clopper_pearson;

    fn dealer(phases: &[&[f64]]) -> Dealer {
        Dealer {
            ends: phases.iter().map(|shares| ends(shares)).collect(),
            variants: phases[0].len(),
            salt: number_of(b"checkout"),
        }
    }

    fn counts(dealer: &Dealer, phase: usize, units: u64) -> Vec<u64> {
        let mut counts = vec![0; dealer.cells()];
        let salt = dealer.salt(1, 7);
        for unit in 0..units {
            counts[dealer.cell(salt, number_of(format!("u{unit}").as_bytes()), phase)] += 1;
        }
        counts
    }

    /// Each share lies in the interval that chance leaves once in a million times.
    #[test]
    fn units_fall_as_promised() {
        let dealer = dealer(&[&[0.5, 0.5, 0.0], &[0.1, 0.2, 0.7]]);
        for (phase, shares) in [(0, [0.5, 0.5, 0.0]), (1, [0.1, 0.2, 0.7])] {
            let counts = counts(&dealer, phase, 100_000);
            for (variant, share) in shares.into_iter().enumerate() {
                let count = counts[3 * phase + variant];
                let range = clopper_pearson(count, 100_000, 1e-6).unwrap();
                assert!(range.lower <= share && share <= range.upper, "{phase} {counts:?}");
            }
            assert_eq!(counts.iter().sum::<u64>(), 100_000);
        }
    }

    #[test]
    fn a_variant_without_a_share_has_no_units() {
        assert_eq!(counts(&dealer(&[&[0.3, 0.0, 0.7]]), 0, 10_000)[1], 0);
        assert_eq!(counts(&dealer(&[&[1.0, 0.0]]), 0, 1_000), [1_000, 0]);
    }

    /// Of two shuffles, a quarter of the units has each pair of variants.
    #[test]
    fn shuffles_know_nothing_of_each_other() {
        let dealer = dealer(&[&[0.5, 0.5]]);
        let salts = [dealer.salt(1, 0), dealer.salt(1, 1)];
        let mut pairs = [0u64; 4];
        for unit in 0..100_000u64 {
            let unit = number_of(&unit.to_le_bytes());
            let [a, b] = salts.map(|salt| dealer.cell(salt, unit, 0));
            pairs[2 * a + b] += 1;
        }
        for count in pairs {
            let range = clopper_pearson(count, 100_000, 1e-6).unwrap();
            assert!(range.lower <= 0.25 && 0.25 <= range.upper, "{pairs:?}");
        }
    }

    #[test]
    fn the_same_seed_deals_the_same() {
        let dealer = dealer(&[&[0.5, 0.5]]);
        let deal = |seed, shuffle| -> Vec<usize> {
            let salt = dealer.salt(seed, shuffle);
            (0..200).map(|unit| dealer.cell(salt, mixed(unit), 0)).collect()
        };
        assert_eq!(deal(1, 3), deal(1, 3));
        assert_ne!(deal(1, 3), deal(2, 3));
        assert_ne!(deal(1, 3), deal(1, 4));
    }

    /// The first output of the published generator from the seed 1234567.
    #[test]
    fn mixing_is_splitmix() {
        assert_eq!(mixed(1_234_567), 6_457_827_717_110_365_317);
    }
}
