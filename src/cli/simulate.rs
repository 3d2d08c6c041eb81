//! `seedflip simulate`: an `.ins`/`.hkl` pair from a model.

use super::heading;
use crate::crystal::elements::{HYDROGEN, atomic_number, symbol};
use crate::crystal::{Radiation, SpaceGroup};
use crate::error::{Error, Result};
use crate::formats::cif::{Model, read_model};
use crate::formats::ins_write::{Instructions, write_ins};
use crate::formats::res::{ResModel, ScatteringType, res};
use crate::formats::{Hklf, write_bytes, write_hkl};
use crate::output::say;
use crate::simulate::{ModelEdits, SecondDomain, SimulateOptions, Simulated, beam, contents, simulate};
use std::path::{Path, PathBuf};

/// What stands below the options.
const AFTER_HELP: &str = "Examples:
  seedflip simulate MODEL.cif -d 0.9 --noise 0.05
  seedflip simulate MODEL.cif -d 1.0 --element O --b 3-60 --whole -o equal/
  seedflip simulate MODEL.cif -d 0.85 --domain 0,0,1 --fraction 0.35 --overlap 0.45

Files that come out:
  NAME.ins, NAME.hkl    the simulated measurement (HKLF 4, with --domain HKLF 5)
  NAME.model.res        the model, where options changed it";

/// Simulate a measurement: MODEL.cif in, NAME.ins + NAME.hkl out
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct SimulateArgs {
    /// Model to simulate: a CIF with fractional coordinates
    #[arg(value_name = "MODEL.cif")]
    pub model: PathBuf,
    /// Resolution limit in Å
    #[arg(short = 'd', long = "resolution", value_name = "D", help_heading = heading::DATA)]
    pub d_min: f64,
    /// Noise R: σ² = (R I)² + (0.1 R ⟨I⟩)²
    #[arg(long, default_value_t = 0.0, value_name = "R", help_heading = heading::DATA)]
    pub noise: f64,
    /// Fraction of the unique reflections kept, chosen at random
    #[arg(long, default_value_t = 1.0, value_name = "FRACTION", help_heading = heading::DATA)]
    pub completeness: f64,
    /// Leave out reflections that lie, with all their equivalents, within this angle of ±c*
    #[arg(long, value_name = "DEG", help_heading = heading::DATA)]
    pub missing_cone: Option<f64>,
    /// Radiation, xray, electron or neutron [default: as the model says, else xray]
    #[arg(long, value_name = "KIND", help_heading = heading::DATA)]
    pub radiation: Option<String>,
    /// Measure Friedel mates apart, with the anomalous dispersion of the wavelength
    #[arg(long, help_heading = heading::DATA)]
    pub friedel: bool,
    /// A twin: a second domain, turned by half a turn about this row of the lattice, where that is none of its symmetry; the list is HKLF 5
    #[arg(long, value_name = "U,V,W", help_heading = heading::DATA)]
    pub domain: Option<String>,
    /// Share of the second domain
    #[arg(long, default_value_t = 0.3, value_name = "F", requires = "domain", help_heading = heading::DATA)]
    pub fraction: f64,
    /// Share of the reflections of each domain that fall together with one of the other: those that come nearest in reciprocal space
    #[arg(long, default_value_t = 0.2, value_name = "SHARE", requires = "domain", help_heading = heading::DATA)]
    pub overlap: f64,
    /// Every atom becomes this element; hydrogen atoms are dropped
    #[arg(long, value_name = "EL", help_heading = heading::MODEL)]
    pub element: Option<String>,
    /// Isotropic B of every atom in Å²: one value, or LOW-HIGH for values log-uniform between two
    #[arg(long, value_name = "B|LOW-HIGH", help_heading = heading::MODEL)]
    pub b: Option<String>,
    /// Atoms of occupancy ½ and more become whole, the others are dropped
    #[arg(long, help_heading = heading::MODEL)]
    pub whole: bool,
    /// Seed of noise and random removal
    #[arg(long, default_value_t = 1, value_name = "N", help_heading = heading::DATA)]
    pub seed: u64,
    /// Folder for the two files, or name of the .ins [default: NAME.ins of MODEL.cif in this folder]
    #[arg(short = 'o', long, value_name = "DIR|NAME.ins", help_heading = heading::RESULTS)]
    pub output: Option<PathBuf>,
}

