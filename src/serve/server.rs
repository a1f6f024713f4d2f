//! Listening, and what all that talk to clients share.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::config::meant::{Listen, Serve, Settings};
use crate::publish::shelf::Shelf;
use crate::serve::answer::Terms;
use crate::serve::client::Peer;
use crate::serve::crew::{Crew, least_busy};
use crate::serve::events::Chronicle;
use crate::serve::limits::{Crowd, Pace};
use crate::serve::listener::{Listener, opened};
use crate::serve::talk::Host;
use crate::serve::talk::known::Known;
use crate::serve::tally::Tally;
use crate::serve::tide::Tide;
use crate::serve::tls::Identity;

/// What is served.
#[derive(Clone, Debug)]
pub struct Published {
    /// All documents, and those that follow them.
    pub shelf: watch::Receiver<Arc<Shelf>>,
    /// What happens to entries, where anybody can tell.
    pub chronicle: Option<watch::Receiver<Arc<Chronicle>>>,
}

/// Serves what is published until it is dropped or told to stop.
#[derive(Debug)]
pub struct Server {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    /// Where clients are talked to: on threads of their own, so that nobody else's work holds them up.
    /// `None` where nothing is served.
    _crew: Option<Crew>,
}

impl Server {
    /// Begins to serve what is published, now and from then on, wherever the settings say. An
    /// address that is another's is waited for, and so is a certificate that can't be read. A former server
    /// is stopped before. What is answered is counted in the tally, and `give_back` is called once a crowd
    /// has left, for which much memory was needed.
    ///
    /// Errors: the system gives no threads.
    pub fn start(
        settings: &Settings,
        published: &Published,
        tally: &Arc<Tally>,
        give_back: fn(),
        former: Option<Self>,
    ) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let doors = settings.serve.listen.clone();
        let crew = if doors.is_empty() { None } else { Some(Crew::begin()?) };
        let handles = crew.as_ref().map(Crew::handles).unwrap_or_default();
        let first = least_busy(&handles);
        let house =
            House::new(settings, published.clone(), Arc::clone(tally), give_back, stopped, handles);
        let serve = async move {
            if let Some(former) = former {
                former.stop().await;
            }
            let listen = |door| Arc::clone(&house).listen(door);
            doors.into_iter().map(listen).collect::<JoinSet<()>>().join_all().await;
        };
        Ok(Self { stop, task: first.spawn(serve), _crew: crew })
    }

    /// Tells whether a server would serve alike by other settings, so that it need not start anew.
    #[must_use]
    pub fn is_alike(one: &Settings, other: &Settings) -> bool {
        let ways = |settings: &Settings| {
            let feeds = settings.feeds.iter();
            feeds.map(|plan| (plan.name.clone(), plan.moved_from.clone())).collect::<Vec<_>>()
        };
        // Whoever runs the server is told of it elsewhere.
        let served = |settings: &Settings| Serve {
            admin: Vec::new(),
            access_log: None,
            ..settings.serve.clone()
        };
        served(one) == served(other) && one.site.url == other.site.url && ways(one) == ways(other)
    }

    /// Takes no more requests, and waits for those that are under way, for a moment.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        // A task that panicked has nothing under way.
        let _ = (&mut self.task).await;
    }
}

/// What all listeners share.
struct House {
    host: Arc<Host>,
    settings: Serve,
    /// A place for each connection that there may be.
    room: Arc<Semaphore>,
    crowd: Arc<Crowd>,
    tide: Tide,
    /// Where clients are talked to.
    crew: Vec<Handle>,
}

impl House {
    fn new(
        settings: &Settings,
        published: Published,
        tally: Arc<Tally>,
        give_back: fn(),
        stopped: watch::Receiver<bool>,
        crew: Vec<Handle>,
    ) -> Arc<Self> {
        let serve = settings.serve.clone();
        let host = Host {
            terms: Terms::new(settings, published.chronicle.is_some()),
            pace: Pace::new(serve.requests_each),
            known: Known::default(),
            proxies: serve.proxies.clone(),
            published,
            tally,
            stopped,
        };
        Arc::new(Self {
            host: Arc::new(host),
            room: Arc::new(Semaphore::new(serve.connections)),
            crowd: Crowd::new(serve.connections_each),
            tide: Tide::new(give_back),
            settings: serve,
            crew,
        })
    }

    /// Takes clients in at a door until it is to be closed.
    async fn listen(self: Arc<Self>, door: Listen) {
        let mut stopped = self.host.stopped.clone();
        let missing = "the feeds are not served there yet";
        let (listeners, identity) = tokio::select! {
            opened = opened(&door.door, missing, || self.try_to_open(&door)) => opened,
            // Nobody can say it any more when the sender is gone.
            _ = stopped.wait_for(|is_stopped| *is_stopped) => return,
        };
        let take_in = |(listener, place)| {
            tracing::info!("served at {place}");
            Arc::clone(&self).take_in(listener, place, identity.clone())
        };
        listeners.into_iter().map(take_in).collect::<JoinSet<()>>().join_all().await;
    }

    async fn try_to_open(
        &self,
        door: &Listen,
    ) -> io::Result<(Vec<(Listener, String)>, Option<Arc<Identity>>)> {
        let certificate = self.settings.certificate.as_ref().filter(|_| door.is_secure);
        let identity = certificate.map(Identity::read).transpose()?;
        Ok((Listener::open(door).await?, identity.map(Arc::new)))
    }

    async fn take_in(
        self: Arc<Self>,
        listener: Listener,
        place: String,
        identity: Option<Arc<Identity>>,
    ) {
        let _listed = self.host.tally.serves_at(place);
        let greet = |stream, peer, watcher| {
            let own = self.crowd.enter(self.counted(peer))?;
            let (house, identity) = (Arc::clone(&self), identity.clone());
            Some(async move {
                house.tide.come();
                Arc::clone(&house.host).talk(stream, peer, identity, watcher).await;
                house.tide.leave();
                drop(own);
            })
        };
        listener.take_in(&self.room, &self.crew, self.host.stopped.clone(), greet).await;
    }

    /// Gives the address that a connection counts for: a proxy's is that of many.
    fn counted(&self, peer: Peer) -> Option<IpAddr> {
        match peer {
            Peer::Network(address) if !self.settings.proxies.believe(peer) => Some(address),
            _ => None,
        }
    }
}
