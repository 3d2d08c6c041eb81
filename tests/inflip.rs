//! Called as Superflip is: an input of its kind, made of a simulated example, and what callers look for.

#![cfg(feature = "cli")]

use seedflip::formats::read_map;
use std::path::Path;
use std::process::{Command, Output};

/// The example as JANA would write it: symmetry listed, intensities with σ passed over, 14 columns each.
fn inflip(outputs: &str) -> String {
    let list = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/farnesiaside.hkl")).unwrap();
    let rows: String = list
        .lines()
        .map(|l| [&l[..4], &l[4..8], &l[8..12], &l[12..20], &l[20..28]].map(str::trim))
        .take_while(|row| row[..3] != ["0"; 3])
        .map(|[h, k, l, i, s]| format!("{h:>4}{k:>4}{l:>4}{i:>14}{s:>14}\n"))
        .collect();
    format!(
        "title farnesiaside\nperform CF\noutputfile {outputs}\ndimension 3\nvoxel 54 48 60\n\
         cell 11.691 9.336 12.37 90 114.82 90\nlambda 0.71073\nspacegroup P2(1)\ncenters\n 0.0 0.0 0.0\nendcenters\n\
         symmetry\n x1 x2 x3\n -x1 x2+1/2 -x3\nendsymmetry\ncomposition C52 O20\n# Keywords for charge flipping\n\
         repeatmode 10\nmaxcycles 1000\ndelta AUTO\nrandomseed 3\nmodulatedthing 7\ndataformat intensity dummy\n\
         dataitemwidths 4 14 14\nfbegin\n{rows}endf\n"
    )
}

fn run(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seedflip")).args(["x.inflip", "-q"]).current_dir(folder).output().unwrap()
}

#[test]
fn the_map_is_there_and_the_log_has_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("x.inflip"), inflip("\"my map.xplor\" x.ccp4 x.m81 x.m80")).unwrap();
    std::fs::write(file("x.ccp4"), "somebody's own").unwrap();
    let ended = run(folder.path());
    let [out, err] = [&ended.stdout, &ended.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(ended.status.success(), "{err}");
    for words in [
        "Hall symbol: P 2yb",
        "Symmetry operations:",
        "Estimated delta:",
        "Random seed: 3",
        "Number of successes: ",
        "Success rate: ",
    ] {
        assert!(out.contains(words), "{words} in {out}");
    }
    assert!(!out.contains("R-value: 0.00"), "{out}");
    assert!(err.contains("x.m80") && err.contains("x.ccp4.1"), "{err}");
    assert_eq!(std::fs::read_to_string(file("x.ccp4.1")).unwrap(), "somebody's own");
    let [xplor, ccp4] = ["my map.xplor", "x.ccp4"].map(|name| {
        let path = file(name);
        read_map(&path, &std::fs::read(&path).unwrap()).unwrap().map
    });
    assert_eq!(xplor.dims, ccp4.dims);
    assert!(xplor.values.iter().zip(&ccp4.values).all(|(a, b)| (a - b).abs() < 1e-3 * xplor.sigma as f32 + 1e-4));
    // JANA's: the same points, both ends of the cell counted.
    let jana = std::fs::read(file("x.m81")).unwrap();
    let word = |n: usize| <[u8; 4]>::try_from(&jana[4 * n..4 * n + 4]).unwrap();
    let [nx, ny, nz] = xplor.dims.map(|n| n + 1);
    assert_eq!([0, 1, 2].map(|n| i32::from_le_bytes(word(n))), [nx, ny, nz].map(|n| n as i32));
    let value = f32::from_le_bytes(word((nx * ny) * (3 + 1) + 2 * nx + 1));
    assert!((value - ccp4.at(1, 2, 3)).abs() < 1e-4 * ccp4.sigma as f32 + 1e-6);
    // Our own maps are replaced.
    let again = run(folder.path());
    assert!(
        again.status.success()
            && !file("x.ccp4.2").exists()
            && !file("my map.xplor.1").exists()
            && !file("x.m81.1").exists()
    );
    assert!(file("x_a.res").is_file());
}

#[test]
fn failure_is_an_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.inflip"), inflip("x.m80")).unwrap();
    let ended = run(folder.path());
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("x.m80"));
    // Intensities in the order of the rows say nothing of a crystal.
    let mut n = 0;
    let noise: String = inflip("x.xplor")
        .lines()
        .map(|line| {
            if line.len() != 40 || !line.ends_with(|c: char| c.is_ascii_digit()) {
                return format!("{line}\n");
            }
            n += 1;
            format!("{}{:14}{:14}\n", &line[..12], 50 + n * 7919 % 100, 10)
        })
        .collect();
    std::fs::write(folder.path().join("x.inflip"), noise).unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_seedflip"))
        .args(["x.inflip", "-q", "--trials", "8", "--time-limit", "10"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(5), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(String::from_utf8_lossy(&ended.stdout).contains("Number of successes: 0"));
}
