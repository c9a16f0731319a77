//! Which normal deviate is as far in its tail.
//!
//! Boundaries are those of normal statistics. A t statistic is compared with them through its
//! p-value (Jennison and Turnbull 2000, section 4.4), so that few units cost what they must.

use crate::stats::{normal, student};

/// The normal deviate with the tail of a t statistic.
pub(super) fn of_student(t: f64, dof: f64) -> f64 {
    if dof == f64::INFINITY {
        return t;
    }
    normal::upper_quantile_of_log(student::log_sf(t.abs(), dof)).max(0.0).copysign(t)
}

/// The t statistic with the tail of a normal deviate; the deviate itself where a double
/// cannot hold the tail.
pub(super) fn to_student(z: f64, dof: f64) -> f64 {
    let log_tail = normal::log_sf(z.abs());
    if dof == f64::INFINITY || log_tail < -650.0 {
        return z;
    }
    student::upper_quantile(log_tail.exp(), dof).copysign(z)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 2.5 % points of the tables: t with 10 degrees of freedom 2.228, normal 1.960.
    #[test]
    fn deviates_have_the_same_tail() {
        assert!((of_student(2.228_138_851_986_274, 10.0) - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((to_student(-1.959_963_984_540_054, 10.0) + 2.228_138_851_986_274).abs() < 1e-12);
        assert_eq!(of_student(1e5, f64::INFINITY), 1e5);
        for z in [0.0, 1e-9, 0.5, 5.0, 30.0] {
            assert!((to_student(of_student(z, 2000.0), 2000.0) - z).abs() < 1e-7, "{z}");
        }
    }
}
