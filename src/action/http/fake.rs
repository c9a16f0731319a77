//! A server on this machine that misbehaves as it is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::client::{Client, Limits};

/// What arrived.
#[derive(Debug, Clone, Default)]
pub struct Received {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What goes back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    pub delay: Duration,
    /// Closes the connection without an answer.
    pub hangs_up: bool,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

pub fn reply(status: u16, body: impl Into<String>) -> Reply {
    let (headers, delay) = (Vec::new(), Duration::ZERO);
    Reply { status, headers, body: body.into(), delay, hangs_up: false }
}

pub fn json(body: &Value) -> Reply {
    reply(200, body.to_string())
}

type Behaviour = Box<dyn FnMut(&Received) -> Reply + Send>;

/// Answers until it is dropped.
pub struct Server {
    pub address: String,
    received: Arc<Mutex<Vec<Received>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start(behaviour: impl FnMut(&Received) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let received = Arc::new(Mutex::new(Vec::new()));
        let behaviour: Arc<Mutex<Behaviour>> = Arc::new(Mutex::new(Box::new(behaviour)));
        let log = received.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, behaviour.clone(), log.clone()));
            }
        });
        Self { address, received, task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A client for the server, which waits for milliseconds where others wait for seconds.
    pub fn client(&self, path: &str) -> Client {
        let limits = Limits {
            total: Duration::from_millis(500),
            pauses: [0, 5, 10].map(Duration::from_millis),
            ..Limits::default()
        };
        let hosts = [self.address.clone()];
        Client::with_limits(&self.url(path), &hosts, limits).unwrap()
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Methods and paths of what was written.
    pub fn writes(&self) -> Vec<String> {
        let received = self.received();
        let writes = received.iter().filter(|received| received.method != "GET");
        writes.map(|received| format!("{} {}", received.method, received.path)).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One request a connection.
async fn serve(
    stream: TcpStream,
    behaviour: Arc<Mutex<Behaviour>>,
    log: Arc<Mutex<Vec<Received>>>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let received = receive(&mut stream).await?;
    log.lock().unwrap().push(received.clone());
    let reply = {
        let mut behaviour = behaviour.lock().unwrap();
        (*behaviour)(&received)
    };
    tokio::time::sleep(reply.delay).await;
    if reply.hangs_up {
        return None;
    }
    let mut head = format!(
        "HTTP/1.1 {} X\r\ncontent-length: {}\r\nconnection: close\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{}", reply.body).as_bytes()).await.ok()
}

async fn receive(stream: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut received = Received::default();
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut words = line.split(' ');
    received.method = words.next()?.to_owned();
    received.path = words.next()?.to_owned();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        received.headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = received.header("content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    received.body = String::from_utf8(body).ok()?;
    Some(received)
}
