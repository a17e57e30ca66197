//! Writes the data of the example company.
//!
//! ```text
//! cargo run -p cxm-core --example simulate_company [folder]
//! ```
//!
//! Without an argument the committed files in `examples/company/data` are written again. The
//! tables of the README are printed, to be compared or copied.
#![allow(clippy::print_stdout, reason = "an example program speaks to its user")]

#[path = "simulator.rs"]
mod simulator;

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/company/data");
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from(here), PathBuf::from);
    std::fs::create_dir_all(&folder)?;

    let company = simulator::simulate();
    for (name, content) in simulator::files(&company) {
        std::fs::write(folder.join(name), &content)?;
        println!("{name}: {} rows, {} bytes", content.lines().count() - 1, content.len());
    }
    for table in simulator::truth::tables(&company) {
        println!("\n{table}");
    }
    Ok(())
}
