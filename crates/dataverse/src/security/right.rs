//! The rights on rows.

pub use metadata::privileges::AccessRight as Right;

/// The name of a right in messages (`ReadAccess`).
pub fn access_name(right: Right) -> &'static str {
    match right {
        Right::Create => "CreateAccess",
        Right::Read => "ReadAccess",
        Right::Write => "WriteAccess",
        Right::Delete => "DeleteAccess",
        Right::Append => "AppendAccess",
        Right::AppendTo => "AppendToAccess",
        Right::Assign => "AssignAccess",
        Right::Share => "ShareAccess",
    }
}

/// The rights of a mask (`accessrightsmask`).
pub fn of_mask(mask: i64) -> Vec<Right> {
    Right::ALL.into_iter().filter(|right| mask & i64::from(right.bit()) != 0).collect()
}

/// The mask of some rights.
pub fn mask(rights: &[Right]) -> i64 {
    rights.iter().fold(0, |mask, right| mask | i64::from(right.bit()))
}
