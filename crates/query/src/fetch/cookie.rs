//! Paging cookies: where a page began and ended.

/// Where a page began and ended, in terms of its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cookie {
    /// The number of that page, from 1.
    pub page: Option<usize>,
    /// The columns of the order, then the primary key.
    pub columns: Vec<CookieColumn>,
}

/// What a column of the order had in the first and the last row of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct CookieColumn {
    /// The logical name.
    pub name: String,
    /// In the first row; `None` for no value.
    pub first: Option<String>,
    /// In the last row; `None` for no value.
    pub last: Option<String>,
}
