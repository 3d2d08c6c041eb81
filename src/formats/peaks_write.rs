//! Writes the peaks of a map as CSV.

use crate::crystal::Site;
use std::fmt::Write;

/// `label,x,y,z,sof,height`, highest first; `unit` names that of the heights in the comment above.
pub fn peaks(sites: &[Site], unit: &str) -> String {
    let mut out = format!("# seedflip {}; heights in {unit}\nlabel,x,y,z,sof,height\n", env!("CARGO_PKG_VERSION"));
    for site in sites.iter().filter(|site| site.element.is_none()) {
        let [x, y, z] = site.xyz;
        let height = site.height.map_or(String::new(), |h| format!("{h:.3}"));
        let _ = writeln!(out, "{},{x:.5},{y:.5},{z:.5},{:.5},{height}", site.label, site.sof);
    }
    out
}
