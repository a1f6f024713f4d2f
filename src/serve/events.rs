//! What happens to entries, told to whoever looks on (HTML §9.2, server-sent events).
//!
//! ```text
//! retry: 5000
//!
//! id: 1716000000-17
//! event: new
//! data: {"change":"new","id":"https://a.example/1","title":"One","published":"2024-05-01T00:00:00Z","feeds":["news"]}
//! ```

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use http_body_util::channel::{Channel, Sender};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::model::news::{MOST_NEWS, Told};

/// Names the last thing that a client was told before it lost the connection.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// After how long something is said where nothing happens, so that nobody takes the connection for dead.
const SILENCE: Duration = Duration::from_secs(15);

/// How long a client waits before it comes again, in milliseconds.
const RETRY: u32 = 5_000;

/// What was told lately, in order.
#[derive(Clone, Debug, Default)]
pub struct Chronicle(VecDeque<Arc<Told>>);

impl Chronicle {
    /// Goes on with what happened.
    #[must_use]
    pub fn followed_by(&self, told: impl IntoIterator<Item = Told>) -> Self {
        let mut all = self.0.clone();
        all.extend(told.into_iter().map(Arc::new));
        let skipped = all.len().saturating_sub(MOST_NEWS);
        Self(all.split_off(skipped))
    }

    /// Gives what happened after something with a number.
    fn after(&self, number: i64) -> impl Iterator<Item = &Told> {
        let first = self.0.partition_point(|told| told.number <= number);
        self.0.range(first..).map(AsRef::as_ref)
    }

    fn last(&self) -> i64 {
        self.0.back().map_or(0, |told| told.number)
    }

    /// Finds what an id names; `None` when it is not known any more, or never was.
    fn find(&self, id: &str) -> Option<i64> {
        let (_, number) = id.rsplit_once('-')?;
        let number = number.parse().ok()?;
        let at = self.0.binary_search_by_key(&number, |told| told.number).ok()?;
        (id_of(self.0.get(at)?) == id).then_some(number)
    }
}

/// Gives the id by which a client tells what it heard last: its number, and the time, since another state
/// counts anew.
fn id_of(told: &Told) -> String {
    format!("{}-{}", told.at.unix(), told.number)
}

/// Tells a client what happens, from now on or from where it was; for as long as it listens, and until
/// `stopped`. Whoever was away for too long is told to look anew.
pub(super) fn follow(
    headers: &HeaderMap,
    chronicle: watch::Receiver<Arc<Chronicle>>,
    stopped: watch::Receiver<bool>,
) -> Channel<Bytes> {
    let (sender, body) = Channel::new(1);
    let known = headers.get(LAST_EVENT_ID).map(|id| id.to_str().unwrap_or_default().to_owned());
    tokio::spawn(tell(sender, known, chronicle, stopped));
    body
}

async fn tell(
    mut client: Sender<Bytes>,
    known: Option<String>,
    mut chronicle: watch::Receiver<Arc<Chronicle>>,
    mut stopped: watch::Receiver<bool>,
) {
    let now = Arc::clone(&chronicle.borrow_and_update());
    let found = known.as_deref().map(|id| now.find(id));
    let mut last = found.flatten().unwrap_or_else(|| now.last());
    let mut text = format!("retry: {RETRY}\n");
    if found.flatten().is_none() {
        // Should the connection be lost before anything happens, this is where it was.
        text.extend(now.0.back().map(|told| format!("id: {}\n", id_of(told))));
    }
    text.push('\n');
    if found == Some(None) {
        // What has no data is not told on.
        text.push_str("event: reset\ndata: {}\n\n");
    }
    loop {
        let now = Arc::clone(&chronicle.borrow_and_update());
        text.extend(now.after(last).map(written));
        last = now.last().max(last);
        if text.is_empty() {
            text.push_str(":\n\n");
        }
        // Whoever is gone, or does not read, is told no more.
        if client.send_data(Bytes::from(std::mem::take(&mut text))).await.is_err() {
            return;
        }
        tokio::select! {
            changed = timeout(SILENCE, chronicle.changed()) => {
                if matches!(changed, Ok(Err(_))) {
                    return;
                }
            }
            _ = stopped.wait_for(|is_stopped| *is_stopped) => return,
        }
    }
}

