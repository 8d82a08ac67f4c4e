//! The life of a solution: import, export, update, uninstall.
