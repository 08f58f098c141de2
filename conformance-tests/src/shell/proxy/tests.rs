//! Every action of the proxy, seen from both of its sides by plain sockets.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::faults::{Accept, Cut, Rewriter, Stage};

/// A server socket, the proxy in front of it, and what they make together.
struct Bench {
    listener: TcpListener,
    proxy: Arc<dyn FaultProxy>,
}

impl Bench {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let upstream = Upstream { host: "127.0.0.1".into(), port, encrypted: false };
        Self { listener, proxy: TokioProxies.open(&upstream).await.unwrap() }
    }

    async fn client(&self) -> TcpStream {
        let (host, port) = self.proxy.address();
        TcpStream::connect((host.as_str(), port)).await.unwrap()
    }

    async fn pair(&self) -> (TcpStream, TcpStream) {
        let client = self.client().await;
        (client, self.listener.accept().await.unwrap().0)
    }

    async fn all_ended(&self) {
        let ended = async {
            while self.proxy.traffic().open > 0 {
                tokio::task::yield_now().await;
            }
        };
        limited(ended).await;
    }

    fn to_client(&self, stage: Stage) {
        self.proxy.set(Plan { to_client: stage, ..Plan::default() });
    }
}

async fn read(socket: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    limited(socket.read_exact(&mut bytes)).await.unwrap();
    bytes
}

/// What comes until the end, and the error it ends with, if any.
async fn rest(socket: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let end = limited(socket.read_to_end(&mut bytes)).await;
    (bytes, end.err().map(|error| error.kind()))
}

async fn limited<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(5), future).await.expect("it hangs")
}

/// Nothing comes for a while.
async fn assert_silent(socket: &mut TcpStream) {
    let read = tokio::time::timeout(Duration::from_millis(50), socket.read_u8()).await;
    assert!(read.is_err(), "something came: {read:?}");
}

#[tokio::test]
async fn everything_passes_and_is_counted() {
    let bench = Bench::new().await;
    let (mut client, mut server) = bench.pair().await;
    for _ in 0..2 {
        client.write_all(b"question").await.unwrap();
        assert_eq!(read(&mut server, 8).await, b"question");
        server.write_all(b"answer").await.unwrap();
        assert_eq!(read(&mut client, 6).await, b"answer");
    }
    let wanted = Traffic { connections: 1, open: 1, to_server: 16, to_client: 12, turns: 2 };
    assert_eq!(bench.proxy.traffic(), wanted);
    // Hanging up is passed on, one way at a time.
    client.shutdown().await.unwrap();
    assert_eq!(rest(&mut server).await, (vec![], None));
    server.write_all(b"goodbye").await.unwrap();
    drop(server);
    assert_eq!(rest(&mut client).await, (b"goodbye".to_vec(), None));
    bench.all_ended().await;
}

#[tokio::test]
async fn bytes_are_held_back() {
    let bench = Bench::new().await;
    let (mut client, mut server) = bench.pair().await;
    bench.to_client(Stage { latency: Duration::from_millis(40), ..Stage::default() });
    let since = Instant::now();
    server.write_all(b"late").await.unwrap();
    assert_eq!(read(&mut client, 4).await, b"late");
    assert!(since.elapsed() >= Duration::from_millis(40));
}

#[tokio::test]
async fn bytes_come_one_by_one() {
    let bench = Bench::new().await;
    let (mut client, mut server) = bench.pair().await;
    for jitter in [None, Some(7)] {
        let slice = Some(if jitter.is_some() { 3 } else { 1 });
        bench.to_client(Stage { slice, jitter, ..Stage::default() });
        server.write_all(&[b'x'; 100]).await.unwrap();
        let (mut reads, mut whole, mut buffer) = (0, 0, [0; 100]);
        while whole < 100 {
            whole += limited(client.read(&mut buffer)).await.unwrap();
            reads += 1;
        }
        assert!(reads > 20, "100 bytes came in {reads} reads");
    }
    bench.to_client(Stage { slice: Some(1), slice_until: Some(2), ..Stage::default() });
    server.write_all(b"answer").await.unwrap();
    let mut reads: Vec<Vec<u8>> = Vec::new();
    while reads.concat().len() < 6 {
        let mut buffer = [0; 100];
        let read = limited(client.read(&mut buffer)).await.unwrap();
        reads.push(buffer[..read].to_vec());
    }
    assert!(reads.last().unwrap().len() >= 4, "{reads:?}");
}

