//! Why a list of phases and the data do not go together.

/// Why a list cannot be brought into the data's frame; its `Display` says what is wrong, `hint` what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Mismatch {
    /// No choice of axes makes the cells agree.
    #[error("its cell {list} is not the data's {data} on any axes")]
    Cell {
        /// Cell of the list, Å and degrees.
        list: String,
        /// Cell of the data.
        data: String,
    },
    /// The crystal classes differ: a subgroup, a supergroup, or something else.
    #[error("its space group {list} belongs to another point group than the data's {data}")]
    PointGroup {
        /// Symbol for the list.
        list: String,
        /// Symbol for the data.
        data: String,
    },
    /// Same class, but no axes and origin make the operations agree.
    #[error("its space group {list} is not the data's {data} on any axes and origin that its cell allows")]
    Group {
        /// Symbol for the list.
        list: String,
        /// Symbol for the data.
        data: String,
    },
    /// Only the inverted operations agree.
    #[error("its space group {list} is of the other hand than the data's {data}")]
    Hand {
        /// Symbol for the list.
        list: String,
        /// Symbol for the data.
        data: String,
    },
    /// Several ways fit that symmetry does not make the same.
    #[error("its axes fit the data's in {ways} ways, and the phases do not say which is meant")]
    Ambiguous {
        /// Ways that the Laue group of the data leaves different.
        ways: usize,
    },
}

impl Mismatch {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Cell { .. } => {
                "give phases of this crystal, or correct the cell (edges may differ by 1.5 %, angles by 1.5°)"
            }
            Self::PointGroup { .. } => "give all of the phases in P 1, or both files in one space group",
            Self::Group { .. } => "give the phases in the space group of the data, or correct one of the groups",
            Self::Hand { .. } => "give the enantiomorph: invert the model and its space group, or those of the data",
            Self::Ambiguous { .. } => "index the phases on the axes of the data",
        }
    }
}
