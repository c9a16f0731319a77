//! Where tests kill a commit.
//!
//! With the feature `failpoints`, `ASSIZE_FAILPOINT=before:verdicts` aborts the process at that
//! place. Unit tests arm a place for their own thread and get an error instead. A released
//! binary has neither.

use super::OutputError;

/// Passes, unless a test wants the run to end here.
#[cfg(any(test, feature = "failpoints"))]
pub(super) fn failpoint(place: &str) -> Result<(), OutputError> {
    if std::env::var("ASSIZE_FAILPOINT").is_ok_and(|wanted| wanted == place) {
        std::process::abort();
    }
    #[cfg(test)]
    if tests::armed(place) {
        return Err(OutputError::Failpoint(place.to_string()));
    }
    Ok(())
}

#[cfg(not(any(test, feature = "failpoints")))]
pub(super) fn failpoint(_place: &str) -> Result<(), OutputError> {
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::RefCell;

    thread_local! {
        static ARMED: RefCell<Option<String>> = const { RefCell::new(None) };
        static PASSED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    /// Makes this thread stop at `place`, or nowhere.
    pub fn arm(place: Option<&str>) {
        ARMED.set(place.map(str::to_string));
    }

    /// The places this thread has come by since the last call.
    pub fn passed() -> Vec<String> {
        PASSED.take()
    }

    pub(super) fn armed(place: &str) -> bool {
        PASSED.with_borrow_mut(|passed| passed.push(place.to_string()));
        ARMED.with_borrow(|armed| armed.as_deref() == Some(place))
    }
}
