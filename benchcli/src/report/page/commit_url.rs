//! Derives the URL of a commit from the URL of a remote.

/// The address of a commit's page, with `{id}` for the commit, from a remote's URL: of GitHub, GitLab,
/// Bitbucket, Gitea and the like, and of hosts of their own by their host's name. Nothing for a path,
/// or an address that is not of such a host.
pub fn commit_link(remote: &str) -> Option<String> {
    let (scheme, host, path) = parts(remote.trim())?;
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    if host == "ssh.dev.azure.com" {
        return azure_link(path);
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~/".contains(letter);
    let is_host = host.contains('.') || host.starts_with("localhost");
    if !is_host
        || !host
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "-.:".contains(it))
    {
        return None;
    }
    if !path.contains('/') || !path.chars().all(is_plain) || path.contains("..") {
        return None;
    }
    // Some hosts take ssh at another host, for networks that let only port 443 pass.
    let host = match host {
        "ssh.github.com" => "github.com",
        "altssh.gitlab.com" => "gitlab.com",
        "altssh.bitbucket.org" => "bitbucket.org",
        host => host,
    };
    let part = match host {
        _ if host.contains("gitlab") => "/-/commit/",
        _ if host.contains("bitbucket") => "/commits/",
        _ => "/commit/",
    };
    // A port that speaks http does not speak https as well.
    let scheme = match scheme {
        "http" if host.contains(':') => "http",
        _ => "https",
    };
    Some(format!("{scheme}://{host}/{path}{part}{{id}}"))
}

/// Of `v3/organisation/project/repository`.
fn azure_link(path: &str) -> Option<String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
    match path.split('/').collect::<Vec<_>>()[..] {
        ["v3", organisation, project, repository]
            if [organisation, project, repository]
                .iter()
                .all(|it| !it.is_empty() && *it != ".." && it.chars().all(is_plain)) =>
        {
            Some(format!(
                "https://dev.azure.com/{organisation}/{project}/_git/{repository}/commit/{{id}}"
            ))
        }
        _ => None,
    }
}

/// Scheme, host and path; the scheme of `git@host:path` is ssh.
fn parts(remote: &str) -> Option<(&str, &str, &str)> {
    let without_user = |host: &'_ str| host.rfind('@').map_or(0, |at| at + 1);
    if let Some((scheme, rest)) = remote.split_once("://") {
        if !["https", "http", "ssh", "git", "git+ssh"].contains(&scheme) {
            return None;
        }
        let (host, path) = rest.split_once('/')?;
        let host = &host[without_user(host)..];
        // The port of ssh is not that of the pages.
        let host = match scheme {
            "http" | "https" => host,
            _ => host.split(':').next().unwrap_or(host),
        };
        return Some((scheme, host, path));
    }
    // git@host:path, and not C:\path.
    let (host, path) = remote.split_once(':')?;
    let host = &host[without_user(host)..];
    (host.len() > 1 && !host.contains('/')).then_some(("ssh", host, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_remote() {
        for (remote, link) in [
            (
                "git@github.com:a/b.git",
                "https://github.com/a/b/commit/{id}",
            ),
            (
                "https://github.com/a/b",
                "https://github.com/a/b/commit/{id}",
            ),
            (
                "https://user:secret@github.com/a/b.git/",
                "https://github.com/a/b/commit/{id}",
            ),
            (
                "ssh://git@gitlab.example.com:2222/a/b/c.git",
                "https://gitlab.example.com/a/b/c/-/commit/{id}",
            ),
            (
                "git@bitbucket.org:a/b.git",
                "https://bitbucket.org/a/b/commits/{id}",
            ),
            (
                "https://codeberg.org/a/b.git",
                "https://codeberg.org/a/b/commit/{id}",
            ),
            (
                "http://git.example.com:3000/a/b",
                "http://git.example.com:3000/a/b/commit/{id}",
            ),
            (
                "http://github.com/a/b",
                "https://github.com/a/b/commit/{id}",
            ),
            (
                "ssh://git@ssh.github.com:443/a/b.git",
                "https://github.com/a/b/commit/{id}",
            ),
            (
                "ssh://git@altssh.gitlab.com:443/a/b.git",
                "https://gitlab.com/a/b/-/commit/{id}",
            ),
            (
                "git@ssh.dev.azure.com:v3/org/project/repo",
                "https://dev.azure.com/org/project/_git/repo/commit/{id}",
            ),
            (
                "https://org@dev.azure.com/org/project/_git/repo",
                "https://dev.azure.com/org/project/_git/repo/commit/{id}",
            ),
        ] {
            assert_eq!(commit_link(remote).as_deref(), Some(link), "{remote}");
        }
    }

    #[test]
    fn what_is_not_such_a_host_has_no_link() {
        for remote in [
            "",
            "/srv/git/a.git",
            "../a",
            "C:\\git\\a",
            "file:///srv/git/a/b",
            "https://github.com",
            "javascript://alert(1)/a/b",
            "https://evil\"onclick/a/b",
            "git@host:a/b",
            "https://github.com/a/../b",
            "git@ssh.dev.azure.com:v3/org/repo",
            "git@ssh.dev.azure.com:v3/org/a b/repo",
            "git@ssh.dev.azure.com:v3/org/../repo",
        ] {
            assert_eq!(commit_link(remote), None, "{remote}");
        }
    }
}
