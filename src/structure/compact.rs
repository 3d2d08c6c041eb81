//! Symmetry images chosen so that the asymmetric unit is one connected molecule where it can be.

use crate::crystal::{Cell, Site, SpaceGroup};

/// Moves the sites, by operations and lattice vectors, next to each other. Starting from the first, the site with
/// the shortest contact to those already placed is placed next (Prim's spanning tree); the first `core` sites, the
/// expected atoms, go before the rest so that noise cannot bridge between molecules. The centroid of the core ends
/// in the cell.
pub fn make_compact(cell: &Cell, group: &SpaceGroup, sites: &mut [Site], core: usize) {
    let core = core.clamp(1, sites.len().max(1));
    let mut open: Vec<Contact> =
        (0..sites.len()).map(|i| Contact { site: i, distance_sq: f64::INFINITY, xyz: sites[i].xyz }).collect();
    while !open.is_empty() {
        let within_core = open.iter().any(|c| c.site < core);
        let next = open
            .iter()
            .enumerate()
            .filter(|(_, c)| !within_core || c.site < core)
            .min_by(|a, b| a.1.distance_sq.total_cmp(&b.1.distance_sq).then(a.1.site.cmp(&b.1.site)))
            .map(|(i, _)| i);
        let Some(next) = next else { break };
        let placed = open.swap_remove(next);
        sites[placed.site].xyz = placed.xyz;
        for contact in &mut open {
            contact.approach(cell, group, sites[contact.site].xyz, placed.xyz);
        }
    }
    if sites.is_empty() {
        return;
    }
    let lattice: [f64; 3] =
        std::array::from_fn(|i| (sites[..core].iter().map(|s| s.xyz[i]).sum::<f64>() / core as f64).floor());
    for site in sites {
        site.xyz = std::array::from_fn(|i| site.xyz[i] - lattice[i]);
    }
}

/// The image of a site that comes closest to the sites placed so far.
struct Contact {
    site: usize,
    distance_sq: f64,
    xyz: [f64; 3],
}

impl Contact {
    /// Takes another placed site into account.
    fn approach(&mut self, cell: &Cell, group: &SpaceGroup, from: [f64; 3], placed: [f64; 3]) {
        for op in group.operations() {
            let image = op.apply(from);
            let delta: [f64; 3] = std::array::from_fn(|i| {
                let d = image[i] - placed[i];
                d - d.round()
            });
            let distance_sq = cell.length_sq(delta);
            // The margin keeps the earliest of equal images, so that rounding cannot change the choice.
            if distance_sq < self.distance_sq - 1e-9 {
                self.distance_sq = distance_sq;
                self.xyz = std::array::from_fn(|i| placed[i] + delta[i]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SymOp;

    #[test]
    fn a_scattered_chain_is_put_together() {
        let cell = Cell::new([9.0, 10.0, 11.0], [90.0, 105.0, 90.0]).unwrap();
        let group =
            SpaceGroup::from_generators(&[SymOp::parse("-x, y+1/2, -z+1/2").unwrap(), SymOp::INVERSION]).unwrap();
        let mut sites: Vec<Site> = (0..7)
            .map(|i| {
                let x = [0.1 + 0.14 * f64::from(i), 0.2 + 0.03 * f64::from(i % 2), 0.3];
                let image = group.operations()[i as usize % 4].apply(x);
                Site {
                    label: String::new(),
                    element: None,
                    xyz: image.map(|v| v.rem_euclid(1.0)),
                    sof: 1.0,
                    u_iso: 0.05,
                    u_aniso: None,
                    height: None,
                }
            })
            .collect();
        make_compact(&cell, &group, &mut sites, 7);
        for pair in sites.windows(2) {
            let d: [f64; 3] = std::array::from_fn(|i| pair[0].xyz[i] - pair[1].xyz[i]);
            assert!(cell.length_sq(d).sqrt() < 1.5);
        }
    }
}
