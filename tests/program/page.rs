//! The page of a run: whole, nothing fetched, and drawn by a browser where one is installed.

use crate::program::seedflip;
use std::path::Path;
use std::process::Command;

/// Bytes of the page of a structure of 60 atoms at most; most of it is the viewer.
const LARGEST: usize = 1_500_000;
/// Names under which Chromium is installed.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

fn solved(name: &str, folder: &Path, more: &[&str]) -> String {
    let out = folder.to_string_lossy();
    let words = [&["solve", name, "-o", &out, "-q", "--backend", "cpu"], more].concat();
    let run = seedflip(&words);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let stem = Path::new(name).file_stem().unwrap().to_string_lossy().into_owned();
    std::fs::read_to_string(folder.join(format!("{stem}.html"))).unwrap_or_default()
}

#[test]
fn the_page_holds_its_run_and_names_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let page = solved("tests/data/aspirin.ins", folder.path(), &[]);
    assert!(page.len() < LARGEST, "{} bytes", page.len());
    let document = page.rsplit_once("\nshow(").unwrap().1.split_once(");\n</script>").unwrap().0;
    let document: serde_json::Value = serde_json::from_str(document).unwrap();
    let record = std::fs::read_to_string(folder.path().join("aspirin.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    for field in ["solved", "probability", "space_group", "candidates", "trials"] {
        assert_eq!(document["record"][field], record[field], "{field}");
    }
    assert!(document["command"].as_str().unwrap().starts_with("seedflip solve tests/data/aspirin.ins -o "));
    assert_eq!(document["model"]["sites"][0]["element"], "O");
    assert!(document["courses"].as_array().unwrap().iter().any(|course| course["promising"] == true));
    assert!(
        document["shells"].as_array().unwrap().len() > 5 && document["model"]["map"]["sigma"].as_f64().unwrap() > 0.0
    );
    // A policy that lets nothing be fetched, whatever a library would.
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn without_a_report_there_is_no_page_and_that_of_before_goes() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!solved("tests/data/aspirin.ins", folder.path(), &[]).is_empty());
    assert!(solved("tests/data/aspirin.ins", folder.path(), &["--no-report"]).is_empty());
    // A page of somebody else stays.
    std::fs::write(folder.path().join("aspirin.html"), "<html>mine</html>").unwrap();
    solved("tests/data/aspirin.ins", folder.path(), &[]);
    assert_eq!(std::fs::read_to_string(folder.path().join("aspirin.html.1")).unwrap(), "<html>mine</html>");
}

/// Draws a page in a browser: its document then, and what the browser had to say.
fn drawn(browser: &str, folder: &Path, page: &Path) -> (String, Vec<String>) {
    let profile = format!("--user-data-dir={}", folder.join("profile").display());
    let software = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--enable-logging=stderr"];
    let run = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--virtual-time-budget=20000", "--dump-dom", &profile])
        .args(software)
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let [dom, log] = [&run.stdout, &run.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    (dom, log.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect())
}

#[test]
fn a_browser_draws_them_and_has_nothing_to_say() {
    let installed = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|run| run.status.success());
    let Some(browser) = BROWSERS.into_iter().find(installed) else {
        eprintln!("skipped: no Chromium is installed");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    solved("tests/data/ethyldeoxycytidine.ins", folder.path(), &[]);
    let (table, out) = (path("all.json"), folder.path().to_string_lossy().into_owned());
    let sets = ["tests/data/ethyldeoxycytidine.ins", "tests/data/aspirin.ins"];
    let run = seedflip(&["solve", sets[0], sets[1], "-o", &out, "-q", "--table", &table.to_string_lossy()]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let (model, screen) = (path("aspirin_a.res"), path("screen"));
    let words = ["--fraction", "0.3,1", "--wrong", "0", "--draws", "2", "-q", "-o", &screen.to_string_lossy()];
    let run = seedflip(&[&["screen", sets[1], "--model", &model.to_string_lossy()][..], &words].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    // The page, charts on it, and whether atoms are.
    for (page, charts, has_atoms) in
        [("ethyldeoxycytidine.html", 6, true), ("all.html", 2, false), ("screen/screen.html", 3, false)]
    {
        let (dom, said) = drawn(browser, folder.path(), &path(page));
        assert!(dom.contains("data-drawn=\"yes\"") && said.is_empty(), "{page}: {said:?}");
        let found = dom.matches("<svg").count();
        assert!(found >= charts && dom.contains("<canvas") == has_atoms, "{page}: {found} charts");
    }
}
