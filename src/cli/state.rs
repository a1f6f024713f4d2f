//! The state file that the settings name.

use crate::catalog::{Catalog, CatalogError};
use crate::cli::arguments::Common;
use crate::cli::reports;
use crate::config::meant::Settings;

/// Opens the state for a look: one that is not there is not made.
pub(super) fn look_into(common: &Common, settings: &Settings) -> Result<Catalog, CatalogError> {
    match &settings.state {
        Some(path) if !path.exists() => Catalog::in_memory(),
        _ => open(common, settings),
    }
}

/// Opens the state, or makes one that is forgotten in the end where there is to be none.
pub(super) fn open(common: &Common, settings: &Settings) -> Result<Catalog, CatalogError> {
    let catalog = match &settings.state {
        Some(path) => Catalog::open(path)?,
        None => Catalog::in_memory()?,
    };
    reports::print(common, catalog.told().map(std::slice::from_ref).unwrap_or_default());
    Ok(catalog)
}
