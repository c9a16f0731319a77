//! Who there is, and what is known about them.

use super::chance::Chance;
use super::setting::Setting;

/// A unit with its attributes, which never change.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) key: String,
    pub(super) country: Option<String>,
    pub(super) platform: Option<String>,
    pub(super) age: Option<f64>,
    /// Those who act for it: itself, where there are no members.
    pub(super) members: Vec<String>,
}

pub(super) fn draw(setting: &Setting, chance: &mut Chance) -> Vec<Unit> {
    (0..setting.units).map(|number| unit(setting, number, chance)).collect()
}

fn unit(setting: &Setting, number: usize, chance: &mut Chance) -> Unit {
    let key = format!("u{number}");
    let members = match setting.has_members {
        true => (0..chance.whole(0, 4)).map(|member| format!("m{number}-{member}")).collect(),
        false => vec![key.clone()],
    };
    // The smaller of two draws: some values are frequent, others are as frequent as others.
    let countries = setting.countries as i64;
    let country = chance.whole(0, countries).min(chance.whole(0, countries));
    Unit {
        key,
        country: (!chance.happens(0.1)).then(|| format!("c{country}")),
        platform: (!chance.happens(0.05)).then(|| chance.text(&["web", "ios", "android"])),
        age: match chance.whole(0, 12) {
            0 | 1 => None,
            2 => Some(chance.one_of(&[f64::NAN, f64::INFINITY, 0.0])),
            _ => Some(chance.whole(16, 80) as f64 / 2.0),
        },
        members,
    }
}
