//! Accepts connections, one thread for each, until it is dropped.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::http::{Connection, Request, Response};

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answer(Response),
    /// The connection is closed without an answer.
    Close,
}

/// Answers one request.
pub(crate) type Handler = Arc<dyn Fn(Request) -> Outcome + Send + Sync>;

pub(crate) struct Server {
    address: SocketAddr,
    open: Arc<OpenConnections>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct OpenConnections {
    closing: AtomicBool,
    sockets: Mutex<Vec<TcpStream>>,
}

impl Server {
    pub(crate) fn start(
        listener: TcpListener,
        config: Arc<ServerConfig>,
        handler: Handler,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let open = Arc::new(OpenConnections::default());
        let acceptor = {
            let open = Arc::clone(&open);
            thread::spawn(move || accept(&listener, &config, &handler, &open))
        };
        Ok(Self { address, open, acceptor: Some(acceptor) })
    }
}

/// A free port, which no other machine can reach.
pub(crate) fn listen() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
}

impl Drop for Server {
    fn drop(&mut self) {
        self.open.closing.store(true, Ordering::SeqCst);
        // Wakes the acceptor, which waits for a connection.
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            drop(acceptor.join());
        }
        for socket in self.open.sockets.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // The client may have closed it already.
            drop(socket.shutdown(Shutdown::Both));
        }
    }
}

fn accept(listener: &TcpListener, config: &Arc<ServerConfig>, handler: &Handler, open: &OpenConnections) {
    for socket in listener.incoming() {
        if open.closing.load(Ordering::SeqCst) {
            return;
        }
        let Ok(socket) = socket else { continue };
        if let Ok(copy) = socket.try_clone() {
            let mut sockets = open.sockets.lock().unwrap_or_else(PoisonError::into_inner);
            sockets.retain(|socket| socket.peer_addr().is_ok());
            sockets.push(copy);
        }
        let (config, handler) = (Arc::clone(config), Arc::clone(handler));
        // An error belongs to the connection alone; the client sees that it is closed.
        thread::spawn(move || drop(serve(socket, config, &handler)));
    }
}

fn serve(socket: TcpStream, config: Arc<ServerConfig>, handler: &Handler) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let tls = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut connection = Connection::new(StreamOwned::new(tls, socket));
    while let Some(request) = connection.read_request()? {
        match handler(request) {
            Outcome::Answer(response) => connection.write_response(&response)?,
            Outcome::Close => break,
        }
    }
    // Another handle of the socket is kept for the end of the server, so dropping this one would not close it.
    connection.stream.sock.shutdown(Shutdown::Both)
}
