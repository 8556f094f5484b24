//! What the figures were measured on: they mean nothing without it.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Names and values for the head of the report; what cannot be found is "unknown".
pub fn facts(scratch: &Path) -> Vec<(&'static str, String)> {
    let threads = std::thread::available_parallelism().map_or(0, usize::from);
    vec![
        (
            "processor",
            format!(
                "{}, {threads} threads",
                line_of("/proc/cpuinfo", "model name")
            ),
        ),
        ("memory", memory()),
        (
            "system",
            format!(
                "{}, kernel {}",
                system(),
                read("/proc/sys/kernel/osrelease")
            ),
        ),
        (
            "disk of the databases",
            format!("{} (temporary folder)", file_system(scratch)),
        ),
        ("load average at the start", load_average()),
    ]
}

/// What a program says of its version, in one line.
pub fn version_of(program: &str) -> String {
    output(program, &["--version"])
}

/// The commit that was measured; marked when files differ from it.
pub fn commit() -> String {
    output("git", &["describe", "--always", "--dirty", "--exclude=*"])
}

/// Whether the machine was at work before the run began: then the figures are too low.
pub fn is_busy() -> bool {
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as f64;
    load_average()
        .parse::<f64>()
        .is_ok_and(|load| load > threads / 2.0)
}

/// Whether the databases lie in memory, where no commit waits for a disk.
pub fn is_memory(scratch: &Path) -> bool {
    ["tmpfs", "ramfs"].contains(&file_system(scratch).as_str())
}

fn output(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output();
    output
        .ok()
        .filter(|output| output.status.success())
        .map_or_else(unknown, |output| {
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        })
}

fn load_average() -> String {
    let text = read("/proc/loadavg");
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).map_or_else(|_| unknown(), |text| text.trim().to_owned())
}

fn line_of(path: &str, name: &str) -> String {
    let text = read(path);
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once([':', '=']))
        .map_or_else(unknown, |(_, value)| {
            value.trim().trim_matches('"').to_owned()
        })
}

fn memory() -> String {
    let total = line_of("/proc/meminfo", "MemTotal");
    let kilobytes = total.trim_end_matches("kB").trim().parse::<f64>();
    kilobytes.map_or(total, |kilobytes| {
        format!("{:.1} GiB", kilobytes / 1024.0 / 1024.0)
    })
}

fn system() -> String {
    line_of("/etc/os-release", "PRETTY_NAME")
}

/// The type of the file system that holds a path: that of the longest mount point above it.
fn file_system(path: &Path) -> String {
    let mounts = read("/proc/self/mounts");
    let above = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (point, kind) = (words.next()?, words.next()?);
        path.starts_with(point).then_some((point.len(), kind))
    });
    above
        .max_by_key(|(length, _)| *length)
        .map_or_else(unknown, |(_, kind)| kind.to_owned())
}
