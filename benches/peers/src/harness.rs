//! Measuring: rounds, medians, the table.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

/// Rounds of each row.
const ROUNDS: usize = 15;
/// CPU time that a competitor gets in a round.
const BATCH: Duration = Duration::from_millis(20);

/// One way to do the work of a row.
pub struct Competitor<'a> {
    name: &'static str,
    work: Box<dyn FnMut() -> usize + 'a>,
}

/// A competitor; `work` returns something that depends on all of its result, so that none of it
/// is optimised away.
pub fn competitor<'a>(name: &'static str, work: impl FnMut() -> usize + 'a) -> Competitor<'a> {
    Competitor { name, work: Box::new(work) }
}

struct Line {
    row: String,
    name: &'static str,
    nanos: f64,
    megabytes_per_second: f64,
    /// How many times as fast as the best other one ours is, or as ours this one is.
    ratio: f64,
}

/// The rows measured so far.
pub struct Table {
    wanted: Vec<String>,
    lines: Vec<Line>,
}

impl Table {
    /// An empty table for the rows whose names contain one of the words; all, without words.
    pub fn new(wanted: Vec<String>) -> Self {
        Self { wanted, lines: Vec::new() }
    }

    /// Measures a row over an input of `bytes` bytes. The first competitor is ours.
    pub fn row(&mut self, row: &str, bytes: usize, mut competitors: Vec<Competitor<'_>>) {
        if !self.wanted.is_empty() && !self.wanted.iter().any(|word| row.contains(word.as_str())) {
            return;
        }
        eprintln!("{row} ...");
        let repeats: Vec<u32> = competitors.iter_mut().map(calibrate).collect();
        let mut samples = vec![Vec::with_capacity(ROUNDS); competitors.len()];
        for round in 0..ROUNDS {
            for turn in 0..competitors.len() {
                let index = (round + turn) % competitors.len();
                let took = batch(&mut competitors[index], repeats[index]);
                samples[index].push(took.as_secs_f64() * 1e9 / f64::from(repeats[index]));
            }
        }
        let medians: Vec<f64> = samples
            .into_iter()
            .map(|mut values| {
                values.sort_by(f64::total_cmp);
                values[values.len() / 2]
            })
            .collect();
        let best_other = medians.iter().skip(1).copied().fold(f64::INFINITY, f64::min);
        for (index, competitor) in competitors.iter().enumerate() {
            let ratio =
                if index == 0 { best_other / medians[0] } else { medians[0] / medians[index] };
            self.lines.push(Line {
                row: row.to_owned(),
                name: competitor.name,
                nanos: medians[index],
                megabytes_per_second: bytes as f64 * 1e3 / medians[index],
                ratio,
            });
        }
    }

    /// Prints the table: ours first, with its speed against the best other one; the others with
    /// their speed against ours.
    pub fn print(&self) {
        println!("{:<34} {:<30} {:>14} {:>12} {:>9}", "row", "crate", "ns", "MB/s", "ratio");
        let mut last = "";
        for line in &self.lines {
            let row = if line.row == last { "" } else { line.row.as_str() };
            last = &line.row;
            println!(
                "{row:<34} {:<30} {:>14.1} {:>12.0} {:>8.2}x",
                line.name, line.nanos, line.megabytes_per_second, line.ratio
            );
        }
    }
}

fn batch(competitor: &mut Competitor<'_>, repeats: u32) -> Duration {
    let begin = ThreadTime::now();
    for _ in 0..repeats {
        black_box((competitor.work)());
    }
    begin.elapsed()
}

/// How often the work fits into a batch.
fn calibrate(competitor: &mut Competitor<'_>) -> u32 {
    let mut repeats = 1;
    loop {
        let took = batch(competitor, repeats);
        if took >= BATCH || repeats >= 1 << 24 {
            return repeats;
        }
        let factor = if took.is_zero() { 8.0 } else { BATCH.as_secs_f64() / took.as_secs_f64() };
        repeats = (f64::from(repeats) * factor.clamp(1.1, 8.0)).ceil() as u32;
    }
}
