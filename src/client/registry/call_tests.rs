use super::*;
use crate::client::registry::{Options, Trust};

fn registry(host: &str, scheme: Option<Scheme>) -> Registry {
    let options =
        Options { login: None, allows_plain_http: false, trust: Trust::default(), stall: Duration::from_secs(60) };
    let registry = Registry::new(host, options);
    *registry.scheme() = scheme;
    registry
}

#[test]
fn the_registry_s_own_addresses_are_reached_as_it_is_itself_and_others_see_no_login() {
    use Scheme::{Http, Https};
    for (host, scheme, location, expected, is_own) in [
        ("r.example.com", Https, "/v2/x?a=b", "https://r.example.com/v2/x?a=b", true),
        ("r.example.com", Https, "http://r.example.com/v2/x", "https://r.example.com/v2/x", true),
        ("r.example.com", Https, "https://r.example.com:443/v2/x", "https://r.example.com/v2/x", true),
        ("R.example.com:443", Https, "https://r.example.com/v2/x", "https://r.example.com/v2/x", true),
        ("r.example.com:443", Https, "http://r.example.com/v2/x", "https://r.example.com/v2/x", true),
        ("r.example.com:5000", Https, "http://r.example.com:5000/x", "https://r.example.com:5000/x", true),
        ("r.example.com", Https, "http://r.example.com:5000/x", "http://r.example.com:5000/x", false),
        ("r.example.com", Https, "https://store.example.com/x", "https://store.example.com/x", false),
        ("localhost:80", Http, "http://localhost/v2/x", "http://localhost/v2/x", true),
        ("[::1]:5000", Http, "/v2/x", "http://[::1]:5000/v2/x", true),
    ] {
        let registry = registry(host, Some(scheme));
        let address = registry.resolve(location).expect("an address");
        assert_eq!((address.as_str(), registry.is_own(&address)), (expected, is_own), "{location} of {host}");
    }
}

#[test]
fn a_login_is_not_shown_without_tls_nor_before_the_registry_has_answered() {
    let own: Url = "http://r.example.com:5000/v2/x".parse().expect("an address");
    assert!(!registry("r.example.com:5000", Some(Scheme::Https)).is_own(&own));
    let unknown = registry("r.example.com:5000", None);
    assert!(!unknown.is_own(&own));
    assert_eq!(unknown.resolve(own.as_str()), None);
}
