//! The certificates of the injector's webhook: an authority of ten years, kept, and a leaf of three, renewed in time. Pure:
//! the clock is given, and nothing is read or written.
//!
//! It takes the place of the original chart's `genCA` and `genSignedCert`, which made both anew with every upgrade and threw
//! the authority's key away, so that the API server and the running injector no longer trusted each other.
//!
//! A leaf is renewed under a third of its life, by whoever deploys: the authority stays, so no moment comes in which the API
//! server refuses the injector. A new authority needs an overlap: trust [`bundle`] of both, then serve the new leaf, then
//! trust the new one alone.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use x509_parser::extensions::GeneralName;

use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long an authority is valid.
pub const AUTHORITY_LIFE: Duration = DAY.saturating_mul(3650);

/// How long a leaf is valid.
pub const LEAF_LIFE: Duration = DAY.saturating_mul(1095);

/// Certificates are valid from so long before they were made, for clocks that go behind.
pub const CLOCK_SKEW: Duration = Duration::from_secs(60 * 60);

/// A certificate is due for renewal when less than this part of its life is left.
const RENEWED_PART: i32 = 3;

/// The name that the authority carries as its subject.
const AUTHORITY_NAME: &str = "KAR injector CA";

/// The injector's Service, and so the first part of its names.
const SERVICE: &str = "kar-injector";

/// What a certificate begins and ends with in PEM.
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// What signs leaves. Its key belongs into a Secret of its own, which is never mounted.
#[derive(Clone, Debug)]
pub struct Authority {
    /// The certificate, as PEM: what the webhook configuration trusts.
    pub certificate: String,
    /// The private key, as PEM (PKCS #8).
    pub key: Secret,
}

/// What the injector serves with.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The certificate, as PEM: `tls.crt`.
    pub certificate: String,
    /// The private key, as PEM (PKCS #8): `tls.key`.
    pub key: Secret,
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// The DNS names it is for.
    pub names: Vec<String>,
    /// Whether it may sign others.
    pub is_authority: bool,
}

/// What is to be done with the certificates that are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing.
    Keep,
    /// A new leaf of the same authority is to be served; no overlap is needed.
    RenewLeaf {
        /// Why, as half a sentence.
        because: String,
    },
    /// A new authority and a leaf of it are to be made, with both authorities trusted until the leaf is served.
    NewAuthority {
        /// Why, as half a sentence.
        because: String,
    },
}

impl Authority {
    /// Makes an authority that is valid from now on for [`AUTHORITY_LIFE`].
    ///
    /// # Errors
    /// When no key can be made, or the time is beyond what certificates can hold.
    pub fn make(now: Timestamp) -> Result<Self> {
        let mut params = params(AUTHORITY_NAME, Vec::new(), now, now + AUTHORITY_LIFE)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = new_key()?;
        let certificate = params.self_signed(&key).or_fail(|| Failure::new("the authority cannot be made"))?;
        Ok(Self { certificate: certificate.pem(), key: Secret::new(key.serialize_pem()) })
    }

    /// Makes a leaf for these DNS names that is valid from now on for [`LEAF_LIFE`], or as long as the authority is.
    ///
    /// # Errors
    /// When the authority cannot be read, or its key is another's.
    pub fn issue(&self, names: &[String], now: Timestamp) -> Result<Leaf> {
        let end = (now + LEAF_LIFE).min(inspect(&self.certificate)?.not_after);
        let mut params = params(SERVICE, names.to_vec(), now, end)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let unusable = || Failure::new("the injector's authority cannot be used");
        is_pair(&self.certificate, &self.key).or_fail(unusable)?;
        let authority_key = KeyPair::from_pem(self.key.expose()).or_fail(unusable)?;
        let issuer = Issuer::from_ca_cert_pem(&self.certificate, authority_key).or_fail(unusable)?;
        let key = new_key()?;
        let certificate = params.signed_by(&key, &issuer).or_fail(unusable)?;
        Ok(Leaf { certificate: certificate.pem(), key: Secret::new(key.serialize_pem()) })
    }
}

impl Inspected {
    /// The time for which it is still valid; negative once it is over.
    pub fn left(&self, now: Timestamp) -> SignedDuration {
        now.duration_until(self.not_after)
    }

