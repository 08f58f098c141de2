//! The gateway's WebSocket, message by message, in front of a real server.

mod wire;

use bytes::BytesMut;
use futures_util::SinkExt;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::frontend;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use wire::{Client, End, eventually, gateway, login, oracle, password, query, startup, tags, terminate};

const ENCRYPTION_REQUESTS: [&[u8]; 2] = [b"\0\0\0\x08\x04\xd2\x16\x2f", b"\0\0\0\x08\x04\xd2\x16\x30"];

/// A start-up packet with any version and parameters.
fn startup_of(version: u32, parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = startup(parameters);
    bytes[4..8].copy_from_slice(&version.to_be_bytes());
    bytes
}

#[tokio::test]
async fn a_log_in_is_answered_as_neon_answers_it() {
    let gateway = gateway(|config| config).await;
    let (user, secret, database) = login();
    for path in ["/v2", "/v1?address=elsewhere:1", "/sql", "/"] {
        let mut client = Client::open(&gateway, path).await;
        client.send(&startup(&[("user", &user), ("database", &database)])).await;
        let asked = client.next().await.unwrap();
        assert_eq!((asked.tag, &asked.body[..]), ('R', &b"\0\0\0\x03"[..]), "{path}");
        client.send(&password(&secret)).await;
        // AuthenticationOk, parameters, key and ReadyForQuery in one message.
        let greeting = client.message().await.unwrap();
        assert!(greeting.starts_with(b"R\0\0\0\x08\0\0\0\0S"), "{greeting:?}");
        assert!(greeting.ends_with(b"Z\0\0\0\x05I"), "{greeting:?}");
        assert_eq!(
            client.value("select current_user || '@' || current_database()").await,
            format!("{user}@{database}")
        );
    }
}

#[tokio::test]
async fn a_start_in_one_message_with_a_query_works() {
    let gateway = gateway(|config| config).await;
    let (user, secret, database) = login();
    let mut client = Client::open(&gateway, "/v2").await;
    let all =
        [startup(&[("user", &user), ("database", &database)]), password(&secret), query("select 7")].concat();
    client.send(&all).await;
    let start = client.until('Z').await;
    assert!(tags(&start).starts_with("RRS") && tags(&start).ends_with("KZ"), "{}", tags(&start));
    let answers = client.until('Z').await;
    assert_eq!(tags(&answers), "TDCZ");
    assert_eq!(answers[1].first(), "7");
    assert_eq!((gateway.websockets(), gateway.websocket_messages()), (1, 1));
}

#[tokio::test]
async fn where_a_message_ends_means_nothing() {
    let gateway = gateway(|config| config).await;
    let (user, secret, database) = login();
    let mut client = Client::open(&gateway, "/v2").await;
    let all = [
        ENCRYPTION_REQUESTS[0].to_vec(),
        startup(&[("user", &user), ("database", &database)]),
        password(&secret),
        query("select 7"),
    ]
    .concat();
    for byte in all.chunks(1) {
        client.send(byte).await;
    }
    assert_eq!(client.message().await.unwrap(), "N");
    client.until('Z').await;
    assert_eq!(tags(&client.until('Z').await), "TDCZ");
    // Three megabytes in one message, and back.
    let long = "x".repeat(3_000_000);
    assert_eq!(client.value(&format!("select '{long}'")).await, long);
}

#[tokio::test]
async fn there_is_no_encryption_inside() {
    let gateway = gateway(|config| config).await;
    let (user, secret, database) = login();
    let mut client = Client::open(&gateway, "/v2").await;
    for request in ENCRYPTION_REQUESTS {
        client.send(request).await;
        assert_eq!(client.message().await.unwrap(), "N");
    }
    client.send(&[startup(&[("user", &user), ("database", &database)]), password(&secret)].concat()).await;
    client.until('Z').await;
}

#[tokio::test]
async fn a_newer_protocol_is_talked_down() {
    let gateway = gateway(|config| config).await;
    let (user, secret, database) = login();
    let mut client = Client::open(&gateway, "/v2").await;
    let parameters = [("user", &*user), ("database", &database), ("_pq_.a", "1"), ("_pq_.b", "1")];
    client.send(&startup_of(0x0003_0002, &parameters)).await;
    let negotiated = client.next().await.unwrap();
    assert_eq!((negotiated.tag, &negotiated.body[..]), ('v', &b"\0\x03\0\0\0\0\0\x02_pq_.a\0_pq_.b\0"[..]));
    client.send(&password(&secret)).await;
    assert!(tags(&client.until('Z').await).starts_with("RRS"));

    let mut old = Client::open(&gateway, "/v2").await;
    old.send(&startup_of(0x0002_0000, &parameters)).await;
    let (answers, end) = old.rest().await;
    assert!(answers[0].fields()[2].contains("2.0"), "{answers:?}");
    assert_eq!(end, End::Dropped);
}

