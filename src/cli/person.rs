//! Who sits at the keyboard, for the record.

/// Name and machine, as far as the system says them.
pub fn person() -> String {
    let name = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let name = name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "somebody".to_owned());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match host.trim() {
        "" => name,
        host => format!("{name}@{host}"),
    }
}
