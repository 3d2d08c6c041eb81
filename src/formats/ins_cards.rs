//! Single cards of a `.ins`: their words as cell, lattice, operations, elements and numbers of atoms.
//!
//! Each function takes the words behind the name of its card; an error is what is wrong and what to do.

use super::hklf::Fault;
use super::text::finite;
use crate::crystal::elements::{SFAC_COEFFICIENTS, atomic_number};
use crate::crystal::{Cell, ElementCount, SymOp};

/// LATT of a file without the card: primitive and centrosymmetric (SHELX manual).
pub const DEFAULT_LATT: i32 = 1;
/// Lattice types of LATT, the sign aside.
const LATTICES: std::ops::RangeInclusive<u32> = 1..=7;
/// Numbers of the Gaussians on a SFAC card, a1 b1 … a4 b4.
const GAUSSIANS: usize = 8;

/// CELL: wavelength in Å, and the cell.
pub fn cell(fields: &[&str]) -> Result<(f64, Cell), Fault> {
    let fault = |what: String| (what, "write CELL λ a b c α β γ in Å and degrees".to_owned());
    let numbers: Vec<f64> = fields.iter().map_while(|f| finite(f)).collect();
    let &[wavelength, a, b, c, alpha, beta, gamma, ..] = numbers.as_slice() else {
        return Err(fault(format!("CELL has {} numbers instead of seven", numbers.len())));
    };
    if wavelength <= 0.0 {
        return Err(fault(format!("the wavelength {wavelength} Å is not positive")));
    }
    Ok((wavelength, Cell::new([a, b, c], [alpha, beta, gamma]).map_err(fault)?))
}

/// ZERR: formula units per cell, and the standard uncertainties of the cell in Å and degrees, 0 where not given.
pub fn zerr(fields: &[&str]) -> Result<(f64, [f64; 6]), Fault> {
    let z = fields.first().and_then(|f| finite(f)).filter(|z| *z > 0.0);
    let z = z.ok_or_else(|| ("ZERR without a positive Z".to_owned(), "write ZERR Z and six errors".to_owned()))?;
    let mut sigma = [0.0; 6];
    for (sigma, field) in sigma.iter_mut().zip(fields.iter().skip(1)) {
        *sigma = finite(field).unwrap_or(0.0).abs();
    }
    Ok((z, sigma))
}

/// LATT: type of the lattice, negative without a centre.
pub fn latt(fields: &[&str]) -> Result<i32, Fault> {
    let Some(field) = fields.first() else { return Ok(DEFAULT_LATT) };
    field.parse().ok().filter(|latt: &i32| LATTICES.contains(&latt.unsigned_abs())).ok_or_else(|| {
        let hint = "write 1 P, 2 I, 3 R, 4 F, 5 A, 6 B or 7 C, negative without inversion";
        (format!("LATT {field} does not exist"), hint.to_owned())
    })
}

/// SYMM: one operation.
pub fn symm(fields: &[&str]) -> Result<SymOp, Fault> {
    let hint = || "write an operation of the space group such as `SYMM -X, 1/2+Y, -Z`".to_owned();
    SymOp::parse(&fields.join(" ")).map_err(|what| (what, hint()))
}

/// SFAC: either symbols one after the other, or one label with its 14 numbers; no atoms yet.
pub fn sfac(fields: &[&str]) -> Result<Vec<ElementCount>, Fault> {
    let numbers = fields.get(1..).unwrap_or(&[]);
    if numbers.first().is_none_or(|f| finite(f).is_none()) {
        return fields.iter().map(|label| element(label, None)).collect();
    }
    let parsed: Vec<f64> = numbers.iter().map_while(|f| finite(f)).collect();
    let coefficients = parsed.get(..SFAC_COEFFICIENTS).and_then(|c| c.try_into().ok()).ok_or_else(|| {
        let hint = "write label a1 b1 a2 b2 a3 b3 a4 b4 c f' f\" mu r weight, with = before a new line";
        (format!("SFAC has {} numbers instead of {SFAC_COEFFICIENTS}", parsed.len()), hint.to_owned())
    })?;
    Ok(vec![element(fields.first().unwrap_or(&""), Some(coefficients))?])
}

/// True for the numbers of a neutron: no Gaussian has a height, whatever its width, and the constant stands alone.
pub fn is_scattering_length(element: &ElementCount) -> bool {
    element.coefficients.is_some_and(|c| {
        let heights = c[..GAUSSIANS].iter().step_by(2);
        c[GAUSSIANS] != 0.0 && heights.into_iter().all(|a| *a == 0.0)
    })
}

/// An element by its label: `$C` and `Fe3+` name it too.
fn element(label: &str, coefficients: Option<[f64; SFAC_COEFFICIENTS]>) -> Result<ElementCount, Fault> {
    let letters: String = label.trim_start_matches('$').chars().take_while(char::is_ascii_alphabetic).collect();
    let atomic_number = atomic_number(&letters).ok_or_else(|| {
        (format!("{label:?} on SFAC is no element"), "write element symbols such as `SFAC C H N O`".to_owned())
    })?;
    let symbol = letters
        .chars()
        .enumerate()
        .map(|(i, c)| if i == 0 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    Ok(ElementCount { symbol, atomic_number, count: 0.0, coefficients })
}

/// UNIT: atoms per cell of each of `named` elements.
pub fn unit(fields: &[&str], named: usize) -> Result<Vec<f64>, Fault> {
    let fault =
        |what: String| (what, "write on UNIT how many atoms of each SFAC element the unit cell holds".to_owned());
    let counts: Vec<f64> = fields.iter().map_while(|f| finite(f)).collect();
    // Without SFAC nobody knows what the numbers belong to.
    if counts.len() != fields.len() || (named > 0 && counts.len() > named) {
        return Err(fault(format!("UNIT has {} numbers for {named} elements on SFAC", counts.len())));
    }
    if counts.iter().any(|c| *c < 0.0) {
        return Err(fault("UNIT holds a negative number".to_owned()));
    }
    Ok(counts)
}