#[tokio::test]
async fn bandwidth_is_limited() {
    let bench = Bench::new().await;
    let (mut client, mut server) = bench.pair().await;
    bench.to_client(Stage { bandwidth: Some(10_000), ..Stage::default() });
    let since = Instant::now();
    server.write_all(&[b'x'; 1000]).await.unwrap();
    read(&mut client, 1000).await;
    // The pause after the last piece is not waited for.
    assert!(since.elapsed() >= Duration::from_millis(80), "{:?}", since.elapsed());
}

#[tokio::test]
async fn one_byte_is_changed() {
    let bench = Bench::new().await;
    let (mut client, mut server) = bench.pair().await;
    for slice in [None, Some(2)] {
        bench.to_client(Stage { flip: Some((2, 0x20)), slice, ..Stage::default() });
        server.write_all(b"abcd").await.unwrap();
        assert_eq!(read(&mut client, 4).await, b"abCd");
    }
}

#[tokio::test]
async fn a_connection_is_closed_after_so_many_bytes() {
    for at in [0, 3, 6] {
        let bench = Bench::new().await;
        let (mut client, mut server) = bench.pair().await;
        bench.to_client(Stage { cut: Some((at, Cut::Close)), ..Stage::default() });
        server.write_all(b"answer").await.unwrap();
        assert_eq!(rest(&mut client).await, (b"answer"[..at as usize].to_vec(), None));
        assert_eq!(rest(&mut server).await, (vec![], None));
    }
}

#[tokio::test]
async fn a_connection_is_reset_after_so_many_bytes() {
    for at in [0, 3, 6] {
        let bench = Bench::new().await;
        let (mut client, mut server) = bench.pair().await;
        let stage = Stage { cut: Some((at, Cut::Reset)), ..Stage::default() };
        bench.proxy.set(Plan { to_server: stage, ..Plan::default() });
        client.write_all(b"question").await.unwrap();
        let (bytes, end) = rest(&mut server).await;
        assert_eq!((bytes.len() as u64, end), (at, Some(ErrorKind::ConnectionReset)));
        assert_eq!(rest(&mut client).await, (vec![], Some(ErrorKind::ConnectionReset)));
    }
}

#[tokio::test]
async fn a_connection_stalls_until_the_plan_changes_or_somebody_hangs_up() {
    let bench = Bench::new().await;
    let (mut client, mut server) = bench.pair().await;
    bench.to_client(Stage { cut: Some((2, Cut::Stall)), ..Stage::default() });
    server.write_all(b"answer").await.unwrap();
    assert_eq!(read(&mut client, 2).await, b"an");
    assert_silent(&mut client).await;
    client.write_all(b"?").await.unwrap();
    assert_eq!(read(&mut server, 1).await, b"?");
    bench.proxy.set(Plan::default());
    assert_eq!(read(&mut client, 4).await, b"swer");

    bench.to_client(Stage { cut: Some((0, Cut::Stall)), ..Stage::default() });
    server.write_all(b"more").await.unwrap();
    assert_silent(&mut client).await;
    drop(client);
    assert_eq!(rest(&mut server).await.0.len(), 0);
    bench.all_ended().await;
}

