//! A space group as the list of its operations, centring included.

use super::miller::{Hkl, friedel};
use super::symop::{Rotation, SymOp, TRANSLATION_DENOMINATOR, determinant, negative};

/// No space group has more operations in a conventional cell (F m -3 m: 48 × 4).
const MAX_OPERATIONS: usize = 192;

/// Largest element of a rotation part. Reduced and tabulated settings have −1, 0, 1; products of a
/// matrix that is no crystallographic rotation grow without bound and would overflow.
const MAX_ROTATION_ELEMENT: i32 = 6;

/// A space group in the setting of the data.
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceGroup {
    /// All operations modulo lattice translations, identity first; operations of one centring vector
    /// stand together, the vectors in the order of `centring`.
    ops: Vec<SymOp>,
    /// Centring vectors in units of 1/24, [0, 0, 0] first.
    centring: Vec<[i32; 3]>,
}

/// Where one reflection stands among its equivalents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReflectionClass {
    /// ε: how often the operations (centring left out) map the index onto itself.
    pub epsilon: u32,
    /// True when an operation maps the index onto its Friedel mate: the phase has two values only.
    pub centric: bool,
    /// True when a glide, screw or centring extinguishes the reflection.
    pub absent: bool,
}

/// Centring vectors of SHELX `LATT` numbers 1–7 (P I R F A B C) in units of 1/24.
fn latt_vectors(latt: u32) -> Option<Vec<[i32; 3]>> {
    Some(match latt {
        1 => vec![[0, 0, 0]],
        2 => vec![[0, 0, 0], [12, 12, 12]],
        3 => vec![[0, 0, 0], [16, 8, 8], [8, 16, 16]],
        4 => vec![[0, 0, 0], [0, 12, 12], [12, 0, 12], [12, 12, 0]],
        5 => vec![[0, 0, 0], [0, 12, 12]],
        6 => vec![[0, 0, 0], [12, 0, 12]],
        7 => vec![[0, 0, 0], [12, 12, 0]],
        _ => return None,
    })
}

impl SpaceGroup {
    /// P 1.
    pub fn p1() -> Self {
        Self { ops: vec![SymOp::IDENTITY], centring: vec![[0, 0, 0]] }
    }

    /// From a SHELX `LATT` number (1–7, negative without a centre at the origin) and the `SYMM`
    /// operations, identity not needed. `Err` says what is wrong with the list.
    pub fn from_latt_symm(latt: i32, symm: &[SymOp]) -> Result<Self, String> {
        let vectors = latt_vectors(latt.unsigned_abs()).ok_or_else(|| {
            format!("LATT {latt} does not exist (1 P, 2 I, 3 R, 4 F, 5 A, 6 B, 7 C; negative without inversion)")
        })?;
        let mut generators = symm.to_vec();
        if latt > 0 {
            generators.push(SymOp::INVERSION);
        }
        generators.extend(vectors.iter().map(|&t| SymOp::IDENTITY.translated(t)));
        let group = Self::from_generators(&generators)?;
        if group.centring.len() != vectors.len() {
            return Err(format!("the SYMM operations generate lattice translations that LATT {latt} does not declare"));
        }
        Ok(group)
    }

    /// The group that the operations generate. `Err` when they generate none of at most 192
    /// operations per cell.
    pub fn from_generators(generators: &[SymOp]) -> Result<Self, String> {
        let mut all = vec![SymOp::IDENTITY];
        let mut next = 0;
        while next < all.len() {
            let left = all[next];
            for right in generators {
                let product = left.compose(right);
                if product.rot.as_flattened().iter().any(|x| x.abs() > MAX_ROTATION_ELEMENT) {
                    return Err("the symmetry operations do not close to a space group".into());
                }
                if !all.contains(&product) {
                    all.push(product);
                }
            }
            next += 1;
            if all.len() > MAX_OPERATIONS {
                return Err("the symmetry operations do not close to a space group".into());
            }
        }
        let mut centring: Vec<[i32; 3]> =
            all.iter().filter(|op| op.rot == SymOp::IDENTITY.rot).map(|op| op.trans).collect();
        centring.sort_unstable();
        let mut primitive: Vec<SymOp> = Vec::new();
        for op in &all {
            if !primitive.iter().any(|kept| kept.rot == op.rot) {
                primitive.push(*op);
            }
        }
        let ops = centring.iter().flat_map(|&t| primitive.iter().map(move |op| op.translated(t))).collect();
        Ok(Self { ops, centring })
    }

    /// All operations, identity first.
    pub fn operations(&self) -> &[SymOp] {
        &self.ops
    }

    /// One operation for each rotation: the group modulo its centring.
    pub fn primitive_operations(&self) -> &[SymOp] {
        &self.ops[..self.ops.len() / self.centring.len()]
    }

    /// Centring vectors in units of 1/24, the zero vector first.
    pub fn centring(&self) -> &[[i32; 3]] {
        &self.centring
    }

