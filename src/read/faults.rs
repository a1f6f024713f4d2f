//! How many faults of one file are told.

use crate::model::report::Report;

/// More of them in one place help nobody.
const MOST: usize = 20;

/// Keeps the first reports of a place that has nothing but faults, and says how many more there
/// are.
pub(crate) fn limit(reports: &mut Vec<Report>, rule: &'static str) {
    if reports.len() > MOST {
        let message = format!("{} more faults of this kind are not listed", reports.len() - MOST);
        reports.truncate(MOST);
        reports.push(Report::warning(rule, message));
    }
}
