//! What the injector answers to which request.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bytes::Bytes;
use serde_json::json;

use super::Injector;
use crate::inject::{Decided, Verdict, review};
use crate::server::{Handlers, Reply, Request};

/// The path in the webhook configuration.
const REVIEW: &str = "/inject-sidecar";

const OK: u16 = 200;
const NOT_FOUND: u16 = 404;
const METHOD_NOT_ALLOWED: u16 = 405;
const UNAVAILABLE: u16 = 503;

const GET: &str = "GET, HEAD";
const POST: &str = "POST";

/// What the server calls.
pub(super) fn handlers(injector: Arc<Injector>) -> Arc<Handlers> {
    let (answering, cut, failing) = (injector.clone(), injector.clone(), injector);
    Arc::new(Handlers {
        answer: Box::new(move |request| answering.answer(request)),
        cut_short: Box::new(move |path, reply| cut.cut_short(path, reply)),
        failed: Box::new(move |peer, why| {
            failing.metrics.connection_failed();
            failing.log.warn(why, json!({ "peer": peer.to_string() }));
        }),
    })
}

impl Injector {
    fn answer(&self, request: &Request) -> Reply {
        let reply = self.route(request);
        self.metrics.answered(reply.status);
        reply
    }

    fn route(&self, request: &Request) -> Reply {
        let allowed = if request.path == REVIEW { POST } else { GET };
        let is_allowed = allowed.split(", ").any(|method| method == request.method);
        match request.path.as_str() {
            REVIEW | "/healthz" | "/readyz" | "/metrics" if !is_allowed => Reply {
                allow: Some(allowed),
                ..Reply::text(METHOD_NOT_ALLOWED, format!("{} takes {allowed} only\n", request.path))
            },
            REVIEW => self.review(request),
            "/healthz" => Reply::text(OK, "ok\n"),
            "/readyz" if self.is_ending.load(Ordering::Relaxed) => Reply::text(UNAVAILABLE, "the injector is ending\n"),
            "/readyz" => Reply::text(OK, "ok\n"),
            "/metrics" => Reply {
                content_type: "text/plain; version=0.0.4; charset=utf-8",
                ..Reply::text(OK, self.metrics.text())
            },
            _ => Reply::text(NOT_FOUND, "there is nothing here\n"),
        }
    }

    fn review(&self, request: &Request) -> Reply {
        let began = Instant::now();
        let answer = review(request.content_type.as_deref(), &request.body, &self.sidecar);
        self.metrics.reviewed(answer.decided.verdict, began.elapsed());
        self.log_decision(&answer.decided);
        let reply = Reply::text(answer.status, "");
        let content_type = if answer.status == OK { "application/json" } else { reply.content_type };
        Reply { content_type, body: Bytes::from(answer.body), ..reply }
    }

    /// Nothing of a pod's content but the annotation that was wrong.
    fn log_decision(&self, decided: &Decided) {
        let fields = || {
            let mut fields = json!({ "uid": decided.uid, "namespace": decided.namespace, "pod": decided.name });
            if !decided.message.is_empty() {
                fields["reason"] = decided.message.as_str().into();
            }
            fields
        };
        match decided.verdict {
            Verdict::Refused => self.log.warn("refused", fields()),
            Verdict::Invalid => self.log.warn("no review", json!({ "reason": decided.message })),
            Verdict::Injected | Verdict::Unchanged if self.log_reviews => {
                self.log.info(decided.verdict.word(), fields());
            }
            Verdict::Injected | Verdict::Unchanged => {}
        }
    }

    fn cut_short(&self, path: &str, reply: &Reply) {
        self.metrics.answered(reply.status);
        let reason = String::from_utf8_lossy(&reply.body);
        self.log.warn("request cut short", json!({ "path": path, "code": reply.status, "reason": reason.trim() }));
    }
}
