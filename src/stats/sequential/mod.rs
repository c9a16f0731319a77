//! What may be said at every look.

mod all_looks;
mod counts;
pub mod howard;
mod linear_model;
mod mixture;
mod normal_mixture;
mod one_sided;
mod regression;
mod rho;
mod sequence;
mod stream;

pub use all_looks::{AllLooks, Intersection};
pub use counts::{CountLook, DEFAULT_CONCENTRATION, log_bayes_factor, sequential_counts};
pub use linear_model::LinearMixture;
pub use mixture::Mixture;
pub use one_sided::{ExactOneSidedSequence, OneSidedSequence};
pub use regression::regression;
pub use rho::Rho;
pub use sequence::Sequence;
pub use stream::{BERNOULLI_BURN_IN, StreamLook, StreamVariance, first_crossing, mixture_stream};
