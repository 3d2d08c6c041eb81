//! From normalised reflections to an engine problem and back: P1 expansion on the primitive lattice.

use crate::crystal::miller::{half, hash_key};
use crate::crystal::{Cell, Hkl, SpaceGroup};
use crate::engine::problem::{Coefficient, SHELLS};
use crate::engine::{Layout, Problem};
use crate::grid::{self, Sampling};
use crate::reflections::{NormalisedReflection, PhasedReflection};
use num_complex::Complex32;
use std::collections::HashMap;
use std::sync::Arc;

/// One measured reflection of the P1 half-sphere.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Measured {
    e: f64,
    f: f64,
}

/// The reflections as the engine sees them: the whole sphere in P1, on a primitive basis.
#[derive(Debug, Clone)]
pub struct Sphere {
    /// All reflections of the half sphere: conventional index, primitive index, measurement, shell.
    members: Vec<Member>,
    /// Non-hydrogen atoms in the primitive cell.
    atoms: f64,
    max_index: [i32; 3],
    /// Whether atoms keep the distances of light ones.
    distances: bool,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    hkl: Hkl,
    primitive: Hkl,
    measured: Option<Measured>,
    shell: u8,
    /// |h|, 1/Å.
    length: f64,
}

impl Sphere {
    /// Expands unique reflections with d ≥ `d_min` (Å) to the P1 half-sphere. Reflections that the
    /// space group extinguishes count as measured with E = 0; those of the centring do not exist on
    /// the primitive lattice. `atoms` is the number of non-hydrogen atoms in the conventional cell.
    pub fn new(
        cell: &Cell,
        space_group: &SpaceGroup,
        reflections: &[NormalisedReflection],
        atoms: f64,
        d_min: f64,
    ) -> Self {
        let limit = d_min.powi(-2) * (1.0 + 1e-9);
        let mut measured: HashMap<Hkl, Measured> = HashMap::new();
        for r in reflections.iter().filter(|r| cell.d_star_sq(r.merged.hkl) <= limit) {
            for op in space_group.primitive_operations() {
                let image = op.rotate_hkl(r.merged.hkl);
                // In P1 a reflection on a symmetry element is as strong as it is: ε is what equivalents add.
                measured.insert(half(image), Measured { e: r.e * f64::from(r.merged.epsilon).sqrt(), f: r.f });
            }
        }
        let basis = space_group.primitive_basis(&cell.metric);
        let member = |hkl: Hkl| {
            let absent = || space_group.classify(hkl).absent.then_some(Measured { e: 0.0, f: 0.0 });
            let measured = measured.get(&hkl).copied().or_else(absent);
            let length = cell.d_star_sq(hkl).sqrt();
            Some(Member { hkl, primitive: primitive_index(hkl, &basis)?, measured, shell: 0, length })
        };
        let mut members: Vec<Member> = cell.half_sphere(limit).filter_map(member).collect();
        assign_shells(cell, &mut members);
        let max_index = std::array::from_fn(|i| members.iter().map(|m| m.primitive[i].abs()).max().unwrap_or(0));
        Self { members, atoms: atoms / space_group.centring().len() as f64, max_index, distances: false }
    }

    /// The same for atoms that keep the distances that the pair prior knows, or do not.
    #[must_use]
    pub fn with_distances(self, distances: bool) -> Self {
        Self { distances, ..self }
    }

    /// Whether atoms keep the distances that the pair prior knows.
    pub fn knows_distances(&self) -> bool {
        self.distances
    }

    /// Reflections of the half sphere, measured or not.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// True without any reflection.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Share of the sphere that was measured.
    pub fn completeness(&self) -> f64 {
        let measured = self.members.iter().filter(|m| m.measured.is_some()).count();
        measured as f64 / self.members.len().max(1) as f64
    }

    /// Non-hydrogen atoms in the primitive cell.
    pub fn atoms(&self) -> f64 {
        self.atoms
    }

