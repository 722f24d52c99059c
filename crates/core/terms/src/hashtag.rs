use smol_str::SmolStr;

/// The hashtags that disclose a paid post unless the terms name others.
pub const DISCLOSURE_HASHTAGS: [&str; 2] = ["ad", "sponsored"];

/// Whether a post's hashtags hold one of `wanted`: the whole tag, without regard to case, with or without `#`.
///
/// ```
/// use tribute_terms::{DISCLOSURE_HASHTAGS, carries_hashtag};
/// assert!(carries_hashtag(&["#AD".into()], &DISCLOSURE_HASHTAGS));
/// assert!(!carries_hashtag(&["#advent".into(), "#sp".into()], &DISCLOSURE_HASHTAGS));
/// ```
#[must_use]
pub fn carries_hashtag(hashtags: &[SmolStr], wanted: &[impl AsRef<str>]) -> bool {
    hashtags.iter().any(|tag| wanted.iter().any(|it| bare(tag) == bare(it.as_ref())))
}

/// Whether a post's mentions hold one of `wanted`, without regard to case, with or without `@`.
#[must_use]
pub fn mentions_account(mentions: &[SmolStr], wanted: &[SmolStr]) -> bool {
    carries_hashtag(mentions, wanted)
}

/// A hashtag or an account as it is compared.
pub(crate) fn bare(tag: &str) -> String {
    tag.trim().trim_start_matches(['#', '@']).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_42_what_discloses_by_default() {
        for (tag, disclosed) in
            [("#ad", true), ("#sponsored", true), ("#sp", false), ("#spon", false), ("#collab", false)]
        {
            assert_eq!(carries_hashtag(&[tag.into()], &DISCLOSURE_HASHTAGS), disclosed, "{tag}");
        }
    }
}
