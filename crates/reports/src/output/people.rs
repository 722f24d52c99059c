use comfy_table::{CellAlignment, ContentArrangement, LineStyle, TableStyle};

use super::{Align, Cell, Column, Table};

/// How a table looks to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// As wide as the terminal at most; texts are wrapped. As wide as it comes where absent.
    pub width: Option<u16>,
    /// Whether colour codes are asked for. `NO_COLOR` in the environment overrules it.
    pub colour: bool,
}

impl Style {
    /// The table as text, without a line's end after its last line.
    #[must_use]
    pub fn render(&self, table: &Table) -> String {
        let shown: Vec<usize> = (0..table.columns.len())
            .filter(|index| table.columns.get(*index).is_some_and(|column| !column.for_programs_only))
            .collect();
        let text = self.layout(table, &shown).trim_fmt();
        let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        if table.rows.is_empty() {
            lines.push("(none)");
        }
        if self.colour && !is_colour_refused() { emphasised(&lines) } else { lines.join("\n") }
    }

    fn layout(&self, table: &Table, shown: &[usize]) -> comfy_table::Table {
        let mut laid = comfy_table::Table::new();
        laid.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction(' ')));
        if let Some(width) = self.width {
            laid.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        let columns: Vec<&Column> = shown.iter().filter_map(|index| table.columns.get(*index)).collect();
        laid.set_header(columns.iter().map(|column| column.name));
        for row in &table.rows {
            let cells = shown.iter().map(|index| row.get(*index).unwrap_or(&Cell::Nothing));
            laid.add_row(cells.map(Cell::for_people));
        }
        let last = columns.len().saturating_sub(1);
        for (index, column) in columns.iter().enumerate() {
            if let Some(laid) = laid.column_mut(index) {
                laid.set_padding((0, if index == last { 0 } else { 1 }));
                laid.set_cell_alignment(match column.align {
                    Align::Left => CellAlignment::Left,
                    Align::Right => CellAlignment::Right,
                });
            }
        }
        laid
    }
}

fn is_colour_refused() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// The header in bold: the lines above the rule.
fn emphasised(lines: &[&str]) -> String {
    let rule = lines.iter().position(|line| line.starts_with('─')).unwrap_or_default();
    let line = |(index, line): (usize, &&str)| {
        if index < rule { format!("\u{1b}[1m{line}\u{1b}[0m") } else { (*line).to_owned() }
    };
    lines.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}
