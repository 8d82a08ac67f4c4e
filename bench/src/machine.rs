//! The machine that is measured on, and how busy others keep it.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Ticks of the kernel in a second.
const TICKS: f64 = 100.0;

/// How many cores others may use while we measure.
const QUIET_CORES: f64 = 0.25;

/// How long we wait for quiet before a measurement.
const QUIET_WAIT: Duration = Duration::from_secs(20);

/// Cores, memory, kernel, on one line.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = text("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_start_matches([' ', '\t', ':']).trim();
    let memory = text("/proc/meminfo");
    let kilobytes = memory.split_whitespace().nth(1).and_then(|text| text.parse::<f64>().ok());
    let gigabytes = kilobytes.unwrap_or_default() / 1024.0 / 1024.0;
    let kernel = text("/proc/sys/kernel/osrelease");
    format!("{cores} cores ({model}), {gigabytes:.0} GB memory, Linux {}", kernel.trim())
}

/// Seconds of all cores that were used so far.
pub fn busy_seconds() -> f64 {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let fields: Vec<f64> =
        line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    // user, nice, system, irq, softirq, steal; not idle and iowait
    let used = [0, 1, 2, 5, 6, 7].iter().filter_map(|index| fields.get(*index));
    used.sum::<f64>() / TICKS
}

/// Seconds of processor time that a process has used.
pub fn process_seconds(process: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let Some((_, rest)) = text.rsplit_once(") ") else { return 0.0 };
    let field = |index| rest.split(' ').nth(index).and_then(|field| field.parse::<f64>().ok());
    (field(11).unwrap_or_default() + field(12).unwrap_or_default()) / TICKS
}

/// Megabytes of memory that a process has resident.
pub fn resident_mb(process: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

/// Waits until others leave the machine alone, but not for ever.
pub fn wait_for_quiet() {
    let begin = Instant::now();
    while begin.elapsed() < QUIET_WAIT {
        let before = busy_seconds();
        sleep(Duration::from_millis(400));
        if (busy_seconds() - before) / 0.4 < QUIET_CORES {
            return;
        }
    }
}

/// The load average of the last minute.
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}