#[tokio::test]
async fn failures_to_connect_lose_their_code_and_come_before_the_end() {
    let gateway = gateway(|config| config).await;
    let (user, secret, database) = login();
    let cases = [
        (&*user, "wrong", &*database, "RE", format!("Mpassword authentication failed for user '{user}'")),
        ("nobody", "x", &database, "RE", "Mpassword authentication failed for user 'nobody'".to_owned()),
        (&user, &secret, "nope", "RRE", "Mdatabase \"nope\" does not exist".to_owned()),
    ];
    for (user, secret, database, expected, message) in cases {
        let mut client = Client::open(&gateway, "/v2").await;
        let parameters = [("user", user), ("database", database)];
        // With a query behind, which is not read: the error has to arrive all the same.
        let queries = query(&format!("select '{}'", "x".repeat(500_000)));
        client.send(&[startup(&parameters), password(secret)].concat()).await;
        client.send(&queries).await;
        let (answers, end) = client.rest().await;
        assert_eq!(tags(&answers), expected, "{answers:?}");
        assert_eq!(answers.last().unwrap().fields(), ["SERROR", "CXX000", &message]);
        assert_eq!(end, End::Dropped);
    }
    let mut client = Client::open(&gateway, "/v2").await;
    client.send(&startup(&[("database", "postgres")])).await;
    let (answers, end) = client.rest().await;
    assert_eq!(answers[0].fields(), ["SERROR", "CXX000", "MParameter 'user' is missing in startup packet."]);
    assert_eq!((answers.len(), end), (1, End::Dropped));
}

#[tokio::test]
async fn an_unreachable_database_is_an_error_message() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = drivetrain_gateway::neon::NeonConfig::new(&format!("postgres://{closed}")).unwrap();
    let gateway = drivetrain_gateway::neon::NeonGateway::start(config).await.unwrap();
    let mut client = Client::open(&gateway, "/v2").await;
    client.send(&[startup(&[("user", "u")]), password("x")].concat()).await;
    let (answers, end) = client.rest().await;
    assert_eq!((tags(&answers), end), ("RRE".to_owned(), End::Dropped));
    let message = answers[2].fields()[2].clone();
    assert!(message.contains(&closed.to_string()) && message.contains("cannot be reached"), "{message}");
}

#[tokio::test]
async fn endpoints_are_taken_off_passwords_and_options() {
    let gateway = gateway(|config| config).await;
    let (user, secret, database) = login();
    for prefix in ["endpoint=ep-1;", "project=ep-1;", "endpoint=ep-1$", "project=ep-1$"] {
        let mut client = Client::open(&gateway, "/v2").await;
        let parameters = [("user", &*user), ("database", &database)];
        client.send(&[startup(&parameters), password(&format!("{prefix}{secret}"))].concat()).await;
        client.until('Z').await;
    }
    let mut client = Client::open(&gateway, "/v2").await;
    let parameters = [
        ("user", &*user),
        ("database", &database),
        ("options", "endpoint=ep-1 -c geqo_seed=0.5 neon_x:y"),
        ("application_name", "ours"),
        ("statement_timeout", "54321"),
        ("client_encoding", "LATIN1"),
    ];
    client.send(&[startup(&parameters), password(&secret)].concat()).await;
    client.until('Z').await;
    let settings = "select concat_ws(' ', current_setting('geqo_seed'), current_setting('application_name'), \
                    current_setting('statement_timeout'), current_setting('client_encoding'))";
    assert_eq!(client.value(settings).await, "0.5 ours 0 UTF8");

    let mut client = Client::open(&gateway, "/v2").await;
    let mut parameters = parameters.to_vec();
    parameters[2].1 = "neon_proxy_params_compat:true";
    client.send(&[startup(&parameters), password(&secret)].concat()).await;
    client.until('Z').await;
    assert_eq!(client.value(settings).await, "0 ours 54321ms UTF8");
}