#[tokio::test]
async fn messages_are_rewritten_by_a_rewriter_for_each_connection() {
    struct Numbered(u8);
    impl Rewriter for Numbered {
        fn rewrite(&mut self, arrived: &[u8], out: &mut Vec<u8>) {
            for byte in arrived {
                self.0 += 1;
                out.extend([b'0' + self.0, *byte]);
            }
        }
    }
    let bench = Bench::new().await;
    bench.to_client(Stage { rewrite: Some(Arc::new(|| Box::new(Numbered(0)))), ..Stage::default() });
    for _ in 0..2 {
        let (mut client, mut server) = bench.pair().await;
        server.write_all(b"ab").await.unwrap();
        assert_eq!(read(&mut client, 4).await, b"1a2b");
        server.write_all(b"c").await.unwrap();
        assert_eq!(read(&mut client, 2).await, b"3c");
    }
}

#[tokio::test]
async fn a_server_goes_down_and_comes_up_again() {
    let bench = Bench::new().await;
    let (mut client, mut server) = bench.pair().await;
    // The proxy, too, knows now that it is connected.
    client.write_all(b"x").await.unwrap();
    read(&mut server, 1).await;
    bench.proxy.set(Plan { accept: Accept::Refuse, ..Plan::default() });
    bench.proxy.reset_all();
    for socket in [&mut client, &mut server] {
        assert_eq!(rest(socket).await.1, Some(ErrorKind::ConnectionReset));
    }
    assert_eq!(rest(&mut bench.client().await).await.1, Some(ErrorKind::ConnectionReset));
    bench.proxy.set(Plan::default());
    let (mut client, mut server) = bench.pair().await;
    client.write_all(b"back").await.unwrap();
    assert_eq!(read(&mut server, 4).await, b"back");
    assert_eq!((bench.proxy.traffic().connections, bench.proxy.traffic().open), (3, 1));
}

#[tokio::test]
async fn a_server_accepts_and_says_nothing() {
    let bench = Bench::new().await;
    bench.proxy.set(Plan { accept: Accept::Silent, ..Plan::default() });
    let mut client = bench.client().await;
    client.write_all(b"hello?").await.unwrap();
    assert_silent(&mut client).await;
    assert_eq!((bench.proxy.traffic().open, bench.proxy.traffic().to_server), (1, 6));
}

#[tokio::test]
async fn answers_are_invented() {
    let bench = Bench::new().await;
    for after_request in [true, false] {
        let accept = Accept::Canned { after_request, answer: b"HTTP/1.1 429 \r\n\r\n".to_vec() };
        bench.proxy.set(Plan { accept, ..Plan::default() });
        let mut client = bench.client().await;
        if after_request {
            assert_silent(&mut client).await;
            client.write_all(&[b'x'; 100_000]).await.unwrap();
        }
        assert_eq!(rest(&mut client).await, (b"HTTP/1.1 429 \r\n\r\n".to_vec(), None));
    }
    // They go through the stage of the server's answers.
    let accept = Accept::Canned { after_request: true, answer: b"answer".to_vec() };
    let to_client = Stage { cut: Some((3, Cut::Reset)), ..Stage::default() };
    bench.proxy.set(Plan { accept, to_client, ..Plan::default() });
    let mut client = bench.client().await;
    client.write_all(b"x").await.unwrap();
    assert_eq!(rest(&mut client).await, (b"ans".to_vec(), Some(ErrorKind::ConnectionReset)));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_reset() {
    let bench = Bench::new().await;
    let Bench { listener, proxy } = bench;
    drop(listener);
    let (host, port) = proxy.address();
    let mut client = TcpStream::connect((host.as_str(), port)).await.unwrap();
    assert_eq!(rest(&mut client).await.1, Some(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn it_ends_when_it_is_dropped() {
    let bench = Bench::new().await;
    let (mut client, mut server) = bench.pair().await;
    let (host, port) = bench.proxy.address();
    drop(bench.proxy);
    assert_eq!(rest(&mut client).await.0.len(), 0);
    assert_eq!(rest(&mut server).await.0.len(), 0);
    assert!(TcpStream::connect((host.as_str(), port)).await.is_err());
}
