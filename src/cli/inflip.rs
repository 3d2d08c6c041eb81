//! `seedflip NAME.inflip`: called as Superflip is.

use crate::Result;
use crate::error::Error;
use crate::formats::inflip::parse_inflip;
use crate::formats::text::read_bytes;
use crate::input::inflip::is_inflip;
use crate::output::{MapFormat, say};
use std::ffi::OsString;
use std::path::Path;

/// The words behind `solve` for such a line; `None` where its first word is no input of Superflip. Maps go where the file says,
/// beside the file itself; formats that are not written are named.
///
/// # Errors
/// Those of the reader, and `Error::Input` where the file asks for maps in no format that is written.
pub fn translated(words: &[OsString]) -> Result<Option<Vec<OsString>>> {
    let Some((name, rest)) = words.split_first().filter(|(name, _)| is_inflip(Path::new(name))) else {
        return Ok(None);
    };
    let path = Path::new(name);
    let file = parse_inflip(path, &read_bytes(path, "give an input of Superflip")?)?;
    let mut out = vec![name.clone(), "--superflip".into(), "--require-solved".into()];
    if let Some(seed) = file.seed {
        out.extend(["--seed".into(), seed.to_string().into()]);
    }
    let (written, others): (Vec<&String>, Vec<&String>) =
        file.outputs.iter().partition(|name| MapFormat::of(Path::new(name)).is_some());
    let names = others.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(" ");
    if written.is_empty() && !others.is_empty() {
        let hint = format!("name an outputfile that ends in {}", MapFormat::ENDINGS);
        return Err(Error::file(path, format!("asks for {names}, and maps are not written in this format"), hint));
    }
    for map in &written {
        out.extend(["--map".into(), path.with_file_name(map).into_os_string()]);
    }
    if !others.is_empty() {
        say::line(&format!("not written, as they do not end in {}: {names}", MapFormat::ENDINGS));
    }
    out.extend(rest.iter().cloned());
    Ok(Some(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_and_seed_become_options() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.inflip");
        let line = |outputs: &str| {
            let text = format!("cell 7 8 9 90 90 90\n{outputs}randomseed 7\nfbegin\n1 0 0 5 0\nendf\n");
            std::fs::write(&path, text).unwrap();
            translated(&[path.clone().into_os_string(), "-q".into()])
        };
        let found = line("outputfile a.xplor b.m80\n").unwrap().unwrap();
        let words: Vec<String> = found[1..].iter().map(|w| w.to_string_lossy().into_owned()).collect();
        let map = folder.path().join("a.xplor").display().to_string();
        assert_eq!(words, ["--superflip", "--require-solved", "--seed", "7", "--map", &map, "-q"]);
        let refused = line("outputfile b.m80\n").unwrap_err().to_string();
        assert!(refused.contains("b.m80") && refused.contains(".xplor"), "{refused}");
        assert!(translated(&["x.ins".into()]).unwrap().is_none());
    }
}
