//! How many units it takes.
//!
//! A [`Trial`] joins a [`Design`], which says how sure an effect is after so many units, and a
//! [`Rule`], which says when it counts. It gives the power, the units, or the smallest effect
//! that are missing, for every pair of the two.
//!
//! Does not: know the observed effect. Planning by it promises an end that moves with luck.

mod credible;
mod design;
mod every_look;
mod family;
mod relative;
mod rule;
mod shares;
mod trial;
mod weights;

pub use credible::Credible;
pub use design::{Adjusted, Design, Means, PerUnit};
pub use every_look::{AnyTime, ByWidth, GroupSequential, WidenedError};
pub use family::Family;
pub use relative::RelativeMeans;
pub use rule::{Look, Normal, Region, Rule, Student};
pub use shares::{ArcsineShares, PooledShares, Shares};
pub use trial::{Need, Trial};
pub use weights::experiment_units;