/// Reads the model, simulates, writes `NAME.ins` and `NAME.hkl` and says so on stderr.
pub fn run(args: &SimulateArgs) -> Result<()> {
    let radiation = args.radiation.as_deref().map(radiation).transpose()?;
    let mut model = read_model(&args.model)?;
    let edits = edits(args)?;
    if edits.any() {
        edits.apply(&mut model);
    }
    let (radiation, wavelength) =
        beam(radiation.or(model.neutrons.then_some(Radiation::Neutron)), model.wavelength, args.d_min);
    let options = SimulateOptions {
        d_min: args.d_min,
        noise: args.noise,
        completeness: args.completeness,
        missing_cone: args.missing_cone,
        radiation,
        friedel: (args.friedel && radiation == Radiation::Xray).then_some(wavelength),
        second: second(args)?,
        seed: args.seed,
    };
    let simulated = simulate(&model, &options)?;
    let ins = ins_path(&args.model, args.output.as_deref())?;
    let hkl = ins.with_extension("hkl");
    let text = instructions(&args.model, &model, wavelength, &options, &simulated)?;
    write_hkl(&hkl, &simulated.reflections)?;
    write_bytes(&ins, text.as_bytes())?;
    if edits.any() {
        let path = ins.with_extension("model.res");
        write_bytes(&path, edited(&model, (radiation, wavelength))?.as_bytes())?;
        say::line(&format!("the changed model: {}", path.display()));
    }
    let what = if options.second.is_some() { "rows of two domains, each of" } else { "of" };
    say::line(&format!(
        "simulated {} {what} {} unique reflections to {} Å: {} and {}",
        simulated.reflections.len(),
        simulated.possible,
        options.d_min,
        ins.display(),
        hkl.display()
    ));
    Ok(())
}

/// The second domain that the options ask for.
fn second(args: &SimulateArgs) -> Result<Option<SecondDomain>> {
    let Some(text) = &args.domain else { return Ok(None) };
    let numbers: Vec<i32> = text.split(',').map_while(|part| part.trim().parse().ok()).collect();
    match (<[i32; 3]>::try_from(numbers), text.split(',').count()) {
        (Ok(axis), 3) => Ok(Some(SecondDomain { axis, fraction: args.fraction, overlap: args.overlap })),
        _ => Err(Error::Usage(format!("--domain {text:?} is no row of the lattice; give u,v,w such as 0,0,1"))),
    }
}

/// The changes that the options ask for.
fn edits(args: &SimulateArgs) -> Result<ModelEdits> {
    let element = match &args.element {
        None => None,
        Some(symbol) => Some(atomic_number(symbol).filter(|&z| z > HYDROGEN).ok_or_else(|| {
            Error::Usage(format!(
                "--element {symbol:?} is no element that a model may be made of; give a symbol such as O"
            ))
        })?),
    };
    let b = match &args.b {
        None => None,
        Some(text) => {
            let limits: Vec<f64> = text
                .split('-')
                .map_while(|part| part.parse().ok())
                .filter(|b: &f64| b.is_finite() && *b > 0.0)
                .collect();
            match (limits.as_slice(), text.split('-').count()) {
                ([one], 1) => Some([*one; 2]),
                ([low, high], 2) if low <= high => Some([*low, *high]),
                _ => return Err(Error::Usage(format!("--b {text:?} is no B; give one in Å², or LOW-HIGH"))),
            }
        }
    };
    Ok(ModelEdits { element, b, whole: args.whole })
}

/// A changed model as `.res`, for `--model` of other sub-commands.
fn edited(model: &Model, (radiation, wavelength): (Radiation, f64)) -> Result<String> {
    let contents = scattering_types(model, &model.space_group);
    let remarks = ["a model changed for a simulation: no structure of anything".to_owned()];
    res(&ResModel {
        title: &model.title,
        remarks: &remarks,
        wavelength,
        neutrons: radiation == Radiation::Neutron,
        cell: &model.cell,
        z: model.space_group.operations().len() as f64,
        cell_sigma: [0.0; 6],
        group: &model.space_group,
        contents: &contents,
        scale: 1.0,
        sites: &model.sites,
        twin: None,
        hklf: &Hklf::default(),
        kept: &[],
        fit: &[],
        rest: &[],
    })
}

fn radiation(name: &str) -> Result<Radiation> {
    Radiation::from_name(name)
        .ok_or_else(|| Error::Usage(format!("--radiation {name:?} is not known; choose xray, electron or neutron")))
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

fn instructions(
    path: &Path,
    model: &Model,
    wavelength: f64,
    options: &SimulateOptions,
    data: &Simulated,
) -> Result<String> {
    let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let file = path.file_name().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let cone = options.missing_cone.map_or("none".to_owned(), |deg| format!("{deg} degrees about c*"));
    let mut remarks = vec![
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
    if let (Some(SecondDomain { axis: [u, v, w], fraction, .. }), Some(counts)) = (options.second, data.counts) {
        remarks.push(format!(
            "a second domain, fraction {fraction}, by half a turn about [{u} {v} {w}]: {} overlaps among {} observations",
            counts.overlaps,
            counts.all()
        ));
    }
    let title = format!("{name} simulated: {}", model.title);
    let group = &model.space_group;
    write_ins(&Instructions {
        title: &title,
        remarks: &remarks,
        wavelength,
        neutrons: options.radiation == Radiation::Neutron,
        cell: &model.cell,
        z: group.operations().len() as f64,
        group,
        cell_sigma: [0.0; 6],
        contents: &scattering_types(model, group),
        kept: &[],
        twin: options.second.is_some(),
    })
}

/// Atoms of each element per cell.
fn scattering_types(model: &Model, group: &SpaceGroup) -> Vec<ScatteringType> {
    let kind =
        |(z, count)| ScatteringType { z, symbol: symbol(z).unwrap_or("X").to_owned(), count, coefficients: None };
    contents(model, group).into_iter().map(kind).collect()
}