    /// For each axis the first that operations turn it into: edges of such axes are one length.
    pub fn axes_alike(&self) -> [usize; 3] {
        let turned = |a: usize, b: usize| self.operations().iter().any(|op| op.rot[a][b] != 0 || op.rot[b][a] != 0);
        std::array::from_fn(|axis| (0..axis).find(|&other| turned(axis, other)).unwrap_or(axis))
    }

    /// True when the group holds an inversion (at any origin).
    pub fn is_centrosymmetric(&self) -> bool {
        self.primitive_operations().iter().any(|op| op.rot == SymOp::INVERSION.rot)
    }

    /// The group of rotations about one point with the vectors of a centring.
    ///
    /// # Errors
    /// Those of `from_generators`.
    pub fn of_rotations(centring: &[[i32; 3]], rotations: impl IntoIterator<Item = Rotation>) -> Result<Self, String> {
        let rotations = rotations.into_iter().map(|rot| SymOp::new(rot, [0; 3]));
        let translations = centring.iter().map(|&t| SymOp::IDENTITY.translated(t));
        Self::from_generators(&rotations.chain(translations).collect::<Vec<_>>())
    }

    /// The proper rotations of the Laue class about one point, with the centring: a group that says nothing of screws, glides or
    /// a centre.
    pub fn symmorphic(&self) -> Self {
        let primitive: Vec<SymOp> = self.proper_rotations().into_iter().map(|rot| SymOp::new(rot, [0; 3])).collect();
        let ops = self.centring.iter().flat_map(|&t| primitive.iter().map(move |op| op.translated(t))).collect();
        Self { ops, centring: self.centring.clone() }
    }

    /// The proper rotations of the Laue class, the identity first.
    pub fn proper_rotations(&self) -> Vec<Rotation> {
        let mut proper: Vec<Rotation> = Vec::new();
        for op in self.primitive_operations() {
            let rot = if op.determinant() > 0 { op.rot } else { negative(op.rot) };
            if !proper.contains(&rot) {
                proper.push(rot);
            }
        }
        proper
    }

    /// Rotations of the Laue group: those of the group and their negatives, each once.
    pub fn laue_rotations(&self) -> Vec<[[i32; 3]; 3]> {
        let mut rotations: Vec<[[i32; 3]; 3]> = Vec::new();
        for op in self.primitive_operations() {
            for rot in [op.rot, op.rot.map(|row| row.map(|x| -x))] {
                if !rotations.contains(&rot) {
                    rotations.push(rot);
                }
            }
        }
        rotations
    }

    /// The member of a reflection's Laue class that stands for it: the largest (h, k, l).
    pub fn laue_representative(&self, hkl: Hkl) -> Hkl {
        self.primitive_operations()
            .iter()
            .flat_map(|op| {
                let image = op.rotate_hkl(hkl);
                [image, friedel(image)]
            })
            .max()
            .unwrap_or(hkl)
    }

    /// ε, centric flag and systematic absence of a reflection.
    pub fn classify(&self, hkl: Hkl) -> ReflectionClass {
        let centred_out = self.centring.iter().any(|&t| SymOp::IDENTITY.translated(t).phase_shift_24(hkl) != 0);
        let mut class = ReflectionClass { epsilon: 0, centric: false, absent: centred_out };
        for op in self.primitive_operations() {
            let image = op.rotate_hkl(hkl);
            if image == hkl {
                class.epsilon += 1;
                class.absent |= op.phase_shift_24(hkl) != 0;
            }
            class.centric |= image == friedel(hkl);
        }
        class
    }