#[tokio::test]
async fn a_statement_is_cancelled_over_another_socket() {
    let gateway = gateway(|config| config).await;
    let (mut client, start) = Client::logged_in(&gateway).await;
    let (mut other, other_start) = Client::logged_in(&gateway).await;
    let (process, key) = Client::key(&start);
    assert_ne!((process, key), Client::key(&other_start));
    let backend = client.value("select pg_backend_pid()").await;
    assert_ne!(backend, process.to_string(), "the key is the gateway's own");

    client.send(&query("select pg_sleep(600)")).await;
    other.send(&query("select pg_sleep(600)")).await;
    let oracle = oracle().await;
    let sleeps = format!(
        "select query like '%pg_sleep%' and state = 'active' from pg_stat_activity where pid = {backend}"
    );
    eventually(&oracle, &sleeps).await;
    for key in [key.wrapping_add(1), key] {
        let mut canceller = Client::open(&gateway, "/v2").await;
        let mut request = BytesMut::new();
        frontend::cancel_request(process, key, &mut request);
        canceller.send(&request).await;
        assert_eq!(canceller.rest().await, (vec![], End::Dropped));
        if (process, key) != Client::key(&start) {
            assert!(
                oracle.query_one(&sleeps, &[]).await.unwrap().get::<_, bool>(0),
                "a wrong key cancels nothing"
            );
        }
    }
    let answers = client.until('Z').await;
    let error = answers.iter().find(|answer| answer.tag == 'E').unwrap();
    assert!(error.fields().contains(&"C57014".to_owned()), "{:?}", error.fields());
    assert_eq!(client.value("select 1").await, "1");
    drop(other);
}

#[tokio::test]
async fn a_text_message_ends_the_connection() {
    let gateway = gateway(|config| config).await;
    let mut early = Client::open(&gateway, "/v2").await;
    early.socket.send(Message::text("hello")).await.unwrap();
    assert_eq!(early.rest().await, (vec![], End::Dropped));

    let (mut client, _) = Client::logged_in(&gateway).await;
    let backend = client.value("select pg_backend_pid()").await;
    client.socket.send(Message::text("hello")).await.unwrap();
    assert_eq!(client.rest().await, (vec![], End::Dropped));
    let gone = format!("select not exists (select from pg_stat_activity where pid = {backend})");
    eventually(&oracle().await, &gone).await;
}

#[tokio::test]
async fn a_terminate_is_answered_by_a_normal_close() {
    let gateway = gateway(|config| config).await;
    let (mut client, _) = Client::logged_in(&gateway).await;
    client.send(&terminate()).await;
    assert_eq!(client.rest().await, (vec![], End::Closed(CloseCode::Normal)));

    // What is sent before it is carried out, though the client does not stay for the answer.
    let oracle = oracle().await;
    oracle
        .batch_execute("drop table if exists dt_gateway_terminate; create table dt_gateway_terminate ()")
        .await
        .unwrap();
    let (mut client, _) = Client::logged_in(&gateway).await;
    let work = query("select pg_sleep(0.3); insert into dt_gateway_terminate default values");
    client.send(&[work, terminate()].concat()).await;
    drop(client);
    eventually(&oracle, "select count(*) = 1 from dt_gateway_terminate").await;
    oracle.batch_execute("drop table dt_gateway_terminate").await.unwrap();
}

#[tokio::test]
async fn the_database_ending_the_session_closes_the_socket_after_its_error() {
    let gateway = gateway(|config| config).await;
    let (mut client, _) = Client::logged_in(&gateway).await;
    let backend = client.value("select pg_backend_pid()").await;
    oracle().await.batch_execute(&format!("select pg_terminate_backend({backend})")).await.unwrap();
    let (answers, end) = client.rest().await;
    assert!(answers[0].fields().contains(&"C57P01".to_owned()), "{answers:?}");
    assert_eq!(end, End::Closed(CloseCode::Normal));
}

#[tokio::test]
async fn a_client_that_is_gone_leaves_nothing_running() {
    let gateway = gateway(|config| config).await;
    let oracle = oracle().await;
    for politely in [true, false] {
        let (mut client, _) = Client::logged_in(&gateway).await;
        let backend = client.value("select pg_backend_pid()").await;
        // More than one statement is under way.
        client.send(&[query("select pg_sleep(600)"), query("select pg_sleep(601)")].concat()).await;
        let sleeps = format!("select state = 'active' from pg_stat_activity where pid = {backend}");
        eventually(&oracle, &sleeps).await;
        if politely {
            client.socket.close(None).await.unwrap();
        }
        drop(client);
        eventually(
            &oracle,
            &format!("select not exists (select from pg_stat_activity where pid = {backend})"),
        )
        .await;
    }
}

