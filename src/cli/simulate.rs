//! `seedflip simulate`: an `.ins`/`.hkl` pair from a model.

use crate::crystal::{Radiation, SpaceGroup};
use crate::error::{Error, Result};
use crate::formats::cif::{Model, read_model};
use crate::formats::ins_write::{Instructions, write_ins};
use crate::formats::{write_bytes, write_hkl};
use crate::simulate::{ELECTRONS_200_KV, MO_K_ALPHA, SimulateOptions, Simulated, simulate};
use std::path::{Path, PathBuf};

/// Simulate a measurement: MODEL.cif in, NAME.ins + NAME.hkl out
#[derive(Debug, Clone, clap::Args)]
pub struct SimulateArgs {
    /// Model to simulate: a CIF with fractional coordinates
    #[arg(value_name = "MODEL.cif")]
    pub model: PathBuf,
    /// Resolution limit in Å
    #[arg(short = 'd', long = "resolution", value_name = "D")]
    pub d_min: f64,
    /// Noise R: σ² = (R I)² + (0.1 R ⟨I⟩)²
    #[arg(long, default_value_t = 0.0, value_name = "R")]
    pub noise: f64,
    /// Fraction of the unique reflections kept, chosen at random
    #[arg(long, default_value_t = 1.0, value_name = "FRACTION")]
    pub completeness: f64,
    /// Leave out reflections that lie, with all their equivalents, within this angle of ±c*
    #[arg(long, value_name = "DEG")]
    pub missing_cone: Option<f64>,
    /// Radiation, xray or electron [default: by the wavelength of the model, else xray]
    #[arg(long, value_name = "KIND")]
    pub radiation: Option<String>,
    /// Seed of noise and random removal
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// Folder for the two files, or name of the .ins [default: NAME.ins of MODEL.cif in this folder]
    #[arg(short = 'o', long, value_name = "DIR|NAME.ins")]
    pub output: Option<PathBuf>,
}

/// Reads the model, simulates, writes `NAME.ins` and `NAME.hkl` and says so on stderr.
pub fn run(args: &SimulateArgs) -> Result<()> {
    let radiation = args.radiation.as_deref().map(radiation).transpose()?;
    let model = read_model(&args.model)?;
    let (radiation, wavelength) = beam(radiation, model.wavelength, args.d_min);
    let options = SimulateOptions {
        d_min: args.d_min,
        noise: args.noise,
        completeness: args.completeness,
        missing_cone: args.missing_cone,
        radiation,
        seed: args.seed,
    };
    let simulated = simulate(&model, &options)?;
    let ins = ins_path(&args.model, args.output.as_deref())?;
    let hkl = ins.with_extension("hkl");
    let text = instructions(&args.model, &model, wavelength, &options, &simulated);
    write_hkl(&hkl, &simulated.reflections)?;
    write_bytes(&ins, text.as_bytes())?;
    eprintln!(
        "simulated {} of {} unique reflections to {} Å: {} and {}",
        simulated.reflections.len(),
        simulated.possible,
        options.d_min,
        ins.display(),
        hkl.display()
    );
    Ok(())
}

fn radiation(name: &str) -> Result<Radiation> {
    Radiation::from_name(name)
        .ok_or_else(|| Error::Usage(format!("--radiation {name:?} is not known; choose xray or electron")))
}

/// Radiation and wavelength in Å: the model's own where it goes with the radiation asked for and reaches
/// the resolution (λ/2 ≤ d), else Mo Kα or 200 kV electrons.
fn beam(asked: Option<Radiation>, of_model: Option<f64>, d_min: f64) -> (Radiation, f64) {
    let radiation = asked.or_else(|| of_model.map(Radiation::from_wavelength)).unwrap_or(Radiation::Xray);
    let fits = |w: &f64| Radiation::from_wavelength(*w) == radiation && *w <= 2.0 * d_min;
    let standard = match radiation {
        Radiation::Xray => MO_K_ALPHA,
        Radiation::Electron => ELECTRONS_200_KV,
    };
    (radiation, of_model.filter(fits).unwrap_or(standard))
}

/// Where the `.ins` goes; a folder that does not exist yet is made.
fn ins_path(model: &Path, output: Option<&Path>) -> Result<PathBuf> {
    let stem = model.file_stem().unwrap_or(model.as_os_str());
    let in_folder = |folder: &Path| folder.join(stem).with_extension("ins");
    let Some(output) = output else { return Ok(in_folder(Path::new(""))) };
    if output.extension().is_some_and(|e| e.eq_ignore_ascii_case("ins")) {
        return Ok(output.to_owned());
    }
    std::fs::create_dir_all(output).map_err(|source| Error::Output { path: output.to_owned(), source })?;
    Ok(in_folder(output))
}

fn instructions(path: &Path, model: &Model, wavelength: f64, options: &SimulateOptions, data: &Simulated) -> String {
    let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let file = path.file_name().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let cone = options.missing_cone.map_or("none".to_owned(), |deg| format!("{deg} degrees about c*"));
    let remarks = [
        format!("simulated by seedflip from the model {file}: no measurement"),
        format!(
            "d {} noise {} completeness {} missing cone {cone} radiation {} seed {}",
            options.d_min,
            options.noise,
            options.completeness,
            options.radiation.name(),
            options.seed
        ),
        format!(
            "{} of {} unique reflections, {} lost to the cone",
            data.reflections.len(),
            data.possible,
            data.in_cone
        ),
    ];
    let title = format!("{name} simulated: {}", model.title);
    let group = &model.space_group;
    write_ins(&Instructions {
        title: &title,
        remarks: &remarks,
        wavelength,
        cell: &model.cell,
        z: group.operations().len() as f64,
        group,
        contents: &contents(model, group),
    })
}

/// Atoms of each element per cell.
fn contents(model: &Model, group: &SpaceGroup) -> Vec<(u8, f64)> {
    let mut contents: Vec<(u8, f64)> = Vec::new();
    for site in &model.sites {
        let Some(z) = site.element else { continue };
        let atoms = site.sof * group.operations().len() as f64;
        match contents.iter_mut().find(|(element, _)| *element == z) {
            Some((_, n)) => *n += atoms,
            None => contents.push((z, atoms)),
        }
    }
    contents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beam_follows_the_model_where_it_can() {
        assert_eq!(beam(None, None, 0.9), (Radiation::Xray, MO_K_ALPHA));
        assert_eq!(beam(None, Some(1.5418), 0.9), (Radiation::Xray, 1.5418));
        assert_eq!(beam(None, Some(1.5418), 0.7), (Radiation::Xray, MO_K_ALPHA));
        assert_eq!(beam(None, Some(0.0335), 0.7), (Radiation::Electron, 0.0335));
        assert_eq!(beam(Some(Radiation::Electron), Some(1.5418), 0.9), (Radiation::Electron, ELECTRONS_200_KV));
    }
}
