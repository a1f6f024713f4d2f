//! `[serve]` as meant.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;

use crate::config::error::Fault;
use crate::config::mean::Findings;
use crate::config::mean::amount::wait;
use crate::config::mean::former::gone;
use crate::config::mean::value::optional;
use crate::config::meant::{Certificate, Door, Listen, LogPlace, Proxies, Serve};
use crate::config::typed;

/// What stands for whoever comes by a Unix socket.
const MACHINE: &str = "unix";

/// Means `[serve]`.
pub(crate) fn serve(typed: &typed::Serve, findings: &mut Findings<'_>) -> Option<Serve> {
    let listen = findings.take_each("serve.listen", &typed.listen, |raw| listen(raw));
    let max_age = findings.take("serve.max_age", wait(&typed.max_age));
    let connections = findings.take("serve.connections", count(typed.connections));
    let each = findings.take("serve.connections_each", count(typed.connections_each));
    let networks = typed.proxies.iter().map(|raw| raw.trim()).filter(|raw| *raw != MACHINE);
    let networks: Vec<&str> = networks.collect();
    let machine = networks.len() < typed.proxies.len();
    let networks = findings.take_each("serve.proxies", &networks, |raw| network(raw));
    // What is missing is told where the other is said.
    let half = if typed.tls_key.is_empty() { "serve.tls_certificate" } else { "serve.tls_key" };
    let certificate = findings.take(half, certificate(typed));
    let admin = findings.take_each("serve.admin", &typed.admin, |raw| address(raw));
    let access_log = findings.take("serve.access_log", optional(&typed.access_log, log_place));
    let gone = findings.take_each("serve.gone", &typed.gone, |raw| gone(raw));
    let (listen, certificate) = (listen?, certificate?);
    if certificate.is_none()
        && let Some(at) = listen.iter().position(|listen| listen.is_secure)
    {
        let fault = Fault::new("TLS can't be spoken without a certificate");
        let help = "set serve.tls_certificate and serve.tls_key";
        findings.fault(&format!("serve.listen[{at}]"), fault.help(help));
        return None;
    }
    Some(Serve {
        listen,
        max_age: max_age?,
        connections: connections?,
        connections_each: each?,
        requests_each: typed.requests_each,
        proxies: Proxies { networks: networks?, machine },
        certificate,
        gone: gone?,
        admin: admin?,
        access_log: access_log?,
    })
}

/// Reads where clients come in.
fn listen(raw: &str) -> Result<Listen, Fault> {
    let raw = raw.trim();
    let secure = raw.strip_prefix("tls:");
    let place = secure.unwrap_or(raw);
    let unix = place.strip_prefix("unix:").filter(|path| !path.is_empty() && secure.is_none());
    let door = match (place, unix) {
        ("systemd", _) => Some(Door::Systemd),
        (_, Some(path)) => Some(Door::Unix(PathBuf::from(path))),
        (address, None) => address.parse().ok().map(Door::Tcp),
    };
    let listen = door.map(|door| Listen { door, is_secure: secure.is_some() });
    listen.ok_or_else(|| {
        Fault::new(format!("{raw:?} is no address to listen at")).help(
            "write an IP address and a port, such as 127.0.0.1:8080 or tls:[::]:8443, or unix: and a \
             path, or systemd",
        )
    })
}

/// Reads an address with a port.
fn address(raw: &str) -> Result<SocketAddr, Fault> {
    raw.trim().parse().map_err(|_| {
        Fault::new(format!("{raw:?} is no address to listen at"))
            .help("write an IP address and a port, such as 127.0.0.1:9464 or [::1]:9464")
    })
}

fn log_place(raw: &str) -> Result<LogPlace, Fault> {
    match raw {
        "-" => Ok(LogPlace::Output),
        file if file.ends_with('/') => {
            Err(Fault::new(format!("{file:?} is a folder")).help("name a file in it"))
        }
        file => Ok(LogPlace::File(file.into())),
    }
}

/// Reads a network, or a single address.
fn network(raw: &str) -> Result<IpNet, Fault> {
    let single = || raw.parse::<IpAddr>().ok().map(IpNet::from);
    raw.parse().ok().or_else(single).ok_or_else(|| {
        Fault::new(format!("{raw:?} is no network"))
            .help("write an IP address, a network such as 10.0.0.0/8, or unix")
    })
}