#[tokio::test]
async fn pings_are_answered() {
    let gateway = gateway(|config| config).await;
    let (mut client, _) = Client::logged_in(&gateway).await;
    client.socket.send(Message::Ping("here".into())).await.unwrap();
    let pong = futures_util::StreamExt::next(&mut client.socket);
    assert_eq!(
        tokio::time::timeout(wire::DEADLINE, pong).await.unwrap().unwrap().unwrap(),
        Message::Pong("here".into())
    );
}

#[tokio::test]
async fn a_client_that_does_not_read_slows_the_database_down() {
    let gateway = gateway(|config| config).await;
    let (mut client, _) = Client::logged_in(&gateway).await;
    let backend = client.value("select pg_backend_pid()").await;
    // 200 MB, which no socket buffer holds.
    client.send(&query("select repeat('x', 1000000) from generate_series(1, 200)")).await;
    let oracle = oracle().await;
    let waits = format!(
        "select wait_event is not distinct from 'ClientWrite' from pg_stat_activity where pid = {backend}"
    );
    eventually(&oracle, &waits).await;
    let answers = client.until('Z').await;
    assert_eq!(answers.iter().filter(|answer| answer.tag == 'D').count(), 200);
}

#[tokio::test]
async fn raw_sessions_are_between_the_client_and_the_database() {
    let gateway = gateway(|config| config.raw_websockets(true)).await;
    let (user, secret, database) = login();
    let mut client = Client::open(&gateway, "/v1?address=ignored:5432").await;
    client.send(&startup(&[("user", &user), ("database", &database), ("statement_timeout", "54321")])).await;
    let asked = client.next().await.unwrap();
    assert!(asked.body.starts_with(b"\0\0\0\x0aSCRAM-SHA-256\0"), "{asked:?}");

    let mut scram = ScramSha256::new(secret.as_bytes(), ChannelBinding::unsupported());
    let mut bytes = BytesMut::new();
    frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), &mut bytes).unwrap();
    client.send(&bytes.split()).await;
    scram.update(&client.next().await.unwrap().body[4..]).unwrap();
    frontend::sasl_response(scram.message(), &mut bytes).unwrap();
    client.send(&bytes).await;
    scram.finish(&client.next().await.unwrap().body[4..]).unwrap();

    let start = client.until('Z').await;
    let backend = client.value("select pg_backend_pid()").await;
    assert_eq!(backend, Client::key(&start).0.to_string(), "the key is the database's own");
    assert_eq!(client.value("show statement_timeout").await, "54321ms");
    client.send(&terminate()).await;
    assert_eq!(client.rest().await.1, End::Closed(CloseCode::Normal));
}

/// A client whose statement is running, and the process that runs it.
async fn busy(gateway: &drivetrain_gateway::neon::NeonGateway, seconds: &str) -> (Client, String) {
    let (mut client, _) = Client::logged_in(gateway).await;
    let backend = client.value("select pg_backend_pid()").await;
    client.send(&query(&format!("select pg_sleep({seconds})"))).await;
    let runs = format!("select state = 'active' from pg_stat_activity where pid = {backend}");
    eventually(&oracle().await, &runs).await;
    (client, backend)
}

#[tokio::test]
async fn a_gateway_that_shuts_down_lets_what_runs_finish() {
    // Longer than the test may take: nobody is to wait for it.
    let gateway = gateway(|config| config.shutdown_grace(3 * wire::DEADLINE)).await;
    let (mut idle, _) = Client::logged_in(&gateway).await;
    let (mut works, _) = busy(&gateway, "0.5").await;
    let down = tokio::spawn(gateway.shutdown());
    assert_eq!(idle.rest().await, (vec![], End::Closed(CloseCode::Away)));
    let (answers, end) = works.rest().await;
    assert_eq!((tags(&answers), end), ("TDCZ".to_owned(), End::Closed(CloseCode::Away)));
    tokio::time::timeout(wire::DEADLINE, down).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_gateway_that_shuts_down_cancels_what_does_not_finish() {
    let gateway = gateway(|config| config.shutdown_grace(std::time::Duration::from_millis(200))).await;
    let (mut stuck, backend) = busy(&gateway, "600").await;
    let down = tokio::spawn(gateway.shutdown());
    assert_eq!(stuck.rest().await, (vec![], End::Closed(CloseCode::Away)));
    tokio::time::timeout(wire::DEADLINE, down).await.unwrap().unwrap();
    let gone = format!("select not exists (select from pg_stat_activity where pid = {backend})");
    eventually(&oracle().await, &gone).await;
}