    /// A primitive basis: column j holds axis j in units of the conventional axes. Of all bases made
    /// of short lattice vectors the one with the smallest sum of squared lengths under `metric` (Å²),
    /// so that the grid box wastes little. The unit matrix when the lattice is primitive already.
    pub fn primitive_basis(&self, metric: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
        if self.centring.len() == 1 {
            return [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        }
        let mut vectors: Vec<([i32; 3], f64)> = Vec::new();
        for t in &self.centring {
            for n in 0..27 {
                let v: [i32; 3] =
                    std::array::from_fn(|i| t[i] + TRANSLATION_DENOMINATOR * (n / 3i32.pow(i as u32) % 3 - 1));
                if v > [0, 0, 0] {
                    let x = v.map(f64::from);
                    let length = (0..3).map(|i| (0..3).map(|j| x[i] * metric[i][j] * x[j]).sum::<f64>()).sum();
                    vectors.push((v, length));
                }
            }
        }
        vectors.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let target = TRANSLATION_DENOMINATOR.pow(3) / self.centring.len() as i32;
        let mut best: Option<(f64, [usize; 3])> = None;
        for i in 0..vectors.len() {
            for j in 0..i {
                for k in 0..j {
                    let sum = vectors[i].1 + vectors[j].1 + vectors[k].1;
                    if best.is_some_and(|(least, _)| sum >= least) {
                        continue;
                    }
                    if determinant([vectors[k].0, vectors[j].0, vectors[i].0]).abs() == target {
                        best = Some((sum, [k, j, i]));
                    }
                }
            }
        }
        let chosen = best.map_or([0, 1, 2], |(_, indices)| indices);
        let mut columns = chosen.map(|i| vectors[i].0);
        if determinant(columns) < 0 {
            columns[2] = columns[2].map(|x| -x);
        }
        std::array::from_fn(|row| {
            std::array::from_fn(|column| f64::from(columns[column][row]) / f64::from(TRANSLATION_DENOMINATOR))
        })
    }

    /// SHELX `LATT` number and the `SYMM` operations that say the same (identity left out, and of
    /// centrosymmetric pairs one). The origin must be a centre for a positive number; a group whose
    /// centre lies elsewhere is written with a negative one and all operations. `None` for centrings without a number: reverse
    /// rhombohedral and others that are in no table (see `identity::Resetting`).
    pub fn latt_symm(&self) -> Option<(i32, Vec<SymOp>)> {
        let number = (1..=7).find(|&n| {
            latt_vectors(n).is_some_and(|mut vectors| {
                vectors.sort_unstable();
                vectors == self.centring
            })
        })? as i32;
        let centred = self.ops.contains(&SymOp::INVERSION);
        let mut seen = vec![SymOp::IDENTITY];
        let mut symm = Vec::new();
        if centred {
            seen.push(SymOp::INVERSION);
        }
        for op in self.primitive_operations() {
            let same = |a: &SymOp, b: &SymOp| a.rot == b.rot && self.centring.iter().any(|&t| a.translated(t) == *b);
            if seen.iter().any(|kept| same(kept, op)) {
                continue;
            }
            symm.push(*op);
            seen.push(*op);
            if centred {
                seen.push(SymOp::INVERSION.compose(op));
            }
        }
        Some((if centred { number } else { -number }, symm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(latt: i32, symm: &[&str]) -> SpaceGroup {
        let ops: Vec<SymOp> = symm.iter().map(|s| SymOp::parse(s).unwrap()).collect();
        SpaceGroup::from_latt_symm(latt, &ops).unwrap()
    }

    #[test]
    fn p21c_absences_epsilon_and_centric() {
        let g = group(1, &["-x, 1/2+y, 1/2-z"]);
        assert_eq!(g.operations().len(), 4);
        assert!(g.classify([1, 0, 1]).absent && g.classify([0, 3, 0]).absent);
        let class = g.classify([1, 0, 2]);
        assert!(!class.absent && class.centric && class.epsilon == 2);
        assert_eq!(g.classify([1, 2, 3]).epsilon, 1);
        assert_eq!(g.laue_rotations().len(), 4);
    }

    #[test]
    fn centred_lattices_have_primitive_bases_of_the_right_volume() {
        let cubic = [[100.0, 0.0, 0.0], [0.0, 100.0, 0.0], [0.0, 0.0, 100.0]];
        for (latt, n) in [(-2, 2.0), (-3, 3.0), (-4, 4.0), (-5, 2.0), (-7, 2.0)] {
            let p = group(latt, &[]).primitive_basis(&cubic);
            let det = p[0][0] * (p[1][1] * p[2][2] - p[1][2] * p[2][1])
                - p[0][1] * (p[1][0] * p[2][2] - p[1][2] * p[2][0])
                + p[0][2] * (p[1][0] * p[2][1] - p[1][1] * p[2][0]);
            assert!((det * n - 1.0).abs() < 1e-12, "LATT {latt}: {det}");
        }
    }

    #[test]
    fn latt_symm_round_trips() {
        for g in [
            group(1, &["-x, 1/2+y, 1/2-z"]),
            group(7, &["-x, y, 1/2-z"]),
            group(-5, &["-x, -y, z", "1/2+x, 1/2-y, z", "1/2-x, 1/2+y, z"]),
            group(-1, &["-Y, X-Y, Z+1/3"]),
            group(-1, &["1/2-x, 1/2-y, 1/2-z"]),
        ] {
            let (latt, symm) = g.latt_symm().unwrap();
            let again = SpaceGroup::from_latt_symm(latt, &symm).unwrap();
            let (mut a, mut b) = (g.operations().to_vec(), again.operations().to_vec());
            a.sort_unstable();
            b.sort_unstable();
            assert_eq!(a, b);
        }
    }

    #[test]
    fn lists_that_do_not_close_are_refused() {
        let shear = SymOp::new([[1, 1, 0], [0, 1, 0], [0, 0, 1]], [0, 0, 0]);
        assert!(SpaceGroup::from_latt_symm(-1, &[shear]).is_err());
        assert!(SpaceGroup::from_latt_symm(9, &[]).is_err());
        let growing = SymOp::parse("2*x+y, x+y, z").unwrap();
        assert!(SpaceGroup::from_latt_symm(-1, &[growing]).is_err());
        let hidden_centring = SymOp::parse("1/2+x, y, z").unwrap();
        assert!(SpaceGroup::from_latt_symm(-1, &[hidden_centring]).is_err());
    }
}