fn count(typed: u32) -> Result<usize, Fault> {
    match usize::try_from(typed) {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(Fault::new("without a connection nothing can be served")
            .help("write serve.listen = [] to serve nothing")),
    }
}

/// Takes the two files of a certificate: both or none.
fn certificate(typed: &typed::Serve) -> Result<Option<Certificate>, Fault> {
    let (chain, key) = (typed.tls_certificate.trim(), typed.tls_key.trim());
    match (chain.is_empty(), key.is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(Certificate { chain: chain.into(), key: key.into() })),
        _ => Err(Fault::new("a certificate and its key belong together")
            .help("set both serve.tls_certificate and serve.tls_key")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::layer::Origins;

    fn meant(typed: &typed::Serve) -> (Option<Serve>, Vec<String>) {
        let origins = Origins::default();
        let mut findings = Findings { origins: &origins, errors: Vec::new() };
        let meant = serve(typed, &mut findings);
        (meant, findings.errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_defaults_serve_this_machine_only() {
        let (serve, errors) = meant(&typed::Serve::default());
        let serve = serve.expect("valid");
        assert!(serve.listen.iter().all(|listen| match listen.door {
            Door::Tcp(address) => address.ip().is_loopback(),
            _ => false,
        }));
        assert_eq!((serve.max_age, errors.len()), (Duration::from_mins(5), 0));
        assert!(serve.proxies.machine && serve.proxies.networks.len() == 2);
    }

    #[test]
    fn every_fault_is_told() {
        let typed = typed::Serve {
            listen: vec!["[::]:80".into(), "localhost".into(), "127.0.0.1:99999".into()],
            max_age: "soon".into(),
            connections: 0,
            connections_each: 0,
            proxies: vec!["10.0.0.0/33".into(), "unix".into(), "proxy.example".into()],
            tls_key: "key.pem".into(),
            gone: vec!["../a".into()],
            admin: vec!["9464".into()],
            access_log: "logs/".into(),
            ..typed::Serve::default()
        };
        let (serve, errors) = meant(&typed);
        assert_eq!((serve, errors.len()), (None, 11), "{errors:?}");
    }

    #[test]
    fn there_are_doors_of_several_kinds() {
        let open = |raw: &str| listen(raw).map(|listen| (listen.door, listen.is_secure)).ok();
        let address = |raw: &str| Door::Tcp(raw.parse().expect("an address"));
        assert_eq!(open("[::1]:80"), Some((address("[::1]:80"), false)));
        assert_eq!(open(" tls:0.0.0.0:443 "), Some((address("0.0.0.0:443"), true)));
        assert_eq!(open("unix:/run/a b.sock"), Some((Door::Unix("/run/a b.sock".into()), false)));
        assert_eq!(open("systemd"), Some((Door::Systemd, false)));
        assert_eq!(open("tls:systemd"), Some((Door::Systemd, true)));
        for wrong in ["", "unix:", "tls:unix:/a", "tls:", "127.0.0.1", "http://127.0.0.1:80"] {
            assert_eq!(open(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_log_is_a_file_or_the_output() {
        let place = |access_log: &str| {
            let typed = typed::Serve { access_log: access_log.into(), ..typed::Serve::default() };
            meant(&typed).0.expect("valid").access_log
        };
        assert_eq!(place(""), None);
        assert_eq!(place("-"), Some(LogPlace::Output));
        assert_eq!(place(" access.log "), Some(LogPlace::File("access.log".into())));
    }

    #[test]
    fn tls_needs_a_certificate() {
        let mut typed = typed::Serve { listen: vec!["tls:[::]:443".into()], ..Default::default() };
        assert_eq!(meant(&typed).1.len(), 1);
        typed.tls_certificate = "chain.pem".into();
        typed.tls_key = "key.pem".into();
        let (serve, errors) = meant(&typed);
        assert_eq!(errors, Vec::<String>::new());
        let files = Certificate { chain: "chain.pem".into(), key: "key.pem".into() };
        assert_eq!(serve.and_then(|serve| serve.certificate), Some(files));
    }
}
