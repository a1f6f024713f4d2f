//! feedmill and nginx, each in processes of their own.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::serving::memory;

/// How long a server may take to begin.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that runs until this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts `feedmill serve` in a folder with a configuration; looks for a new edition so often.
    pub(crate) fn feedmill(place: &Path, output: &str, poll: &str) -> io::Result<Self> {
        let address = free_address()?;
        let child = Command::new(env!("CARGO_BIN_EXE_feedmill"))
            .current_dir(place)
            .args(["serve", "--quiet", "--output", output, "--listen", &address.to_string()])
            .env("FEEDMILL_WATCH_POLL", poll)
            .spawn()?;
        Self { child, address }.await_start()
    }

    /// Starts nginx for the same folder, with two workers, files that stay open, and no log.
    pub(crate) fn nginx(place: &Path, output: &str) -> io::Result<Self> {
        let address = free_address()?;
        let own = place.join("nginx");
        fs::create_dir_all(&own)?;
        // Its workers are to be whoever owns the folder.
        let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
        let root = place.join(output);
        let config = format!(
            "daemon off; {user} worker_processes 2; pid {own}/pid; error_log {own}/error.log;
             events {{ worker_connections 8192; }}
             http {{
               access_log off; sendfile on; tcp_nopush on; gzip_static on; etag on;
               open_file_cache max=1000 inactive=1h; open_file_cache_valid 1h;
               keepalive_timeout 1h; keepalive_requests 100000000;
               client_body_temp_path {own}/body; proxy_temp_path {own}/proxy;
               fastcgi_temp_path {own}/fastcgi; uwsgi_temp_path {own}/uwsgi; scgi_temp_path {own}/scgi;
               types {{ application/rss+xml xml; }}
               server {{ listen {address} backlog=4096; root {root}; }}
             }}\n",
            own = own.display(),
            root = root.display(),
        );
        fs::write(own.join("nginx.conf"), config)?;
        let child = Command::new("nginx")
            .env("PATH", super::wrk::path())
            .args(["-e", "stderr", "-p"])
            .arg(&own)
            .arg("-c")
            .arg(own.join("nginx.conf"))
            .stderr(Stdio::piped())
            .spawn()?;
        Self { child, address }.await_start()
    }

    /// Waits until connections are taken.
    fn await_start(mut self) -> io::Result<Self> {
        let began = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if self.child.try_wait()?.is_some() || began.elapsed() > PATIENCE {
                let told = self.child.stderr.take().map(BufReader::new);
                let told: Vec<_> = told.into_iter().flat_map(BufRead::lines).flatten().collect();
                return Err(io::Error::other(format!(
                    "a server did not begin: {}",
                    told.join("\n")
                )));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(self)
    }

    /// Gives the memory that it has, with that of its workers, in KiB.
    pub(crate) fn kib(&self) -> io::Result<u64> {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
        let workers = children.split_whitespace().filter_map(|id| id.parse().ok());
        workers.chain([id]).map(|id| memory::kib(id, "VmRSS:")).sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let id = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}

/// Gives an address of the loopback that is nobody's.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
