//! One kept-alive HTTP/1.1 connection over loopback: as little work as possible, because the
//! generator shares the processors with what it measures.

use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An answer; the text is that of the connection's buffer.
#[derive(Debug)]
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a str,
}

/// See the module.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// No answer that is measured here is longer.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(4096),
        })
    }

    /// Sends the bytes of one request and reads its answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (head, length, status) = loop {
            self.more().await?;
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                let (status, length) = head(&self.buffer[..end])?;
                break (end + 4, length, status);
            }
        };
        if length > ANSWER_BYTES_MAX {
            bail!("an answer of {length} bytes");
        }
        while self.buffer.len() < head + length {
            self.more().await?;
        }
        let body = std::str::from_utf8(&self.buffer[head..head + length])?;
        Ok(Answer { status, body })
    }

    async fn more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        if self.buffer.len() > ANSWER_BYTES_MAX {
            bail!("an answer without end");
        }
        Ok(())
    }
}

/// The status and the length of the body.
fn head(bytes: &[u8]) -> Result<(u16, usize)> {
    let text = std::str::from_utf8(bytes)?;
    let mut lines = text.split("\r\n");
    let status: u16 = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|word| word.parse().ok())
        .with_context(|| format!("no HTTP answer: {text}"))?;
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map(|(_, value)| value.trim().parse::<usize>())
        .transpose()?;
    match length {
        Some(length) => Ok((status, length)),
        None if status == 204 || status == 304 => Ok((status, 0)),
        None => bail!("an answer without a length: {text}"),
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read() {
        assert_eq!(
            head(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX: y").unwrap(),
            (200, 12)
        );
        assert_eq!(head(b"HTTP/1.1 204 No Content").unwrap(), (204, 0));
        assert!(head(b"HTTP/1.1 200 OK").is_err());
        assert!(head(b"nonsense").is_err());
    }
}