/// Writes what happened as a client reads it: JSON has no line breaks of its own.
fn written(told: &Told) -> String {
    let data = serde_json::to_string(&told.news).unwrap_or_default();
    format!("id: {}\nevent: {}\ndata: {data}\n\n", id_of(told), told.news.change.word())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http_body_util::BodyExt;

    use super::*;
    use crate::model::date::Timestamp;
    use crate::model::news::{Change, News};

    fn told(number: i64) -> Told {
        let news = News {
            change: Change::New,
            id: format!("https://a.example/{number}"),
            url: None,
            title: "One\nline".to_owned(),
            published: "2024-05-01T00:00:00Z".to_owned(),
            feeds: vec!["news".to_owned()],
        };
        Told { number, at: Timestamp::EPOCH, news }
    }

    /// What a client hears that heard something before, and what can be done to it.
    struct Listener {
        body: Channel<Bytes>,
        chronicle: watch::Sender<Arc<Chronicle>>,
        stop: watch::Sender<bool>,
    }

    impl Listener {
        fn new(known: Option<&'static str>, numbers: std::ops::Range<i64>) -> Self {
            let first = Chronicle::default().followed_by(numbers.map(told));
            let (chronicle, receiver) = watch::channel(Arc::new(first));
            let (stop, stopped) = watch::channel(false);
            let known = known.map(|id| (LAST_EVENT_ID, HeaderValue::from_static(id)));
            let body = follow(&HeaderMap::from_iter(known), receiver, stopped);
            Self { body, chronicle, stop }
        }

        fn happen(&self, numbers: std::ops::Range<i64>) {
            self.chronicle.send_modify(|chronicle| {
                *chronicle = Arc::new(chronicle.followed_by(numbers.map(told)));
            });
        }

        async fn hear(&mut self) -> Option<String> {
            let frame = self.body.frame().await?.expect("it can't fail");
            let bytes = frame.into_data().expect("it is data");
            Some(String::from_utf8(bytes.to_vec()).expect("it is text"))
        }
    }

    fn ids(text: &str) -> Vec<&str> {
        text.lines().filter_map(|line| line.strip_prefix("id: ")).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_is_told_what_happens_from_then_on() {
        let mut listener = Listener::new(None, 1..4);
        assert_eq!(listener.hear().await.as_deref(), Some("retry: 5000\nid: 0-3\n\n"));
        assert_eq!(listener.hear().await.as_deref(), Some(":\n\n"), "nothing happens");
        listener.happen(4..6);
        let heard = listener.hear().await.expect("told");
        assert_eq!(ids(&heard), ["0-4", "0-5"]);
        assert!(
            heard.contains("event: new\ndata: {\"change\":\"new\",\"id\":\"https://a.example/4\"")
        );
        assert!(heard.contains("One\\nline"), "a title ends no line: {heard}");
        listener.stop.send_replace(true);
        assert_eq!(listener.hear().await, None);
    }

    #[tokio::test]
    async fn whoever_comes_again_is_told_what_it_missed() {
        let mut listener = Listener::new(Some("0-2"), 1..5);
        assert_eq!(ids(&listener.hear().await.expect("told")), ["0-3", "0-4"]);
    }

    #[tokio::test]
    async fn whoever_missed_too_much_is_to_look_anew() {
        for known in ["0-1", "7-3", "0-99", "nonsense", ""] {
            let mut listener = Listener::new(Some(known), 2..5);
            let heard = listener.hear().await.expect("told");
            assert!(heard.contains("event: reset\ndata: {}\n"), "{known}: {heard}");
            assert_eq!(ids(&heard), ["0-4"], "{known}");
        }
    }

    #[tokio::test]
    async fn it_ends_with_the_service() {
        let mut listener = Listener::new(None, 0..0);
        assert_eq!(listener.hear().await.as_deref(), Some("retry: 5000\n\n"));
        drop(listener.chronicle);
        assert!(listener.body.frame().await.is_none());
    }

    #[test]
    fn memory_is_bounded() {
        let most = i64::try_from(MOST_NEWS).expect("small");
        let chronicle = Chronicle::default().followed_by((0..most + 5).map(told));
        assert_eq!(chronicle.0.len(), MOST_NEWS);
        assert_eq!(chronicle.find("0-4"), None);
        assert_eq!(chronicle.find("0-5"), Some(5));
    }
}