    /// Measured reflections of the half sphere: index, |F|, |E|.
    pub fn measured(&self) -> impl Iterator<Item = (Hkl, f64, f64)> + '_ {
        self.members.iter().filter_map(|m| m.measured.map(|v| (m.hkl, v.f, v.e)))
    }

    /// The engine problem on a grid of the given sampling. Grid axes are ordered so that z is the
    /// longest: planes, which must fit a cache or workgroup memory, are then smallest.
    pub fn problem(&self, sampling: Sampling) -> GriddedSphere {
        let dims = grid::dims(self.max_index, sampling);
        let mut axes = [0, 1, 2];
        axes.sort_by_key(|&i| (dims[i], i));
        let to_grid = |p: Hkl| axes.map(|a| p[a]);
        let layout = Layout::new(axes.map(|a| dims[a]), self.members.iter().map(|m| to_grid(m.primitive)))
            .unwrap_or_else(|| unreachable!("the grid was made for these indices"));
        let mut places = Vec::with_capacity(self.members.len());
        let mut by_entry: Vec<Option<usize>> = vec![None; layout.len()];
        for (i, member) in self.members.iter().enumerate() {
            let place = layout.locate(to_grid(member.primitive));
            if let Some((entry, _)) = place {
                by_entry[entry] = Some(i);
            }
            places.push(place);
        }
        let mean_f_sq = {
            let (sum, n) = self.measured().fold((0.0, 0.0), |(s, n), (_, f, _)| (s + f * f, n + 1.0));
            if n > 0.0 && sum > 0.0 { sum / n } else { 1.0 }
        };
        let f_scale = 1.0 / mean_f_sq.sqrt();
        let entries: Vec<(Coefficient, u32)> = by_entry
            .iter()
            .map(|member| match member.map(|i| &self.members[i]) {
                Some(m) => {
                    let measured = m.measured.map(|v| (v.e as f32, (v.f * f_scale) as f32));
                    (Coefficient { measured, shell: m.shell }, hash_key(m.hkl))
                }
                None => (Coefficient { measured: None, shell: 0 }, 0),
            })
            .collect();
        let problem = Problem::of_entries(layout, self.atoms as f32, &entries);
        let length = |member: &Option<usize>| member.map_or(0.0, |i| self.members[i].length as f32);
        let problem = match self.distances {
            true => problem.with_distances(&by_entry.iter().map(length).collect::<Vec<_>>()),
            false => problem,
        };
        GriddedSphere { problem, places }
    }

    /// Every reflection of the half sphere with its place on `gridded`: the entry, and whether the conjugate stands
    /// there.
    pub fn places<'a>(&'a self, gridded: &'a GriddedSphere) -> impl Iterator<Item = (Hkl, (usize, bool))> + 'a {
        self.members.iter().zip(&gridded.places).filter_map(|(m, place)| Some((m.hkl, (*place)?)))
    }

    /// What an engine found on `gridded` for the measured reflections, in the order of `measured`.
    pub fn measured_phases(&self, gridded: &GriddedSphere, phases: &[Complex32]) -> Vec<Complex32> {
        let members = self.members.iter().zip(&gridded.places).filter(|(m, _)| m.measured.is_some());
        // Every member was laid out on the grid, so all have a place.
        let value = |(entry, conjugate): (usize, bool)| if conjugate { phases[entry].conj() } else { phases[entry] };
        members.filter_map(|(_, place)| place.map(value)).collect()
    }

    /// The measured reflections with the phases that `measured_phases` gave for them, on whatever grid.
    pub fn phased_by(&self, phases: &[Complex32]) -> Vec<PhasedReflection> {
        debug_assert_eq!(phases.len(), self.measured().count());
        let phased = |((hkl, f, e), value): ((Hkl, f64, f64), &Complex32)| PhasedReflection {
            hkl,
            f,
            e,
            phase: f64::from(value.im).atan2(f64::from(value.re)),
            fom: f64::from(value.norm()).min(1.0),
        };
        self.measured().zip(phases).map(phased).collect()
    }

    /// The measured reflections with the phases that an engine found on `gridded`.
    pub fn phased(&self, gridded: &GriddedSphere, phases: &[Complex32]) -> Vec<PhasedReflection> {
        self.phased_by(&self.measured_phases(gridded, phases))
    }

    /// Start phases in layout order from phased reflections; reflections without one get 0, which leaves
    /// them out of the first map.
    pub fn start_phases(&self, gridded: &GriddedSphere, phased: &[PhasedReflection]) -> Arc<[Complex32]> {
        let by_index: HashMap<Hkl, &PhasedReflection> = phased.iter().map(|r| (r.hkl, r)).collect();
        let mut phases = vec![Complex32::default(); gridded.problem.layout().len()];
        for (member, place) in self.members.iter().zip(&gridded.places) {
            if let (Some(r), Some((entry, conjugate))) = (by_index.get(&member.hkl), place) {
                let value = Complex32::from_polar(1.0, r.phase as f32);
                phases[*entry] = if *conjugate { value.conj() } else { value };
            }
        }
        phases.into()
    }
}

