//! Numbers that a shader and its twin on the processor share, compared without a device: what is changed in one of them alone is found here, what
//! is changed in both by the reference in `conformance`.

#![cfg(feature = "cli")]

use std::collections::BTreeSet;
use std::path::Path;

/// Every stage with numbers of its own, and where its twins stand below `src`.
const TWINS: [(&str, &[&str]); 26] = [
    ("amplitude", &["twins/amplitude"]),
    ("bessel", &["twins/bessel"]),
    ("cavity", &["twins/weights"]),
    ("covariance", &["twins/field"]),
    ("cut", &["twins/evaluate"]),
    ("divergence", &["twins/field", "twins/weights"]),
    ("exponential", &["twins/posterior"]),
    ("field", &["twins/field"]),
    ("fill", &["engine/cpu/trial", "engine/cpu/evaluate"]),
    ("finish", &["twins/evaluate", "twins/field", "twins/pair_weights", "engine/cpu/message", "engine/cpu/flipping"]),
    ("flip", &["twins/flip"]),
    ("pair", &["twins/pair", "twins/pair_table"]),
    ("pair_filter", &["twins/pair"]),
    ("pair_first", &["twins/pair"]),
    ("pair_keep", &["engine/cpu/pair"]),
    ("pair_last", &["twins/pair"]),
    ("pair_slope", &["twins/pair"]),
    ("phases", &["engine/cpu/evaluate"]),
    ("posterior", &["twins/posterior", "engine/recipe"]),
    ("prior", &["twins/prior"]),
    ("random", &["twins/random"]),
    ("restrain", &["twins/restrain"]),
    ("square", &["twins/evaluate"]),
    ("tangent", &["twins/evaluate"]),
    ("weak_power", &["twins/evaluate"]),
    ("weights", &["twins/weights"]),
];
/// Numbers of formulae, which mean nothing by themselves.
const PLAIN: [f32; 4] = [0.0, 1.0, 2.0, 0.5];
/// What is below this only keeps a division from being one by 0.
const GUARD: f32 = 1e-20;
/// Constants of the standard library that a shader has to write out.
const NAMED: [(&str, f32); 1] = [("LOG2_E", std::f32::consts::LOG2_E)];

/// The numbers with a point or an exponent in a text, comments and tests left out; by their bits.
fn numbers(text: &str) -> BTreeSet<u32> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code: String = code.lines().map(|line| line.split("//").next().unwrap_or_default().to_owned() + "\n").collect();
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._".contains(c);
    // A sign belongs to a number behind its e alone.
    let code = code.replace("e-", "e\u{2212}");
    let words = code.split(|c: char| !is_part(c) && c != '\u{2212}');
    let number = |word: &str| {
        let plain = word.replace('_', "").replace('\u{2212}', "-");
        let plain = plain.trim_end_matches("f32").trim_end_matches("f64").trim_end_matches('f');
        let decimal = plain.contains(['.', 'e']) && plain.starts_with(|c: char| c.is_ascii_digit());
        plain.parse::<f32>().ok().filter(|_| decimal)
    };
    let named = NAMED.iter().filter(|(name, _)| code.contains(name)).map(|(_, value)| *value);
    let found = words.filter_map(number).chain(named);
    found.filter(|value| !PLAIN.contains(value) && *value > GUARD).map(f32::to_bits).collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn every_number_of_a_shader_stands_in_its_twin() {
    let mut compared = 0;
    for (stage, twins) in TWINS {
        let known: BTreeSet<u32> = twins.iter().flat_map(|twin| numbers(&read(&format!("src/{twin}.rs")))).collect();
        for number in numbers(&read(&format!("shaders/{stage}.wgsl"))) {
            compared += 1;
            assert!(known.contains(&number), "shaders/{stage}.wgsl: {} is not in {twins:?}", f32::from_bits(number));
        }
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn no_stage_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let Some(stage) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".wgsl")) else { continue };
        // The plain copy computes nothing.
        assert!(stage == "copy" || TWINS.iter().any(|(known, _)| *known == stage), "{stage}");
    }
}

#[test]
fn numbers_are_found_as_both_languages_write_them() {
    let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<BTreeSet<u32>>();
    assert_eq!(numbers("x * 1_234.5 + vec2<f32>(-3.25e-3) // 9.5\n- 7u * 1e9 + 0x1e5u"), bits(&[1234.5, 3.25e-3, 1e9]));
    assert_eq!(numbers("const A: f32 = 12.0; let b = 0.5 + 1e-30 * a1.25f32;"), bits(&[12.0]));
    assert_eq!(numbers("f32::consts::LOG2_E; 3.0f32\n#[cfg(test)] 8.5"), bits(&[std::f32::consts::LOG2_E, 3.0]));
}
