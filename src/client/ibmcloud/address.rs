//! Where the services are: IBM's addresses, or others that were asked for.

use std::fmt;

use reqwest::Url;

/// Where IAM is. <https://cloud.ibm.com/apidocs/iam-identity-token-api#endpoint-urls>
const IAM: &str = "https://iam.cloud.ibm.com";

/// Where the Resource Controller is.
/// <https://cloud.ibm.com/apidocs/resource-controller/resource-controller#endpoint-url>
const RESOURCE_CONTROLLER: &str = "https://resource-controller.cloud.ibm.com";

/// What an address may end in that karctl appends itself.
const ENDINGS: [&str; 2] = ["/identity/token", "/v2"];

/// Base addresses of the three services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// IAM.
    pub iam: Address,
    /// The Resource Controller.
    pub resource_controller: Address,
    /// Code Engine of one region; `None` where no region is known.
    pub code_engine: Option<Address>,
}

impl Api {
    /// IBM's own addresses, with Code Engine's of a region.
    pub fn public(region: Option<&str>) -> Self {
        let known = |text| Address::parse(text).expect("a constant address");
        Self {
            iam: known(IAM),
            resource_controller: known(RESOURCE_CONTROLLER),
            code_engine: region.and_then(|region| Address::of_region(region).ok()),
        }
    }
}

/// An address that requests are sent to: of HTTPS, or of plain HTTP on this machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Code Engine's address in a region such as `eu-de`.
    ///
    /// # Errors
    /// What is wrong with the region.
    pub fn of_region(region: &str) -> Result<Self, String> {
        let is_word =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        match region.split('-').all(is_word) {
            true => Self::parse(&format!("https://api.{region}.codeengine.cloud.ibm.com")),
            false => Err(format!("`{region}` is no region; one is written like eu-de or us-south")),
        }
    }

    /// Reads an address; one that ends in `/identity/token` or `/v2`, as IBM's SDKs have it, is taken too.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence: no address, plain HTTP beyond this machine, or a login in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let trimmed = ENDINGS.iter().fold(text.trim_end_matches('/'), |text, ending| text.trim_end_matches(ending));
        let url: Url = trimmed.parse().map_err(|_| "is no address such as https://HOST".to_owned())?;
        let Some(host) = url.host_str() else { return Err("names no host".to_owned()) };
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            "http" => return Err("is plain HTTP, which is for this machine only: a token would be readable".to_owned()),
            _ => return Err("is no address such as https://HOST".to_owned()),
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err("has more in it than a host and a path".to_owned());
        }
        Ok(Self(url))
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.0.host_str().is_some_and(is_loopback)
    }

    pub(super) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// Host and port, for sentences.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or(host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The address of a path, each of whose segments is escaped.
    pub(super) fn join(&self, segments: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_with_and_without_what_is_appended() {
        for (text, shown) in [
            ("https://iam.cloud.ibm.com/identity/token", "https://iam.cloud.ibm.com"),
            ("https://iam.cloud.ibm.com/", "https://iam.cloud.ibm.com"),
            ("http://127.0.0.1:8080/v2/", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://proxy.example/ce/v2", "https://proxy.example/ce"),
        ] {
            assert_eq!(Address::parse(text).expect(text).to_string(), shown);
        }
        let address = Address::parse("https://proxy.example/ce/v2").expect("an address");
        let url = address.join(&["v2", "projects", "a/b"], &[("name", "x y")]);
        assert_eq!(url.as_str(), "https://proxy.example/ce/v2/projects/a%2Fb?name=x+y");
    }

    #[test]
    fn plain_http_beyond_this_machine_and_logins_in_an_address_are_refused() {
        for text in [
            "http://10.0.0.1",
            "http://localhost.example",
            "ftp://localhost",
            "iam",
            "",
            "https://u:p@h",
            "https://h?q",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_region_is_a_word_or_several() {
        let api = Api::public(Some("us-south"));
        assert_eq!(api.code_engine.expect("a region").to_string(), "https://api.us-south.codeengine.cloud.ibm.com");
        for region in ["", "us south", "evil.example/", "US-South", "a--b"] {
            assert!(Address::of_region(region).is_err(), "{region}");
        }
    }
}
