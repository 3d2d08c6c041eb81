//! The example models are transcribed from papers: their geometry shows a slip that no parser would.

#![cfg(feature = "cli")]

use seedflip::crystal::elements::symbol;
use seedflip::formats::cif::{Model, read_model};
use std::path::{Path, PathBuf};

/// Bonds between C, N and O, in Å.
const BOND: std::ops::RangeInclusive<f64> = 1.15..=1.65;
/// Nearest approach of atoms of different molecules, in Å; short hydrogen bonds begin at 2.4.
const CONTACT: f64 = 2.4;
/// Volume per non-hydrogen atom of organic crystals, in Å³.
const VOLUME_PER_ATOM: std::ops::RangeInclusive<f64> = 14.0..=22.0;

fn models() -> Vec<(PathBuf, Model)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/models");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "cif"));
    paths.sort();
    paths.into_iter().map(|p| (p.clone(), read_model(&p).unwrap())).collect()
}

/// Distance in Å without symmetry.
fn distance(model: &Model, i: usize, j: usize) -> f64 {
    let (a, b) = (model.sites[i].xyz, model.sites[j].xyz);
    model.cell.length_sq(std::array::from_fn(|k| a[k] - b[k])).sqrt()
}

#[test]
fn there_are_three_models() {
    let mut found: Vec<(String, usize, usize)> = models()
        .iter()
        .map(|(p, m)| {
            let name = p.file_stem().unwrap().to_string_lossy().into_owned();
            (name, m.sites.len(), m.space_group.operations().len())
        })
        .collect();
    found.sort();
    let expected = [("aspirin", 13, 4), ("ethyldeoxycytidine", 18, 4), ("farnesiaside", 36, 2)];
    assert_eq!(found, expected.map(|(n, s, o)| (n.to_owned(), s, o)));
}

#[test]
fn bonds_are_bonds_and_every_model_is_one_molecule() {
    for (path, model) in models() {
        let n = model.sites.len();
        let mut reached = vec![0usize];
        let mut next = 0;
        while next < reached.len() {
            let i = reached[next];
            for j in (0..n).filter(|&j| j != i) {
                let d = distance(&model, i, j);
                let pair = format!("{}: {}-{} {d:.3}", path.display(), model.sites[i].label, model.sites[j].label);
                // Second neighbours begin at 2.1 Å: nothing may lie between them and a bond.
                assert!(d > *BOND.start() && !(*BOND.end()..2.1).contains(&d), "{pair}");
                if BOND.contains(&d) && !reached.contains(&j) {
                    reached.push(j);
                }
            }
            next += 1;
        }
        assert_eq!(reached.len(), n, "{} falls apart", path.display());
        for i in 0..n {
            let neighbours = (0..n).filter(|&j| j != i && BOND.contains(&distance(&model, i, j))).count();
            let most = match symbol(model.sites[i].element.unwrap()).unwrap() {
                "C" => 4,
                "N" => 3,
                _ => 2,
            };
            assert!((1..=most).contains(&neighbours), "{}: {}", path.display(), model.sites[i].label);
        }
    }
}

#[test]
fn molecules_keep_their_distance() {
    for (path, model) in models() {
        for (i, a) in model.sites.iter().enumerate() {
            for b in &model.sites {
                for op in model.space_group.operations() {
                    let image = op.apply(b.xyz);
                    for shift in 0..27 {
                        let cell = [shift % 3 - 1, shift / 3 % 3 - 1, shift / 9 - 1].map(f64::from);
                        // The whole cells that bring the image near the atom.
                        let near: [f64; 3] =
                            std::array::from_fn(|k| image[k] + (a.xyz[k] - image[k]).round() + cell[k]);
                        let original = (0..3).all(|k| (near[k] - b.xyz[k]).abs() < 1e-9);
                        let d = model.cell.length_sq(std::array::from_fn(|k| near[k] - a.xyz[k])).sqrt();
                        let pair = format!("{}: {} {} {op} {d:.3}", path.display(), model.sites[i].label, b.label);
                        assert!(original || d > CONTACT, "{pair}");
                    }
                }
            }
        }
    }
}

#[test]
fn density_and_displacements_are_plausible() {
    for (path, model) in models() {
        let atoms = model.sites.len() * model.space_group.operations().len();
        let volume = model.cell.volume / atoms as f64;
        assert!(VOLUME_PER_ATOM.contains(&volume), "{}: {volume:.1} Å³ per atom", path.display());
        for site in &model.sites {
            assert!((0.005..0.1).contains(&site.u_iso) && site.sof == 1.0, "{}: {}", path.display(), site.label);
        }
    }
}

#[test]
fn models_are_those_of_their_file_names() {
    for (path, model) in models() {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("Acta Cryst.") || text.contains("doi:"), "{} names no source", path.display());
        let formula = text.lines().find_map(|l| l.strip_prefix("_chemical_formula_sum ")).unwrap();
        for part in formula.trim_matches('\'').split(' ').filter(|p| !p.starts_with('H')) {
            let (element, count) = part.split_at(1);
            let found = model.sites.iter().filter(|s| symbol(s.element.unwrap()) == Some(element)).count();
            assert_eq!(count.parse(), Ok(found), "{}: {element}", path.display());
        }
    }
}
