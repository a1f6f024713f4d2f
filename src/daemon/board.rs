//! All that can be told of a service, in one place.

use std::sync::Arc;

use tokio::sync::watch;

use crate::daemon::status::Status;
use crate::daemon::turns::Turns;
use crate::metrics::exposition::{Exposition, Form};
use crate::publish::shelf::Shelf;
use crate::serve::admin::Told;
use crate::serve::tally::Tally;

/// Tells of a service.
pub struct Board {
    status: watch::Receiver<Status>,
    shelf: watch::Receiver<Arc<Shelf>>,
    tally: Arc<Tally>,
    /// Its turns; `None` where others turn.
    turns: Option<Arc<Turns>>,
}

impl Board {
    /// Tells of a service whose mill is another's.
    #[must_use]
    pub fn of_server(
        status: watch::Receiver<Status>,
        shelf: watch::Receiver<Arc<Shelf>>,
        tally: Arc<Tally>,
    ) -> Self {
        Self { status, shelf, tally, turns: None }
    }

    /// Tells of the turns as well.
    pub(super) fn with_turns(self, turns: Arc<Turns>) -> Self {
        Self { turns: Some(turns), ..self }
    }

    /// Gives the status, with how the serving goes.
    pub(super) fn full_status(&self) -> Status {
        let serving = Some(self.tally.account());
        Status { serving, ..self.status.borrow().clone() }
    }

    fn write_status(&self, page: &mut Exposition) {
        let status = self.status.borrow();
        page.gauge("feedmill_build_info", "The version of the program.")
            .add(&[("version", &status.version)], 1);
        let help = "Things that are the matter; 0 when all is well.";
        page.gauge("feedmill_troubles", help).add(&[], status.troubles.len());
        let Some(turns) = &self.turns else { return };
        page.gauge("feedmill_articles", "Articles that there are.").add(&[], status.articles);
        page.gauge("feedmill_feeds", "Feeds that there are.").add(&[], status.feeds.len());
        let help = "What is not as it should be with the articles.";
        page.gauge("feedmill_reports", help).add(&[], status.reports_in_all);
        if let Some(lag) = status.lag_ms {
            let help = "How long the last change waited until it was published.";
            let seconds = std::time::Duration::from_millis(lag).as_secs_f64();
            page.gauge("feedmill_lag_seconds", help).add(&[], seconds);
        }
        turns.write(page);
    }
}

impl Told for Board {
    fn status(&self) -> String {
        self.full_status().to_answer(true)
    }

    fn metrics(&self, form: Form) -> String {
        let mut page = Exposition::new(form);
        self.write_status(&mut page);
        self.tally.write(&mut page);
        page.finish()
    }

    fn hindrances(&self) -> Vec<String> {
        let is_done = self.turns.as_ref().is_some_and(|turns| turns.is_any_done());
        // What was published before the service began is as good.
        let is_there = is_done || !self.shelf.borrow().is_empty();
        let nothing = (!is_there).then(|| "nothing is published yet".to_owned());
        nothing.into_iter().chain(self.status.borrow().troubles.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::mill::TurnError;
    use crate::model::date::Timestamp;

    struct Case {
        status: watch::Sender<Status>,
        shelf: watch::Sender<Arc<Shelf>>,
        turns: Arc<Turns>,
        board: Board,
    }

    fn case() -> Case {
        let (status, told) = watch::channel(Status::default());
        let (shelf, shown) = watch::channel(Arc::new(Shelf::default()));
        let turns = Arc::new(Turns::new());
        let tally = Arc::new(Tally::new(|| Timestamp::EPOCH));
        let board = Board::of_server(told, shown, tally).with_turns(Arc::clone(&turns));
        Case { status, shelf, turns, board }
    }

    #[test]
    fn a_service_is_ready_once_something_is_there_and_nothing_is_the_matter() {
        let case = case();
        assert_eq!(case.board.hindrances(), ["nothing is published yet"]);
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::write(folder.path().join("rss.xml"), "text").expect("written");
        let shelf = Shelf::load(folder.path(), &Shelf::default()).expect("read");
        case.shelf.send_replace(Arc::new(shelf));
        assert_eq!(case.board.hindrances(), Vec::<String>::new());
        case.status.send_modify(|status| status.troubles = vec!["the disk is full".to_owned()]);
        assert_eq!(case.board.hindrances(), ["the disk is full"]);
    }

    #[test]
    fn turns_are_told_where_there_are_any() {
        let case = case();
        case.turns.note(&Err(TurnError::Stopped), std::time::Duration::from_millis(2));
        assert!(!case.board.hindrances().is_empty(), "a turn that was put off published nothing");
        let page = case.board.metrics(Form::Text);
        assert!(page.contains("feedmill_turns_total{outcome=\"put_off\"} 1\n"), "{page}");
        let board = Board { turns: None, ..case.board };
        let page = board.metrics(Form::Text);
        assert!(!page.contains("turns") && page.contains("feedmill_troubles 0\n"), "{page}");
    }
}
