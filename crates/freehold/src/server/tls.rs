//! The server's own certificate authority, and the certificate that HTTPS shows.
//!
//! Everything is in the data folder: `ca.pem` (to be trusted by clients), `ca.key`, `tls.pem`,
//! `tls.key`, and `tls.toml`, which says what was made. Keys are readable by their owner only.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base::Cx;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use serde::{Deserialize, Serialize};

/// Days that the authority is good for.
const CA_DAYS: i64 = 3650;
/// Days that the certificate is good for; some clients refuse more than 398.
const LEAF_DAYS: i64 = 390;
/// The certificate is made anew when it is good for fewer days than this.
const RENEW_DAYS: i64 = 60;
const DAY_SECONDS: i64 = 24 * 3600;

/// The certificate with its key, and where the authority's certificate is.
pub struct Certificate {
    /// The certificate, in PEM.
    pub chain_pem: String,
    /// Its key, in PEM.
    pub key_pem: String,
    /// `ca.pem`, for clients to trust.
    pub authority: PathBuf,
}

/// What was made, so that nothing has to be read out of a certificate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Made {
    authority_name: String,
    authority_from: i64,
    names: Vec<String>,
    until: i64,
}

/// The certificate in `folder`, made or made anew where needed.
pub fn certificate(cx: &Cx, folder: &Path, extra_names: &[String]) -> Result<Certificate> {
    let record = folder.join("tls.toml");
    let mut made: Made = match fs::read_to_string(&record) {
        Ok(text) => {
            toml::from_str(&text).with_context(|| format!("reading {}", record.display()))?
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Made::default(),
        Err(error) => return Err(error).with_context(|| format!("reading {}", record.display())),
    };
    let (authority, leaf) = (folder.join("ca.pem"), folder.join("tls.pem"));
    let (authority_key, leaf_key) = (folder.join("ca.key"), folder.join("tls.key"));
    let now = cx.now().0;
    let has_authority = authority.is_file()
        && authority_key.is_file()
        && now + LEAF_DAYS * DAY_SECONDS < made.authority_from + CA_DAYS * DAY_SECONDS;
    if !has_authority {
        made = Made {
            authority_name: format!(
                "Freehold local authority {:08x}",
                u32::from_be_bytes(cx.random_bytes())
            ),
            authority_from: now,
            ..Made::default()
        };
        let key = KeyPair::generate().context("making a key")?;
        let certificate = authority_params(&made).self_signed(&key).context("signing ca.pem")?;
        write_private(&authority_key, &key.serialize_pem())?;
        write(&authority, &certificate.pem())?;
    }
    let names = names(extra_names);
    let is_good = has_authority
        && leaf.is_file()
        && leaf_key.is_file()
        && made.names == names
        && made.until - now > RENEW_DAYS * DAY_SECONDS;
    if !is_good {
        made.until = now + LEAF_DAYS * DAY_SECONDS;
        made.names = names;
        let key = KeyPair::generate().context("making a key")?;
        let authority_key = KeyPair::from_pem(&read(&authority_key)?).context("reading ca.key")?;
        let issuer = Issuer::new(authority_params(&made), authority_key);
        let params = leaf_params(cx, &made)?;
        let certificate = params.signed_by(&key, &issuer).context("signing tls.pem")?;
        write_private(&leaf_key, &key.serialize_pem())?;
        write(&leaf, &certificate.pem())?;
        write(&record, &toml::to_string(&made).context("writing tls.toml")?)?;
    }
    Ok(Certificate { chain_pem: read(&leaf)?, key_pem: read(&leaf_key)?, authority })
}

/// The names in the certificate: this machine's, and those configured.
fn names(extra: &[String]) -> Vec<String> {
    let own = ["localhost", "*.localhost", "127.0.0.1", "::1"];
    let mut names: Vec<_> = own.iter().map(|name| (*name).to_owned()).collect();
    names.extend(extra.iter().filter(|name| !own.contains(&name.as_str())).cloned());
    names
}

fn authority_params(made: &Made) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = common_name(&made.authority_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let from = made.authority_from;
    set_dates(&mut params, from - DAY_SECONDS, from + CA_DAYS * DAY_SECONDS);
    params
}

fn leaf_params(cx: &Cx, made: &Made) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(made.names.clone())
        .context("a name in `tls.names` cannot be in a certificate")?;
    params.distinguished_name = common_name("Freehold");
    params.serial_number = Some(SerialNumber::from_slice(&serial(cx)));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_dates(&mut params, made.until - (LEAF_DAYS + 1) * DAY_SECONDS, made.until);
    Ok(params)
}

/// A serial number is positive, so its first bit is not set.
fn serial(cx: &Cx) -> [u8; 16] {
    let mut bytes = cx.random_bytes::<16>();
    bytes[0] &= 0x7f;
    bytes
}

fn common_name(name: &str) -> DistinguishedName {
    let mut found = DistinguishedName::new();
    found.push(DnType::CommonName, name);
    found
}

/// Year, month and day of a time.
fn date(seconds: i64) -> (i32, u8, u8) {
    let time = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let date = time.to_zoned(jiff::tz::TimeZone::UTC).date();
    (i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
}

/// From when until when a certificate is good.
fn set_dates(params: &mut CertificateParams, from: i64, until: i64) {
    let ((y, m, d), (y2, m2, d2)) = (date(from), date(until));
    params.not_before = rcgen::date_time_ymd(y, m, d);
    params.not_after = rcgen::date_time_ymd(y2, m2, d2);
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

/// Writes a file that only its owner can read, from its first byte on.
pub(super) fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path).with_context(|| format!("writing {}", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use base::{Caller, FixedClock, SeededRandom};

    use super::*;

    fn cx(clock: &Arc<FixedClock>) -> Cx {
        Cx::new(Caller::System, clock.clone(), Arc::new(SeededRandom::new(1)))
    }

    #[test]
    fn a_certificate_is_kept_until_it_is_close_to_its_end_or_names_change() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(FixedClock::new(1_700_000_000_000));
        let make = |names: &[String]| certificate(&cx(&clock), folder.path(), names).expect("made");
        let first = make(&[]);
        assert_eq!(make(&[]).chain_pem, first.chain_pem);
        let authority = fs::read_to_string(&first.authority).expect("there");

        let named = make(&["freehold.example".to_owned()]);
        assert_ne!(named.chain_pem, first.chain_pem);
        clock.advance_ms((LEAF_DAYS - RENEW_DAYS) * DAY_SECONDS * 1000);
        let renewed = make(&["freehold.example".to_owned()]);
        assert_ne!(renewed.chain_pem, named.chain_pem);
        assert_eq!(fs::read_to_string(&first.authority).expect("there"), authority);
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(FixedClock::new(1_700_000_000_000));
        certificate(&cx(&clock), folder.path(), &[]).expect("made");
        for name in ["ca.key", "tls.key"] {
            let mode = fs::metadata(folder.path().join(name)).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}
