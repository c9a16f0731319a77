//! What the machine has, as far as a run may use it.

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::args::MachineArgs;
use crate::source::Listings;

/// Part of the machine's memory that is taken where nobody says how much.
const SHARE: f64 = 0.75;

/// The same listings, to be computed within the memory that the arguments allow.
pub fn within(listings: Listings, args: &MachineArgs) -> Listings {
    match memory(args) {
        Some(bytes) => listings.within(bytes),
        None => listings,
    }
}

/// Bytes that a computation keeps within: those that were said, else most of the machine's, or
/// of the container's if that has less. `None` where the machine does not tell.
fn memory(args: &MachineArgs) -> Option<u64> {
    if let Some(said) = args.memory_limit {
        return Some(said.as_u64());
    }
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(memory);
    let container = system.cgroup_limits().map(|limits| limits.total_memory);
    let total = system.total_memory().min(container.unwrap_or(u64::MAX));
    (total > 0).then_some((total as f64 * SHARE) as u64)
}
