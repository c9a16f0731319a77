//! Designs that tests draw from.

use proptest::prelude::*;

use super::Spending;

pub(super) fn any_spending() -> impl Strategy<Value = Spending> {
    prop_oneof![
        Just(Spending::OBrienFleming),
        Just(Spending::Pocock),
        (-30.0..30.0f64).prop_map(|gamma| Spending::HwangShihDeCani { gamma }),
        (0.1..20.0f64).prop_map(|rho| Spending::KimDeMets { rho }),
    ]
}
