//! The tree of dependencies: one `SQLite`, one sqlx, one TLS.

use super::{Found, House};

/// What `Cargo.lock` must and must not hold.
pub fn tree(house: &House) -> Found {
    let packages: Vec<(&str, &str)> = house.lockfile.split("[[package]]").skip(1).filter_map(package).collect();
    let versions =
        |wanted: &str| -> Vec<&str> { packages.iter().filter(|(name, _)| *name == wanted).map(|(_, version)| *version).collect() };
    let mut found = Vec::new();
    for (name, _) in &packages {
        let second_tls = ["openssl", "native-tls", "aws-lc"].iter().any(|tls| name.starts_with(tls)) && *name != "openssl-probe";
        if second_tls {
            found
                .push(format!("{name}: a second TLS in the tree. Way out: turn the feature off that brings it; ring is the one provider."));
        }
    }
    for (name, wanted) in [("sqlx", "0.9."), ("libsqlite3-sys", "0.37.")] {
        let here = versions(name);
        if here.len() != 1 || !here[0].starts_with(wanted) {
            found.push(format!(
                "{name} stands in the tree as {here:?}. Way out: bring it back to one version {wanted}x; two would be two databases."
            ));
        }
    }
    found
}

fn package(block: &str) -> Option<(&str, &str)> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'));
    Some((field("name")?, field("version")?))
}
