//! Where clients come in, and how many of them.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::serving::Client;
use super::{Service, site};
use crate::memory::Site;

/// Starts a service with settings of `[serve]` in its environment.
fn serving(site: &Site, settings: &[(&str, &str)]) -> Service {
    let mut service = Service::begin(site, |command| {
        for (key, value) in settings {
            command.env(format!("FEEDMILL_SERVE_{key}"), value);
        }
    });
    service.await_line("documents written");
    service
}

#[test]
fn a_unix_socket_is_a_door() {
    let site = site();
    let place = site.path().join("http.sock");
    for is_killed in [true, false] {
        let mut service = serving(&site, &[("LISTEN", "unix:http.sock")]);
        service.await_or_find("served at http.sock");
        let mut client = Client(UnixStream::connect(&place).expect("somebody listens"));
        assert_eq!(client.ask("GET", "/rss.xml", "").status(), "200");
        if is_killed {
            service.kill();
            assert!(place.exists(), "nobody removed it");
            // Something other is published, so that the next one tells when it is ready.
            site.write("seeds/two.md", &super::article("Two"));
        } else {
            assert!(service.stop().success());
            assert!(!place.exists());
        }
    }
}

#[test]
fn sockets_of_systemd_are_doors() {
    let site = site();
    let listener = TcpListener::bind("127.0.0.1:0").expect("an address is free");
    let own = listener.local_addr().expect("it has one");
    let mut service = Service::begin(&site, |command| {
        // It is handed over as systemd does: as the third file, by environment.
        let script = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\" 3<&0 </dev/null";
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).arg(command.get_program()).args(command.get_args());
        shell.env("FEEDMILL_SERVE_LISTEN", "systemd");
        for (name, value) in command.get_envs() {
            match value {
                _ if name == "FEEDMILL_SERVE_LISTEN" => {}
                Some(value) => drop(shell.env(name, value)),
                None => drop(shell.env_remove(name)),
            }
        }
        shell.current_dir(command.get_current_dir().expect("it is set"));
        *command = shell;
        command.stdin(Stdio::from(OwnedFd::from(listener)));
    });
    assert_eq!(service.address_told(), own);
    service.await_or_find("documents written");
    assert_eq!(Client::to(own).ask("GET", "/rss.xml", "").status(), "200");
    assert!(service.stop().success());
}

/// Writes a certificate for this machine; gives it.
fn certify(site: &Site) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    site.write("chain.pem", &made.cert.pem());
    site.write("key.pem", &made.signing_key.serialize_pem());
    made.cert.der().clone()
}

/// A client that trusts one certificate alone, and speaks HTTP/1.1.
fn trusting(
    certificate: CertificateDer<'static>,
    stream: TcpStream,
) -> Client<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("it is one");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("known").with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("made");
    Client(StreamOwned::new(client, stream))
}

#[test]
fn tls_is_spoken_with_the_certificate_that_its_file_holds() {
    let site = site();
    let files = [("TLS_CERTIFICATE", "chain.pem"), ("TLS_KEY", "key.pem")];
    let settings = [("LISTEN", "tls:127.0.0.1:0"), files[0], files[1]];
    let mut service = Service::begin(&site, |command| {
        for (key, value) in settings {
            command.env(format!("FEEDMILL_SERVE_{key}"), value);
        }
    });
    // It is waited for.
    service.await_line("chain.pem");
    let first = certify(&site);
    let own = service.address_told();
    service.await_or_find("documents written");
    let connect = || {
        let stream = TcpStream::connect(own).expect("somebody listens");
        stream.set_read_timeout(Some(super::PATIENCE)).expect("set");
        stream
    };
    let answer = trusting(first.clone(), connect()).ask("GET", "/rss.xml", "");
    assert_eq!((answer.status(), answer.body.is_empty()), ("200", false));

    let second = certify(&site);
    // It is looked at once a second at most, when somebody comes.
    let greets = |certificate: &CertificateDer<'static>| {
        let mut client = trusting(certificate.clone(), connect());
        client.0.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").is_ok()
    };
    while !greets(&second) {}
    assert!(!greets(&first));

    // Whoever does not speak it is left, and nobody else is harmed.
    let mut plain = connect();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    let mut told = Vec::new();
    let _ = plain.read_to_end(&mut told);
    assert!(!told.starts_with(b"HTTP"), "{told:?}");
    assert!(greets(&second));
    assert!(service.stop().success());
}

