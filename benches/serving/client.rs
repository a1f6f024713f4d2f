//! Single requests, and connections that are held.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: String,
    pub(crate) coding: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Asks for a path by a connection of its own; `fields` are whole lines of the head.
pub(crate) fn ask(address: SocketAddr, path: &str, fields: &str) -> io::Result<Answer> {
    let mut connection = connect(address)?;
    request(&mut connection, path, &format!("Connection: close\r\n{fields}"))?;
    let mut reader = BufReader::new(connection);
    let head = head(&mut reader)?;
    let mut body = Vec::new();
    reader.read_to_end(&mut body)?;
    let field = |name: &str| {
        let mut fields = head.iter().filter_map(|line| line.split_once(':'));
        fields
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, told)| told.trim().to_owned())
    };
    let status = head.first().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    Ok(Answer {
        status: status.ok_or_else(|| io::Error::other("the answer has no status"))?,
        etag: field("etag").unwrap_or_default(),
        coding: field("content-encoding"),
        body,
    })
}

/// Makes a connection that asks once, for what it has already, and is idle from then on.
pub(crate) fn hold(address: SocketAddr, path: &str, fields: &str) -> io::Result<TcpStream> {
    let mut connection = connect(address)?;
    request(&mut connection, path, fields)?;
    let told = head(&mut BufReader::new(&connection))?;
    if told.first().is_some_and(|line| line.contains(" 304 ")) {
        Ok(connection)
    } else {
        Err(io::Error::other(format!("{path} got no 304: {told:?}")))
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    Ok(connection)
}

fn request(connection: &mut TcpStream, path: &str, fields: &str) -> io::Result<()> {
    let text = format!("GET {path} HTTP/1.1\r\nHost: feeds.example\r\n{fields}\r\n");
    connection.write_all(text.as_bytes())
}

/// Reads the lines of a head, up to the empty one.
fn head(reader: &mut impl BufRead) -> io::Result<Vec<String>> {
    let lines = reader.lines().map(|line| line.map(|line| line.trim_end().to_owned()));
    lines.take_while(|line| line.as_ref().map_or(true, |line| !line.is_empty())).collect()
}
