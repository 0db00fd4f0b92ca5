//! One request, passed on or made to fail.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Fault, REASON, RETRY_AFTER, Upstream};

/// How long an answer that goes on and on is read before it counts as complete.
const LONGEST_ANSWER: Duration = Duration::from_secs(5);

/// What the client is sent.
type Answer = Response<BoxBody<Bytes, hyper::Error>>;

/// Passes a request on, or has it fail; `client` is the process that sent it.
///
/// # Errors
/// Where no answer is to be sent; the connection is then closed without a word.
pub async fn pass(
    mut request: Request<Incoming>,
    upstream: &Upstream,
    fault: Option<Fault>,
    client: Option<i32>,
) -> Result<Answer> {
    match fault {
        Some(Fault::Refuse) => bail!("refused"),
        Some(Fault::Hang) => return std::future::pending().await,
        Some(Fault::Answer { status, .. }) => return own_answer(status),
        Some(Fault::Cut | Fault::Kill) | None => {}
    }
    let upgrade = hyper::upgrade::on(&mut request);
    let answer = upstream.send(request).await?;
    let Some(fault) = fault else { return Ok(passed(answer, upgrade)) };
    tokio::time::timeout(LONGEST_ANSWER, answer.into_body().collect()).await.ok();
    if fault == Fault::Kill {
        kill(Pid::from_raw(client.context("nobody knows who asked")?), Signal::SIGKILL)?;
    }
    bail!("cut")
}

/// Says no as an API server does; an engine's clients read the message, too.
fn own_answer(status: u16) -> Result<Answer> {
    let said = serde_json::json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": REASON, "code": status});
    let mut answer = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    if status == StatusCode::TOO_MANY_REQUESTS.as_u16() {
        answer = answer.header(header::RETRY_AFTER, RETRY_AFTER);
    }
    let body = Full::new(Bytes::from(said.to_string())).map_err(|never| match never {});
    Ok(answer.body(BoxBody::new(body))?)
}

fn passed(mut answer: Response<Incoming>, client: OnUpgrade) -> Answer {
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        let server = hyper::upgrade::on(&mut answer);
        tokio::spawn(async move {
            let (client, server) = tokio::try_join!(client, server)?;
            // Either side may go away at any time.
            tokio::io::copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(server)).await.ok();
            Ok::<_, hyper::Error>(())
        });
    }
    answer.map(BodyExt::boxed)
}
