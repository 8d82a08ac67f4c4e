//! The URLs of environments.

/// How URLs of environments are built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urls {
    /// The URL under which clients reach the server, without a slash at the end.
    pub public: String,
    /// Whether the environment is in the host name or in the path.
    pub style: UrlStyle,
}

/// Where the URL of an environment names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlStyle {
    /// `http://localhost:8400/orgs/{domain}/`.
    Path,
    /// `http://{domain}.localhost:8400/`.
    Host,
}

impl Default for Urls {
    fn default() -> Self {
        Self { public: "http://localhost:8400".to_owned(), style: UrlStyle::Path }
    }
}

impl Urls {
    /// The URL of the database with this domain name, with a slash at the end.
    pub fn instance(&self, domain: &str) -> String {
        match self.style {
            UrlStyle::Path => format!("{}/orgs/{domain}/", self.public),
            UrlStyle::Host => match self.public.split_once("://") {
                Some((scheme, rest)) => format!("{scheme}://{domain}.{rest}/"),
                None => format!("http://{domain}.{}/", self.public),
            },
        }
    }

    /// The same without the slash, as clients of the API want it.
    pub fn instance_api(&self, domain: &str) -> String {
        let url = self.instance(domain);
        url.strip_suffix('/').unwrap_or(&url).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_in_the_path_or_in_the_host_name() {
        let mut urls = Urls::default();
        assert_eq!(urls.instance("sales"), "http://localhost:8400/orgs/sales/");
        assert_eq!(urls.instance_api("sales"), "http://localhost:8400/orgs/sales");
        urls.style = UrlStyle::Host;
        assert_eq!(urls.instance("sales"), "http://sales.localhost:8400/");
    }
}
