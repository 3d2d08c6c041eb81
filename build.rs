//! Writes the table of anomalous dispersion for `src/crystal/scattering/dispersion.rs`: f′ and f″ of Chantler (1995) from the crate `xraydb`,
//! which needs 0.25 s to unpack all that it knows. A run needs a third of a megabyte of it, at once.

use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;
use xraydb::XrayDb;

/// Energies in eV: wavelengths from 0.19 to 3.1 Å.
const ENERGIES: [f64; 2] = [4000.0, 65_000.0];
/// Hydrogen to uranium, as far as the tables go.
const LAST: u16 = 92;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let db = XrayDb::try_new()?;
    let [least, most] = ENERGIES;
    let mut text = format!(
        "// Some figure always looks like a constant of mathematics.\n#[allow(clippy::approx_constant)]\nstatic CHANTLER: [&[[f32; 3]]; {LAST}] = [\n"
    );
    for z in 1..=LAST {
        let symbol = db.symbol(&z.to_string())?;
        let energies = db.chantler_energies(symbol, Some(least), Some(most))?;
        let (real, imaginary) = (db.f1_chantler(symbol, &energies)?, db.f2_chantler(symbol, &energies)?);
        text.push_str("&[");
        for ((energy, f1), f2) in energies.iter().zip(real).zip(imaginary) {
            write!(text, "[{:e},{:e},{:e}],", (energy / 1000.0) as f32, f1 as f32, f2 as f32)?;
        }
        text.push_str("],\n");
    }
    text.push_str("];\n");
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("chantler.rs"), text)?;
    Ok(())
}