    /// Whether less than a third of its life is left.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.left(now) < self.not_before.duration_until(self.not_after) / RENEWED_PART
    }
}

/// The DNS names by which the API server, and people in the cluster, call the injector in a namespace.
pub fn names(namespace: &str, cluster_domain: &str) -> Vec<String> {
    let short = format!("{SERVICE}.{namespace}");
    vec![short.clone(), format!("{short}.svc"), format!("{short}.svc.{cluster_domain}")]
}

/// The certificates of several authorities as one `caBundle`.
pub fn bundle<'a>(certificates: impl IntoIterator<Item = &'a str>) -> String {
    certificates.into_iter().map(|pem| format!("{}\n", pem.trim())).collect()
}

/// What is to be trusted until the leaf of an authority is served everywhere: what is trusted now, and the authority.
/// `None` where nothing else is trusted now, so that there is no other leaf to wait for.
pub fn overlap(trusted: &str, authority: &str) -> Option<String> {
    let is_own = |pem: &&str| first_certificate(pem).ok() == first_certificate(authority).ok();
    let (own, others): (Vec<_>, Vec<_>) = certificates(trusted).partition(is_own);
    let all = || bundle(certificates(trusted).chain(own.is_empty().then_some(authority)));
    (!others.is_empty()).then(all)
}

/// Each certificate of a PEM text, as PEM; blocks of other kinds are left out.
pub fn certificates(pem: &str) -> impl Iterator<Item = &str> {
    pem.split_inclusive(END).filter_map(|text| text.find(BEGIN).map(|begin| &text[begin..]))
}

/// Reads the first certificate of a PEM text.
///
/// # Errors
/// When there is none, or it cannot be parsed.
pub fn inspect(pem: &str) -> Result<Inspected> {
    let der = first_certificate(pem)?;
    let (_, parsed) =
        x509_parser::parse_x509_certificate(&der).or_fail(|| Failure::new("it is no X.509 certificate"))?;
    let time =
        |seconds| Timestamp::from_second(seconds).or_fail(|| Failure::new("the certificate's times are beyond range"));
    let names = parsed.subject_alternative_name().ok().flatten();
    let names = names.into_iter().flat_map(|extension| &extension.value.general_names);
    Ok(Inspected {
        not_before: time(parsed.validity().not_before.timestamp())?,
        not_after: time(parsed.validity().not_after.timestamp())?,
        names: names
            .filter_map(|name| match name {
                GeneralName::DNSName(name) => Some((*name).to_owned()),
                _ => None,
            })
            .collect(),
        is_authority: parsed.is_ca(),
    })
}

/// What is to be done with an authority and a leaf, one or both of which may be missing or unusable, to serve `names`.
pub fn decide(authority: Option<&Authority>, leaf: Option<&Leaf>, names: &[String], now: Timestamp) -> Decision {
    if let Err(because) = authority_is_usable(authority, now) {
        return Decision::NewAuthority { because };
    }
    match authority.map(|authority| leaf_is_usable(leaf, authority, names, now)) {
        Some(Err(because)) => Decision::RenewLeaf { because },
        _ => Decision::Keep,
    }
}

/// Whether a TLS client that trusts `authority` accepts the first certificate of `leaf` for `name` at a time.
///
/// # Errors
/// When it does not; the cause says why.
pub fn verify(authority: &str, leaf: &str, name: &str, at: Timestamp) -> Result<()> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authority.as_bytes()) {
        roots.add(certificate?)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
    let seconds = u64::try_from(at.as_second()).unwrap_or_default();
    let name = ServerName::try_from(name.to_owned())?;
    let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    verifier.verify_server_cert(&first_certificate(leaf)?, &[], &name, &[], at)?;
    Ok(())
}

fn authority_is_usable(authority: Option<&Authority>, now: Timestamp) -> std::result::Result<(), String> {
    let authority = authority.ok_or("there is no authority")?;
    let inspected = inspect(&authority.certificate).map_err(|_| "the authority cannot be read")?;
    is_pair(&authority.certificate, &authority.key).map_err(|_| "the authority's key is not its own")?;
    if !inspected.is_authority {
        return Err("the authority may not sign".to_owned());
    }
    // A leaf never outlives its authority, so the authority goes first, and while old leaves are still valid.
    in_time("the authority", &inspected, now)
}

