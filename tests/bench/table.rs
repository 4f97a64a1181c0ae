//! The table that is printed: what was measured, the control beside it, and whether it reaches what was promised.

/// What a figure must reach.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At least this share of the control, in hundredths.
    ShareOfControl(u64),
    /// At most this multiple of the control, in hundredths.
    TimesControl(u64),
    /// Like the control, give or take this much, in hundredths of it.
    LikeControl(u64),
    /// At most this, in the figure's own unit; the control says nothing.
    Below(u64),
}

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    /// What was measured.
    pub what: &'static str,
    /// The figure.
    pub figure: u64,
    /// What the same run gave for the control; 0 where there is none.
    pub control: u64,
    /// What the control is.
    pub beside: &'static str,
    /// What both are counted in.
    pub unit: &'static str,
    /// What was promised.
    pub goal: Goal,
}

impl Row {
    /// The figure as a multiple of its control, in hundredths.
    fn hundredths(&self) -> u64 {
        self.figure.saturating_mul(100).checked_div(self.control).unwrap_or(0)
    }

    /// Whether the figure reaches its goal.
    pub fn holds(&self) -> bool {
        match self.goal {
            Goal::ShareOfControl(least) => self.hundredths() >= least,
            Goal::TimesControl(most) => self.hundredths() <= most,
            Goal::LikeControl(apart) => self.hundredths().abs_diff(100) <= apart,
            Goal::Below(most) => self.figure <= most,
        }
    }
}

fn as_decimal(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Prints the table as the README shows it.
pub fn print(rows: &[Row]) {
    println!("\n| what | figure | control, same run | ratio | must be | |\n|---|---|---|---|---|---|");
    for row in rows {
        let control = if row.control == 0 { "–".to_owned() } else { format!("{} {}: {}", row.control, row.unit, row.beside) };
        let ratio = if row.control == 0 { "–".to_owned() } else { as_decimal(row.hundredths()) };
        let goal = match row.goal {
            Goal::ShareOfControl(least) => format!("≥ {}", as_decimal(least)),
            Goal::TimesControl(most) => format!("≤ {}", as_decimal(most)),
            Goal::LikeControl(apart) => format!("{} to {}", as_decimal(100 - apart.min(100)), as_decimal(100 + apart)),
            Goal::Below(most) => format!("≤ {most} {}", row.unit),
        };
        let verdict = if row.holds() { "holds" } else { "MISSED" };
        println!("| {} | {} {} | {control} | {ratio} | {goal} | {verdict} |", row.what, row.figure, row.unit);
    }
}

/// The middle one of several measurements.
pub fn median(mut figures: Vec<u64>) -> u64 {
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied().unwrap_or(0)
}
