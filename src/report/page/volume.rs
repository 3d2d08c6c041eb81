//! A map cut around a molecule, small enough for a page.

use crate::crystal::Cell;
use crate::structure::DensityMap;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde::Serialize;
use std::io::Write;

/// Density is shown so far around the atoms, Å.
const MARGIN: f64 = 2.0;
/// Steps of a value in one σ: with eight bits up to 12.7 σ, beyond which nobody draws a contour.
const STEPS: f32 = 10.0;
/// Points of a map on a page. A map with more is drawn from every second or third point.
const MOST_POINTS: usize = 1_500_000;
/// … no coarser than this: beyond, a map says nothing.
const COARSEST: usize = 3;

/// Part of a map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Volume {
    /// Points of the whole cell along its axes.
    pub intervals: [usize; 3],
    /// The first point, in these.
    pub start: [i64; 3],
    /// Points along the axes.
    pub size: [usize; 3],
    /// Edges in Å and angles in degrees.
    pub cell: [f64; 6],
    /// σ of the map in its own unit.
    pub sigma: f64,
    /// Values in tenths of σ, signed bytes, x fastest, 0 where no atom is near; packed with zlib, base64.
    pub values: String,
}

/// The part of `map` around `sites` (fractional coordinates); `None` without any.
pub fn cut(map: &DensityMap, cell: &Cell, sites: &[[f64; 3]]) -> Option<Volume> {
    if sites.is_empty() || map.sigma <= 0.0 {
        return None;
    }
    let extent = |axis: usize, step: usize| {
        let points = (map.dims[axis] / step) as f64;
        // Along an axis of an oblique cell the margin is longer than across it.
        let margin = MARGIN * reciprocal_length(cell, axis);
        let low = sites.iter().map(|x| x[axis]).fold(f64::INFINITY, f64::min) - margin;
        let high = sites.iter().map(|x| x[axis]).fold(f64::NEG_INFINITY, f64::max) + margin;
        [(low * points).floor() as i64, (high * points).ceil() as i64]
    };
    let box_of = |most: usize| -> [(usize, [i64; 2]); 3] {
        std::array::from_fn(|axis| {
            let step = (1..=most).rev().find(|step| map.dims[axis].is_multiple_of(*step)).unwrap_or(1);
            (step, extent(axis, step))
        })
    };
    let points = |most: usize| box_of(most).iter().map(|(_, [a, b])| (b - a + 1) as usize).product::<usize>();
    let coarse = (1..COARSEST).find(|most| points(*most) <= MOST_POINTS).unwrap_or(COARSEST);
    let [(sx, xs), (sy, ys), (sz, zs)] = box_of(coarse);
    let (start, size) = ([xs[0], ys[0], zs[0]], [xs, ys, zs].map(|[first, last]| (last - first + 1) as usize));
    let intervals = [map.dims[0] / sx, map.dims[1] / sy, map.dims[2] / sz];
    let near = near(cell, sites, intervals, start, size);
    let mut bytes = Vec::with_capacity(near.len());
    for z in zs[0]..=zs[1] {
        for y in ys[0]..=ys[1] {
            for x in xs[0]..=xs[1] {
                let value = match near[bytes.len()] {
                    true => map.at(x * sx as i64, y * sy as i64, z * sz as i64) / map.sigma as f32,
                    false => 0.0,
                };
                bytes.push((STEPS * value).round().clamp(f32::from(i8::MIN), f32::from(i8::MAX)) as i8 as u8);
            }
        }
    }
    let Cell { lengths: [a, b, c], angles: [alpha, beta, gamma], .. } = *cell;
    Some(Volume {
        intervals,
        start,
        size,
        cell: [a, b, c, alpha, beta, gamma],
        sigma: map.sigma,
        values: BASE64_STANDARD.encode(packed(&bytes)?),
    })
}

/// Which points of a box are near a site, x fastest.
fn near(cell: &Cell, sites: &[[f64; 3]], intervals: [usize; 3], start: [i64; 3], size: [usize; 3]) -> Vec<bool> {
    let mut near = vec![false; size.iter().product()];
    for site in sites {
        let [xs, ys, zs]: [Vec<usize>; 3] = std::array::from_fn(|axis| {
            let points = intervals[axis] as f64;
            let margin = MARGIN * reciprocal_length(cell, axis);
            let ends = [(site[axis] - margin) * points, (site[axis] + margin) * points];
            let [first, last] = [ends[0].ceil() as i64, ends[1].floor() as i64].map(|n| n - start[axis]);
            (first.max(0)..=last.min(size[axis] as i64 - 1)).map(|n| n as usize).collect()
        });
        let away = |axis: usize, n: usize| (n as i64 + start[axis]) as f64 / intervals[axis] as f64 - site[axis];
        for &z in &zs {
            for &y in &ys {
                for &x in &xs {
                    if cell.length_sq([away(0, x), away(1, y), away(2, z)]) <= MARGIN * MARGIN {
                        near[(z * size[1] + y) * size[0] + x] = true;
                    }
                }
            }
        }
    }
    near
}

/// Bytes in the format of zlib.
fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// a*, b* or c*: what one Å across the planes of an axis is as a fraction of the axis.
fn reciprocal_length(cell: &Cell, axis: usize) -> f64 {
    cell.reciprocal_metric[axis][axis].sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn map(dims: [usize; 3]) -> DensityMap {
        let cell = Cell::new([10.0, 12.0, 14.0], [90.0, 100.0, 90.0]).unwrap();
        let values = (0..dims.iter().product::<usize>()).map(|n| (n % 7) as f32 - 3.0).collect();
        DensityMap { dims, cell, values, sigma: 2.0 }
    }

    #[test]
    fn a_cut_has_the_values_of_the_map_in_tenths_of_sigma() {
        let map = map([20, 24, 28]);
        let cut = cut(&map, &map.cell, &[[0.1, 0.2, 0.9], [0.2, 0.3, 1.1]]).unwrap();
        let packed = BASE64_STANDARD.decode(&cut.values).unwrap();
        let mut bytes = Vec::new();
        flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len(), cut.size.iter().product::<usize>());
        assert_eq!(cut.intervals, [20, 24, 28]);
        let [nx, ny, _] = cut.size;
        // Points beside an atom, and one far from both.
        for (at, near) in [([2_i64, 5, 25], true), ([4, 7, 31], true), ([6, 2, 23], false)] {
            let [x, y, z]: [usize; 3] = std::array::from_fn(|axis| (at[axis] - cut.start[axis]) as usize);
            let value = f32::from(bytes[(z * ny + y) * nx + x] as i8);
            let expected = if near { 5.0 * map.at(at[0], at[1], at[2]) } else { 0.0 };
            assert!((value - expected).abs() <= 0.5, "{at:?}: {value}");
        }
        // Two Å below the lower atom, at 2.4 Å along b.
        assert!((0..=1).contains(&cut.start[1]), "{:?}", cut.start);
    }

    #[test]
    fn a_large_map_is_made_coarser_and_nothing_is_cut_of_nothing() {
        let map = map([128, 132, 135]);
        let cut = cut(&map, &map.cell, &[[0.0; 3], [1.0; 3]]).unwrap();
        assert_eq!(cut.intervals, [64, 66, 135]);
        assert!(super::cut(&map, &map.cell, &[]).is_none());
    }
}
