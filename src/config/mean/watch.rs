//! `[watch]` as meant.

use crate::config::mean::Findings;
use crate::config::mean::amount::wait;
use crate::config::mean::value::choice;
use crate::config::meant::{Watch, WatchMode};
use crate::config::typed;

const MODES: [(&str, WatchMode); 3] =
    [("auto", WatchMode::Auto), ("native", WatchMode::Native), ("poll", WatchMode::Poll)];

/// Means `[watch]`.
pub(crate) fn watch(typed: &typed::Watch, findings: &mut Findings<'_>) -> Option<Watch> {
    let mode = findings.take("watch.mode", choice(&typed.mode, &MODES));
    let poll = findings.take("watch.poll", wait(&typed.poll));
    let reconcile = findings.take("watch.reconcile", wait(&typed.reconcile));
    let settle = findings.take("watch.settle", wait(&typed.settle));
    Some(Watch { mode: mode?, poll: poll?, reconcile: reconcile?, settle: settle? })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::layer::Origins;

    fn meant(typed: &typed::Watch) -> (Option<Watch>, Vec<String>) {
        let origins = Origins::default();
        let mut findings = Findings { origins: &origins, errors: Vec::new() };
        let meant = watch(typed, &mut findings);
        (meant, findings.errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_defaults_mean_what_they_say() {
        let wanted = Watch {
            mode: WatchMode::Auto,
            poll: Duration::from_secs(2),
            reconcile: Duration::from_mins(10),
            settle: Duration::from_millis(500),
        };
        assert_eq!(meant(&typed::Watch::default()), (Some(wanted), Vec::new()));
    }

    #[test]
    fn every_fault_is_told() {
        let typed = typed::Watch {
            mode: "natve".into(),
            poll: "2".into(),
            reconcile: "0 minutes".into(),
            settle: String::new(),
        };
        let (watch, errors) = meant(&typed);
        assert_eq!(watch, None);
        let wanted = [
            "default: watch.mode: \"natve\" is not one of the words that can stand here; \
             did you mean \"native\"?",
            "default: watch.poll: \"2\" is no length of time",
            "default: watch.reconcile: \"0 minutes\" is no length of time",
            "default: watch.settle: \"\" is no length of time",
        ];
        assert_eq!(errors.len(), wanted.len(), "{errors:?}");
        for (error, wanted) in errors.iter().zip(wanted) {
            assert!(error.starts_with(wanted), "{error}");
        }
    }
}