#[test]
fn whoever_asks_too_often_is_told_to_wait() {
    let site = site();
    let settings = [("LISTEN", "127.0.0.1:0"), ("REQUESTS_EACH", "3"), ("PROXIES", "[]")];
    let mut service = serving(&site, &settings);
    let own = service.address_told();
    let mut client = Client::to(own);
    for _ in 0..3 {
        assert_eq!(client.ask("GET", "/rss.xml", "").status(), "200");
    }
    // Without a proxy that is believed, nobody becomes another by saying so.
    let answer = client.ask("GET", "/rss.xml", "X-Forwarded-For: 192.0.2.1\r\n");
    assert_eq!(answer.status(), "429");
    assert!((1..=20).contains(&answer.field("retry-after").parse().unwrap_or(0)));
    assert!(service.stop().success());
}

#[test]
fn those_behind_a_proxy_are_told_apart() {
    let site = site();
    let settings = [("LISTEN", "127.0.0.1:0"), ("REQUESTS_EACH", "1")];
    let mut service = serving(&site, &settings);
    let mut client = Client::to(service.address_told());
    let mut ask = |fields: &str| client.ask("GET", "/rss.xml", fields).status().to_owned();
    assert_eq!(ask("Forwarded: for=192.0.2.1\r\n"), "200");
    assert_eq!(ask("Forwarded: for=192.0.2.2\r\n"), "200");
    assert_eq!(ask("X-Forwarded-For: 203.0.113.7, 192.0.2.1\r\n"), "429");
    // The proxy itself may ask as often as it likes.
    assert_eq!((ask(""), ask("")), ("200".to_owned(), "200".to_owned()));
    assert!(service.stop().success());
}

#[test]
fn one_address_has_so_many_connections() {
    let site = site();
    let settings = [("LISTEN", "127.0.0.1:0"), ("CONNECTIONS_EACH", "2"), ("PROXIES", "[]")];
    let mut service = serving(&site, &settings);
    let own = service.address_told();
    let mut clients = [Client::to(own), Client::to(own)];
    for client in &mut clients {
        assert_eq!(client.ask("GET", "/rss.xml", "").status(), "200");
    }
    assert!(Client::to(own).is_closed());
    assert_eq!(clients[0].ask("GET", "/rss.xml", "").status(), "200");
    let [first, _second] = clients;
    drop(first);
    // It takes a moment until the service sees that it is gone.
    while Client::to(own).ask("GET", "/rss.xml", "").status() != "200" {}
    assert!(service.stop().success());
}

#[test]
fn a_door_may_be_another_after_the_configuration_changed() {
    let site = site();
    let config = fs::read_to_string(site.path().join("config.toml")).expect("it is there");
    let listening = |doors: &str| format!("{config}[serve]\nlisten = [{doors}]\n");
    site.write("config.toml", &listening("\"unix:a.sock\""));
    let mut service = Service::begin(&site, |command| {
        command.env_remove("FEEDMILL_SERVE_LISTEN");
    });
    service.await_line("served at a.sock");
    service.await_or_find("documents written");
    site.write("config.toml", &listening("\"unix:b.sock\""));
    service.await_line("served at b.sock");
    let connect = |name: &str| UnixStream::connect(site.path().join(name));
    assert!(connect("a.sock").is_err());
    let mut client = Client(connect("b.sock").expect("somebody listens"));
    assert_eq!(client.ask("GET", "/rss.xml", "").status(), "200");
    site.write("config.toml", &listening(""));
    service.await_line("the configuration is read");
    while connect("b.sock").is_ok() {}
    assert!(service.stop().success());
}
