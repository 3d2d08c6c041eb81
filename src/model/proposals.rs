//! Elements that nobody expected, for atoms that scatter like none that was.

/// Crystal structures of molecules in which an element takes part, in per cent (Cambridge Structural Database, rounded from memory of its
/// statistics; only the order of magnitude matters). Others: `RARE`.
const SHARES: [(u8, f64); 51] = [
    (3, 1.0),
    (5, 6.0),
    (6, 99.0),
    (7, 75.0),
    (8, 79.0),
    (9, 13.0),
    (11, 1.5),
    (12, 0.5),
    (13, 1.0),
    (14, 4.0),
    (15, 12.0),
    (16, 22.0),
    (17, 20.0),
    (19, 1.0),
    (20, 0.3),
    (22, 1.0),
    (23, 0.8),
    (24, 1.0),
    (25, 2.0),
    (26, 4.5),
    (27, 3.5),
    (28, 3.0),
    (29, 6.0),
    (30, 3.0),
    (31, 0.4),
    (32, 0.4),
    (33, 0.4),
    (34, 0.9),
    (35, 6.0),
    (40, 0.7),
    (42, 2.0),
    (44, 2.5),
    (45, 1.5),
    (46, 2.5),
    (47, 1.5),
    (48, 1.3),
    (49, 0.3),
    (50, 1.5),
    (51, 0.4),
    (52, 0.4),
    (53, 3.0),
    (56, 0.3),
    (74, 1.3),
    (75, 0.8),
    (76, 0.4),
    (77, 1.3),
    (78, 2.3),
    (79, 1.3),
    (80, 0.7),
    (82, 0.4),
    (92, 0.4),
];
/// Per cent of structures with any other element.
const RARE: f64 = 0.2;
/// The lightest element that is proposed, …
const LITHIUM: u8 = 3;
/// … and the heaviest.
const URANIUM: u8 = 92;
/// A noble gas or an element that hardly lives is none to propose.
const NEVER: [u8; 14] = [2, 10, 18, 36, 43, 54, 61, 84, 85, 86, 87, 88, 89, 91];
/// What an element costs that nobody expected, before its own rarity, as a ln of probability: once, however many of its atoms there are.
const UNEXPECTED: f64 = -2.0;
/// How much of the rarity of an element counts: a crystal that holds an unnamed heavy atom was made for it.
const RARITY: f64 = 0.5;
/// An atom scatters like no expected element when it differs from the nearest by this factor …
const APART: f64 = 1.3;
/// Elements proposed for an atom come within this factor of its scattering power.
const ALIKE: f64 = 1.15;

/// ln prior of an element being there that was not expected.
pub fn ln_unexpected(z: u8) -> f64 {
    let share = SHARES.iter().find(|s| s.0 == z).map_or(RARE, |s| s.1);
    UNEXPECTED + RARITY * (share / 100.0).ln()
}

/// Elements that may be proposed, ascending.
pub fn proposable() -> impl Iterator<Item = u8> {
    (LITHIUM..=URANIUM).filter(|z| !NEVER.contains(z))
}

/// Whether one of the powers that the expected elements have for an atom comes near the one that was seen. Lighter than all that is expected is
/// not another element, but an atom that moves or is not always there.
pub fn is_explained(power: f64, explained: &[f64]) -> bool {
    explained.iter().all(|expected| *expected > power)
        || explained.iter().any(|&expected| is_within(power, expected, APART))
}

/// Whether an element of power `own` may be proposed for an atom that scatters like `power`.
pub fn scatters_like(power: f64, own: f64) -> bool {
    is_within(power, own, ALIKE)
}

fn is_within(a: f64, b: f64, factor: f64) -> bool {
    a < factor * b && b < factor * a
}
