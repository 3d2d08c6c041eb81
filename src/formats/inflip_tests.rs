//! Superflip inputs, typed in.

use super::*;

const HEAD: &str = "\
# a comment\ntitle an invented crystal ! really\nperform CF\noutputfile \"my map.xplor\" x.m81\n\
cell 7.0 8.0 9.0 90 101.5 90\nlambda 1.54184\nspacegroup P21/c\ncenters\n0 0 0\nendcenters\n\
symmetry\nx1 x2 x3\n-x1 -x2 -x3\n-x1 1/2+x2 1/2-x3\nx1 1/2-x2 1/2+x3\nendsymmetry\n\
composition C20H30 O4 Cl\nvoxel AUTO\nmaxcycles 10000\nrandomseed 42\nfrobnicate yes\n";

fn parse(data: &str) -> Result<Inflip> {
    parse_inflip(Path::new("x.inflip"), format!("{HEAD}{data}").as_bytes())
}

#[test]
fn keywords_lists_and_comments_are_read() {
    let found = parse("dataformat intensity sigma\nfbegin\n1 0 0 25.0 0.5\n-1 2 3 4 1 # last\nendf\n").unwrap();
    let ins = &found.ins;
    assert_eq!((ins.title.as_str(), ins.wavelength, ins.cell.angles[1]), ("an invented crystal", 1.54184, 101.5));
    assert_eq!(ins.space_group, group_by_name("P21/c", false).unwrap());
    let contents: Vec<(&str, f64)> = ins.elements.iter().map(|e| (e.symbol.as_str(), e.count)).collect();
    assert_eq!(contents, [("C", 20.0), ("H", 30.0), ("O", 4.0), ("Cl", 1.0)]);
    assert_eq!(
        (found.outputs.as_slice(), found.seed),
        (&["my map.xplor".to_owned(), "x.m81".to_owned()][..], Some(42))
    );
    assert_eq!(found.rows[1], RawReflection { hkl: [-1, 2, 3], intensity: 4.0, sigma: 1.0, batch: None });
    assert!(found.remarks.iter().any(|r| r.ends_with(": maxcycles voxel")), "{:?}", found.remarks);
    assert!(found.remarks.iter().any(|r| r.ends_with("passed over: frobnicate")), "{:?}", found.remarks);
}

#[test]
fn every_format_of_rows_is_read() {
    let row = |data: &str| {
        let r = parse(data).unwrap().rows[0];
        (r.hkl, r.intensity, r.sigma)
    };
    // Without a word it is amplitude and phase.
    assert_eq!(row("fbegin\n1 0 -2 5.0 0.25\nendf\n"), ([1, 0, -2], 25.0, 0.0));
    assert_eq!(row("dataformat amplitude dummy\nfbegin\n1 0 -2 5.0 0.25\nendf\n"), ([1, 0, -2], 25.0, 0.0));
    assert_eq!(row("dataformat amplitude sigma\nfbegin\n1 0 -2 5.0 0.5\nendf\n"), ([1, 0, -2], 25.0, 5.0));
    assert_eq!(row("dataformat intensity\nfbegin\n1 0 -2 5.0\nendf\n"), ([1, 0, -2], 5.0, 0.0));
    assert_eq!(
        row("dataformat shelx\nfbegin\n   1   0  -2 1234.50   99.99\n   0   0   0    0.00    0.00\nendf\n"),
        ([1, 0, -2], 1234.5, 99.99)
    );
    // Columns that touch.
    assert_eq!(row("dataitemwidths 4 10 10\nfbegin\n-100-200 -30 123.45678  0.500000\nendf\n").0, [-100, -200, -30]);
}

#[test]
fn faults_name_their_line() {
    let fault = |data: &str| parse(data).unwrap_err().to_string();
    for (data, words) in [
        ("fbegin\n1 0 0 5\nendf\n", "x.inflip:23: \"1 0 0 5\" is no row"),
        ("fbegin\n1 0 0 5 x\nendf\n", "x.inflip:23:"),
        ("fbegin\n1 0 0 5 1\n", "x.inflip:22: this list does not end"),
        ("fbegin other.hkl\n", "another file"),
        ("dimension 4\n", "three"),
        ("perform fourier\n", "perform fourier"),
        ("dataformat intensity amplitude\n", "2 columns of data"),
        ("dataformat colour\n", "colour"),
        ("dataitemwidths 4\n", "dataitemwidths"),
        ("composition Qq4\n", "Qq"),
        ("lambda -1\n", "lambda"),
        ("", "no reflections"),
    ] {
        assert!(fault(data).contains(words), "{data}: {}", fault(data));
    }
    let bare = parse_inflip(Path::new("x.inflip"), b"title x\n").unwrap_err().to_string();
    assert!(bare.contains("has no cell"), "{bare}");
}
