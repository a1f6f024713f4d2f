//! Where a service is spoken with: by the world, and by whoever runs it.

use std::io;
use std::sync::Arc;

use crate::config::meant::Settings;
use crate::ops::memory;
use crate::serve::admin::{Admin, Told};
use crate::serve::server::{Published, Server};
use crate::serve::tally::Tally;

/// What listens.
pub struct Doors {
    published: Published,
    tally: Arc<Tally>,
    told: Arc<dyn Told>,
    /// What is served is served by it; `None` only while it is changed.
    server: Option<Server>,
    admin: Option<Admin>,
}

impl Doors {
    /// Begins to serve what is published, to count what is answered, and to tell of it.
    ///
    /// Errors: the system gives no threads.
    pub fn open(
        settings: &Settings,
        published: Published,
        tally: Arc<Tally>,
        told: Arc<dyn Told>,
    ) -> io::Result<Self> {
        tally.log_to(settings.serve.access_log.as_ref());
        let server = Some(Server::start(settings, &published, &tally, memory::give_back, None)?);
        let admin = Some(Admin::start(&settings.serve.admin, &told, None));
        Ok(Self { published, tally, told, server, admin })
    }

    /// Goes on with other settings.
    pub(super) fn change(&mut self, former: &Settings, settings: &Settings) {
        if former.serve.access_log != settings.serve.access_log {
            self.tally.log_to(settings.serve.access_log.as_ref());
        }
        if !Server::is_alike(former, settings) {
            let server = self.server.take();
            match Server::start(settings, &self.published, &self.tally, memory::give_back, server) {
                Ok(server) => self.server = Some(server),
                Err(error) => tracing::error!("nothing is served any more: {error}"),
            }
        }
        if former.serve.admin != settings.serve.admin {
            let admin = self.admin.take();
            self.admin = Some(Admin::start(&settings.serve.admin, &self.told, admin));
        }
    }

    /// Opens the access log anew, since it was moved away.
    pub fn reopen_log(&self) {
        self.tally.reopen_log();
    }

    /// Takes no more requests, and waits for those that are under way, for a moment.
    pub async fn close(self) {
        if let Some(server) = self.server {
            server.stop().await;
        }
        if let Some(admin) = self.admin {
            admin.stop().await;
        }
        self.tally.close_log();
    }
}
