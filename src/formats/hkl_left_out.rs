//! Rows of a list that are of no use here: satellites of modulated structures, other domains of twins.

use super::hkl_columns::Role;
use super::hkl_layout::{INDICES, Layout};
use super::hkl_line::Row;

/// Main reflections alone, where integers between l and the value tell them from satellites; a line says what
/// those integers were taken for.
pub fn leave_satellites_out(rows: &mut Vec<(usize, Row)>, layout: &Layout) -> Option<String> {
    let indices = INDICES + layout.roles.iter().filter(|role| **role == Role::Satellite).count();
    let (all, satellites) = (rows.len(), rows.iter().filter(|(_, row)| row.satellite).count());
    if indices > INDICES {
        rows.retain(|(_, row)| !row.satellite);
        return Some(format!(
            "the list has {indices} indices, as of a modulated structure: its {satellites} satellites are left out and \
             {} main reflections used",
            all - satellites
        ));
    }
    let passed_over = layout.roles.iter().skip(INDICES).take_while(|role| **role == Role::PassedOver).count();
    (passed_over > 0)
        .then(|| "the integers between l and the intensity are taken as batch numbers and left out".to_owned())
}

/// The first domain alone, where negative batch numbers join rows as in HKLF 5; a line says so.
pub fn leave_domains_out(rows: &mut Vec<(usize, Row)>) -> Option<String> {
    let domain = |row: &Row| row.batch.map(i32::unsigned_abs);
    let negative = |row: &Row| row.batch.is_some_and(|batch| batch < 0);
    let joined = |pair: &&[(usize, Row)]| {
        negative(&pair[0].1) && pair[1].1.batch.is_some() && domain(&pair[0].1) != domain(&pair[1].1)
    };
    let overlaps = rows.windows(2).filter(joined).count();
    // Batch −1 also marks the reflections of R_free: there some rows of one domain follow each other.
    let others = rows.iter().filter(|(_, row)| negative(row)).count() - overlaps;
    if overlaps == 0 || others > 0 || !rows.iter().any(|(_, row)| domain(row) == Some(1)) {
        return None;
    }
    let all = rows.len();
    rows.retain(|(_, row)| domain(row) == Some(1));
    Some(format!(
        "the batch numbers are those of HKLF 5 (a twin): {} rows of other domains are left out, and {overlaps} \
         overlaps count as the first domain alone: a detwinned list would serve better",
        all - rows.len()
    ))
}
