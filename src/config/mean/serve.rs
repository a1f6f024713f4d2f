//! `[serve]` as meant.

use std::net::SocketAddr;

use crate::config::error::Fault;
use crate::config::mean::Findings;
use crate::config::mean::amount::wait;
use crate::config::meant::Serve;
use crate::config::typed;

/// Means `[serve]`.
pub(crate) fn serve(typed: &typed::Serve, findings: &mut Findings<'_>) -> Option<Serve> {
    let listen = findings.take_each("serve.listen", &typed.listen, |raw| address(raw));
    let max_age = findings.take("serve.max_age", wait(&typed.max_age));
    let connections = findings.take("serve.connections", count(typed.connections));
    Some(Serve { listen: listen?, max_age: max_age?, connections: connections? })
}

/// Reads an address to listen at.
fn address(raw: &str) -> Result<SocketAddr, Fault> {
    raw.trim().parse().map_err(|_| {
        Fault::new(format!("{raw:?} is no address to listen at"))
            .help("write an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080")
    })
}

fn count(typed: u32) -> Result<usize, Fault> {
    match usize::try_from(typed) {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(Fault::new("without a connection nothing can be served")
            .help("write serve.listen = [] to serve nothing")),
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
        assert!(serve.listen.iter().all(|address| address.ip().is_loopback()));
        assert_eq!((serve.max_age, errors.len()), (Duration::from_mins(5), 0));
    }

    #[test]
    fn every_fault_is_told() {
        let typed = typed::Serve {
            listen: vec!["[::]:80".into(), "localhost".into(), "127.0.0.1:99999".into()],
            max_age: "soon".into(),
            connections: 0,
        };
        let (serve, errors) = meant(&typed);
        assert_eq!((serve, errors.len()), (None, 4), "{errors:?}");
    }
}
