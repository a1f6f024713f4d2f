//! The state file that the settings name.

use crate::catalog::{Catalog, CatalogError};
use crate::config::meant::Settings;

/// Opens the state, or makes one that is forgotten in the end where there is to be none.
pub(super) fn open(settings: &Settings) -> Result<Catalog, CatalogError> {
    match &settings.state {
        Some(path) => Catalog::open(path),
        None => Catalog::in_memory(),
    }
}