fn leaf_is_usable(
    leaf: Option<&Leaf>,
    authority: &Authority,
    names: &[String],
    now: Timestamp,
) -> std::result::Result<(), String> {
    let leaf = leaf.ok_or("there is no certificate")?;
    let inspected = inspect(&leaf.certificate).map_err(|_| "the certificate cannot be read")?;
    is_pair(&leaf.certificate, &leaf.key).map_err(|_| "the certificate's key is not its own")?;
    if let Some(missing) = names.iter().find(|name| !inspected.names.contains(name)) {
        return Err(format!("the certificate is not for {missing}"));
    }
    in_time("the certificate", &inspected, now)?;
    let name = names.first().map_or(SERVICE, String::as_str);
    verify(&authority.certificate, &leaf.certificate, name, now)
        .map_err(|_| "the certificate is not of this authority".to_owned())
}

fn in_time(what: &str, inspected: &Inspected, now: Timestamp) -> std::result::Result<(), String> {
    let left = inspected.left(now);
    let days = left.as_hours().unsigned_abs() / 24;
    if now < inspected.not_before {
        Err(format!("{what} is not valid before {}", inspected.not_before))
    } else if left.is_negative() {
        Err(format!("{what} expired {days} days ago"))
    } else if inspected.is_due(now) {
        Err(format!("{what} has {days} days left"))
    } else {
        Ok(())
    }
}

fn is_pair(certificate: &str, key: &Secret) -> Result<()> {
    let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes())?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(vec![first_certificate(certificate)?], key, &provider)?;
    Ok(())
}

fn first_certificate(pem: &str) -> Result<CertificateDer<'static>> {
    CertificateDer::from_pem_slice(pem.as_bytes()).or_fail(|| Failure::new("there is no certificate in the PEM form"))
}

fn new_key() -> Result<KeyPair> {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).or_fail(|| Failure::new("no key can be made"))
}

