//! The CSV reader on whole files, and each of its refusals.

use super::*;
use crate::crystal::SpaceGroup;
use crate::crystal::identity::group_by_name;
use crate::seed::{Knowledge, Origin};
use std::f64::consts::PI;

fn parse(text: &str) -> Result<SeedList> {
    read(Path::new("s.csv"), text)
}

fn fault(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn every_flavour_is_read() {
    let text = "#setting=P 21/c\n# cell = 7 8 9 90 100 90\n#origin=floating\n#sign=F = sum f exp(+2 pi i h.x)\n\
        #wrong=0.1\n#source=a network\n# a comment, with x = 3\n\nh,k,l,phase_deg,weight,bin,nbins,p0,p1\r\n\
        1,0,2,90,0.5,,,,\r\n-1,2,3,,,1,4,,\r\n# more\r\n0,2,0,,,,,0.25,0.75\r\n";
    let list = parse(text).unwrap();
    assert_eq!((list.kind, list.wrong, list.source.as_deref()), ("CSV", Some(0.1), Some("a network")));
    assert_eq!(list.frame.group, group_by_name("P 1 21/c 1", false));
    assert_eq!(list.frame.cell.unwrap().angles, [90.0, 100.0, 90.0]);
    assert_eq!(list.frame.origin, Origin::Floating);
    let [set] = &list.sets[..] else { panic!() };
    let expected = [
        ([1, 0, 2], Knowledge::Phase { phase: PI / 2.0, weight: Some(0.5) }, 10),
        ([-1, 2, 3], Knowledge::Bin { bin: 1, bins: 4, weight: None }, 11),
        ([0, 2, 0], Knowledge::Classes(vec![0.25, 0.75]), 13),
    ];
    for (seed, (hkl, knowledge, line)) in set.iter().zip(expected) {
        assert_eq!((seed.hkl, &seed.knowledge, seed.line), (hkl, &knowledge, Some(line)));
    }
    assert_eq!(list.warnings.len(), 1, "{:?}", list.warnings);
}

#[test]
fn sets_delimiters_and_commented_headers() {
    for text in [
        "h,k,l,bin,nbins,set\n1,0,0,0,2,7\n1,0,0,1,2,3\n2,0,0,1,2,7\n",
        "h\tk\tl\tbin\tnbins\tset\n1\t0\t0\t0\t2\t7\n1\t0\t0\t1\t2\t3\n2\t0\t0\t1\t2\t7\n",
        "# H; K; L; bin; nbins; set\n1;0;0;0;2;7\n1; 0; 0; 1; 2; 3\n2;0;0;1;2;7\n",
        "h k l bin nbins set\n 1 0 0 0 2 7\n 1 0 0 1 2 3\n2 0 0 1 2 7\n",
    ] {
        assert!(is_csv(text));
        let list = parse(text).unwrap();
        assert_eq!(list.sets.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(list.sets[0][0].knowledge, Knowledge::Bin { bin: 1, bins: 2, weight: None });
    }
}

#[test]
fn the_other_sign_mirrors_phases() {
    let rows =
        "h,k,l,phase_deg,bin,nbins,p0,p1,p2\n1,0,0,90,,,,,\n2,0,0,,1,4,,,\n4,0,0,,0,4,,,\n3,0,0,,,,0.5,0.3,0.2\n";
    for sign in ["-", "minus", "F = sum f exp(-2 pi i h.x)", "Σ exp(−2πi h·x)"] {
        let list = parse(&format!("#sign={sign}\n{rows}")).unwrap();
        let known: Vec<_> = list.sets[0].iter().map(|seed| seed.knowledge.clone()).collect();
        assert_eq!(known[0], Knowledge::Phase { phase: 1.5 * PI, weight: None });
        assert_eq!(known[1], Knowledge::Bin { bin: 3, bins: 4, weight: None });
        assert_eq!(known[2], Knowledge::Bin { bin: 0, bins: 4, weight: None });
        assert_eq!(known[3], Knowledge::Classes(vec![0.5, 0.2, 0.3]));
    }
    for sign in ["+", "plus", "exp(+2πi h·x)"] {
        let list = parse(&format!("#sign={sign}\n{rows}")).unwrap();
        assert_eq!(list.sets[0][0].knowledge, Knowledge::Phase { phase: PI / 2.0, weight: None });
    }
}

#[test]
fn settings_are_names_or_operations() {
    let group = |setting: &str| -> Option<SpaceGroup> {
        parse(&format!("#setting={setting}\nh,k,l,phase_deg\n1,0,0,0\n")).unwrap().frame.group
    };
    let named = group("P 1 21 1");
    assert_eq!(group("x,y,z; -x,1/2+y,-z"), named);
    assert_eq!(group("P 2yb"), named);
    assert!(named.is_some());
    assert_eq!(parse("h,k,l,phase_deg\n1,0,0,0\n").unwrap().frame.group, None);
}

#[test]
fn heads_are_refused_with_their_line() {
    let head = |line: &str| fault(&format!("# c\n{line}\nh,k,l,phase_deg\n1,0,0,0\n"));
    assert!(head("#setting=P 21/q").starts_with("s.csv:2: the setting \"P 21/q\" is no known space group"));
    assert!(head("#setting=x,y,z; x,x,z").contains("determinant"));
    assert!(head("#cell=1 2 3").contains("not six numbers"));
    assert!(head("#cell=1 2 3 90 90 -90").starts_with("s.csv:2: "));
    assert!(head("#origin=here").contains("as-is or floating"));
    assert!(head("#sign=x").contains("the sign is \"x\""));
    assert!(head("#wrong=10").contains("0 to 1"));
    assert!(head("#wrong=0\n#wrong=0").starts_with("s.csv:3: #wrong= is given twice"));
    assert!(fault("h,k,l,phase_deg\n#wrong=0.5\n1,0,0,0\n").starts_with("s.csv:2: #wrong= comes after the header"));
    let list = parse("#author=me\nh,k,l,phase_deg\n1,0,0,0\n").unwrap();
    assert!(list.warnings[0].starts_with("line 1: #author= is ignored; known are setting"), "{:?}", list.warnings);
}

#[test]
fn headers_are_refused() {
    let header = |line: &str| fault(&format!("{line}\n1,0,0,0\n"));
    assert_eq!(
        header("h,k,l,phi"),
        "s.csv:1: column \"phi\" is not known; known are h, k, l, phase_deg, weight, bin, nbins, p0, p1, ... and set"
    );
    assert!(header("h,k,phase_deg").contains("the header has no column l"));
    assert!(header("h,k,l,h").contains("column \"h\" is there twice"));
    assert!(header("h,k,l,bin").contains("no column nbins"));
    assert!(header("h,k,l,p0,p2").contains("2 probabilities and no column p1"));
    assert!(header("h,k,l,weight").contains("no column says anything of phases"));
    assert!(header("1,0,0,0").contains("numbers where the header should be"));
    assert!(fault("#source=x\n").contains("has no header line"));
}

#[test]
fn rows_are_refused_with_their_line() {
    let row = |row: &str| fault(&format!("h,k,l,phase_deg,weight,bin,nbins,p0,p1\n1,0,0,0,,,,,\n{row}\n"));
    assert!(row("1,0,0,0").starts_with("s.csv:3: there are 4 fields under a header of 9"));
    assert!(row("1.5,0,0,0,,,,,").starts_with("s.csv:3: h is 1.5, not a Miller index"));
    assert!(row(",0,0,0,,,,,").contains("h is empty"));
    assert!(row("1,0,0,nan,,,,,").contains("phase_deg is \"nan\", not a number"));
    assert!(row("1,0,0,inf,,,,,").contains("not a number"));
    assert!(row("1,0,0,0,1.1,,,,").contains("the weight is 1.1"));
    assert!(row("1,0,0,,,4,4,,").contains("the bin is 4 of 4"));
    assert!(row("1,0,0,,,0,1,,").contains("nbins is 1"));
    assert!(row("1,0,0,,,,,0.5,").contains("give all or none"));
    assert!(row("1,0,0,,,,,0.5,0.4").contains("sum to 0.900"));
    assert!(row("1,0,0,,,,,,").contains("says nothing of its phase"));
    assert!(fault("h,k,l,phase_deg,set\n1,0,0,0,-1\n").contains("the set is -1"));
    assert!(fault("h,k,l,phase_deg\n").contains("has no seeds"));
    let radians: String = (1..30).map(|h| format!("{h},0,0,{}\n", 0.1 * f64::from(h))).collect();
    assert!(fault(&format!("h,k,l,phase_deg\n{radians}")).contains("are they in radians?; convert them to degrees"));
}