/// A sphere laid out on a grid.
pub struct GriddedSphere {
    /// Tables for the engine.
    pub problem: Problem,
    /// Entry of each member of the sphere, and whether it is the conjugate.
    places: Vec<Option<(usize, bool)>>,
}

/// h·P, when it is integral: the centring does not extinguish h.
fn primitive_index(hkl: Hkl, basis: &[[f64; 3]; 3]) -> Option<Hkl> {
    let mut out = [0; 3];
    for (j, value) in out.iter_mut().enumerate() {
        let x: f64 = (0..3).map(|i| f64::from(hkl[i]) * basis[i][j]).sum();
        if (x - x.round()).abs() > 1e-6 {
            return None;
        }
        *value = x.round() as i32;
    }
    Some(out)
}

/// Resolution shells of equal numbers of reflections.
fn assign_shells(cell: &Cell, members: &mut [Member]) {
    let mut order: Vec<(f64, usize)> = members.iter().enumerate().map(|(i, m)| (cell.d_star_sq(m.hkl), i)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n = order.len().max(1);
    for (rank, (_, i)) in order.into_iter().enumerate() {
        members[i].shell = (rank * SHELLS / n) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SymOp;
    use crate::reflections::MergedReflection;

    #[test]
    fn centred_cells_are_phased_on_the_primitive_lattice() {
        let cell = Cell::new([10.0, 7.0, 12.0], [90.0, 105.0, 90.0]).unwrap();
        let group = SpaceGroup::from_latt_symm(7, &[SymOp::parse("-x, y, 1/2-z").unwrap()]).unwrap();
        let mut list = Vec::new();
        for h in 0..=10 {
            for k in -7..=7 {
                for l in -12..=12 {
                    let hkl = [h, k, l];
                    if group.laue_representative(hkl) == hkl
                        && cell.d_spacing(hkl) >= 1.0
                        && !group.classify(hkl).absent
                        && hkl != [0; 3]
                    {
                        let merged = MergedReflection {
                            hkl,
                            intensity: 1.0,
                            sigma: 0.1,
                            redundancy: 1,
                            epsilon: 1,
                            centric: false,
                        };
                        list.push(NormalisedReflection { merged, f: 1.0, sigma_f: 0.1, e: 1.0 });
                    }
                }
            }
        }
        let sphere = Sphere::new(&cell, &group, &list, 80.0, 1.0);
        assert_eq!(sphere.completeness(), 1.0, "every reflection of the primitive lattice is measured or absent");
        assert_eq!(sphere.atoms(), 40.0);
        let gridded = sphere.problem(Sampling::Nyquist);
        assert_eq!(gridded.problem.layout().len(), sphere.len());
        let expected = 2.0 / 3.0 * std::f64::consts::PI * cell.volume / 2.0;
        assert!((sphere.len() as f64 / expected - 1.0).abs() < 0.05);
        let ones = vec![Complex32::from_polar(1.0, 0.5); sphere.len()];
        for r in sphere.phased(&gridded, &ones) {
            assert!((r.phase.abs() - 0.5).abs() < 1e-6);
        }
    }
}