fn params(name: &str, names: Vec<String>, now: Timestamp, end: Timestamp) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(names).or_fail(|| Failure::new("a name cannot stand in a certificate"))?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let date = |at: Timestamp| {
        let seconds = u64::try_from(at.as_second()).or_fail(|| Failure::new("the clock is before 1970"))?;
        anyhow::Ok(date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds))
    };
    params.not_before = date(now - CLOCK_SKEW)?;
    params.not_after = date(end)?;
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T06:00:00Z".parse().expect("a time")
    }

    fn after(days: u32) -> Timestamp {
        now() + DAY * days
    }

    fn injector() -> Vec<String> {
        names("kar-system", "cluster.local")
    }

    fn made() -> (Authority, Leaf) {
        let authority = Authority::make(now()).expect("an authority");
        let leaf = authority.issue(&injector(), now()).expect("a leaf");
        (authority, leaf)
    }

    #[test]
    fn a_leaf_is_trusted_for_its_names_while_it_lasts() {
        let (authority, leaf) = made();
        let verify = |name: &str, at| verify(&authority.certificate, &leaf.certificate, name, at);
        for name in
            ["kar-injector.kar-system", "kar-injector.kar-system.svc", "kar-injector.kar-system.svc.cluster.local"]
        {
            verify(name, now()).expect(name);
            verify(name, now() - CLOCK_SKEW).expect("a clock that goes behind");
            verify(name, after(1094)).expect("its last day");
        }
        for (name, at) in [
            ("kar-injector.other.svc", now()),
            ("kar-injector", now()),
            ("kar-injector.kar-system.svc", after(1096)),
            ("kar-injector.kar-system.svc", now() - CLOCK_SKEW - DAY),
        ] {
            assert!(verify(name, at).is_err(), "{name} at {at}");
        }
        let (other, _) = made();
        assert!(super::verify(&other.certificate, &leaf.certificate, "kar-injector.kar-system", now()).is_err());
        let both = bundle([other.certificate.as_str(), authority.certificate.as_str()]);
        super::verify(&both, &leaf.certificate, "kar-injector.kar-system", now()).expect("one of the two");
    }

    #[test]
    fn what_is_trusted_stays_so_while_another_authority_takes_its_place() {
        let (old, new) = (made().0.certificate, made().0.certificate);
        let both = bundle([old.as_str(), new.as_str()]);
        assert_eq!(overlap(&old, &new), Some(both.clone()));
        // Half-way: nothing more is added, in any order.
        assert_eq!(overlap(&both, &new), Some(both.clone()));
        assert_eq!(overlap(&both, &old), Some(both));
        assert_eq!(overlap(&new, &new), None);
        assert_eq!(overlap("", &new), None);
        assert_eq!(overlap(&format!("text\n{old}"), &new), Some(bundle([old.as_str(), new.as_str()])));
    }

    #[test]
    fn a_certificate_tells_what_it_is() {
        let (authority, leaf) = made();
        let inspected = inspect(&leaf.certificate).expect("a certificate");
        assert_eq!(inspected.names, injector());
        assert_eq!(inspected.not_before, now() - CLOCK_SKEW);
        assert_eq!(inspected.not_after, after(1095));
        assert_eq!(inspected.left(after(1094)), SignedDuration::from_hours(24));
        assert_eq!(inspect(&authority.certificate).expect("a certificate").not_after, after(3650));
        assert_eq!(inspect("no PEM").expect_err("nothing").to_string(), "there is no certificate in the PEM form");
        assert!(!format!("{authority:?} {leaf:?}").contains("PRIVATE"));
    }

    #[test]
    fn what_is_there_is_kept_until_a_third_of_its_life_is_left() {
        let (authority, leaf) = made();
        let decided = |at| decide(Some(&authority), Some(&leaf), &injector(), at);
        assert_eq!(decided(now()), Decision::Keep);
        assert_eq!(decided(after(729)), Decision::Keep);
        let due = |because: &str| Decision::RenewLeaf { because: because.to_owned() };
        assert_eq!(decided(after(735)), due("the certificate has 360 days left"));
        assert_eq!(decided(after(1100)), due("the certificate expired 5 days ago"));
        let due = |because: &str| Decision::NewAuthority { because: because.to_owned() };
        assert_eq!(decided(after(2500)), due("the authority has 1150 days left"));
        assert_eq!(decided(now() - DAY), due("the authority is not valid before 2026-11-22T05:00:00Z"));
        let late = authority.issue(&injector(), after(3000)).expect("a leaf");
        assert_eq!(
            inspect(&late.certificate).expect("a leaf").not_after,
            after(3650),
            "no leaf outlives its authority"
        );
    }

    #[test]
    fn what_does_not_fit_is_made_again() {
        let (authority, leaf) = made();
        let (other, others) = made();
        let renewed = |leaf: Option<&Leaf>, names: &[String]| match decide(Some(&authority), leaf, names, now()) {
            Decision::RenewLeaf { because } => because,
            other => panic!("{other:?}"),
        };
        assert_eq!(renewed(None, &injector()), "there is no certificate");
        assert_eq!(renewed(Some(&others), &injector()), "the certificate is not of this authority");
        let moved = names("kar", "cluster.local");
        assert_eq!(renewed(Some(&leaf), &moved), "the certificate is not for kar-injector.kar");
        let mixed = Leaf { key: others.key.clone(), ..leaf.clone() };
        assert_eq!(renewed(Some(&mixed), &injector()), "the certificate's key is not its own");
        let garbled = Leaf { certificate: "x".to_owned(), ..leaf.clone() };
        assert_eq!(renewed(Some(&garbled), &injector()), "the certificate cannot be read");

        let replaced = |authority: Option<&Authority>| match decide(authority, Some(&leaf), &injector(), now()) {
            Decision::NewAuthority { because } => because,
            other => panic!("{other:?}"),
        };
        assert_eq!(replaced(None), "there is no authority");
        let mixed = Authority { key: other.key.clone(), ..authority.clone() };
        assert_eq!(replaced(Some(&mixed)), "the authority's key is not its own");
        assert!(mixed.issue(&injector(), now()).is_err());
        let no_authority = Authority { certificate: leaf.certificate.clone(), key: leaf.key.clone() };
        assert_eq!(replaced(Some(&no_authority)), "the authority may not sign");
    }
}
