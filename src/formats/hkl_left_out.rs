//! Rows of a list that are of no use here: satellites of modulated structures.

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
