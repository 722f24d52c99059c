use smol_str::SmolStr;
use tribute_events::{AmbassadorId, CampaignAnnounced, PostPublished, Timestamp};

use crate::{carries_hashtag, hashtag::bare};

/// Whether a post that was published at `at` belongs to a campaign: it ran then and is open to the author, the post is
/// of its kinds and on its platforms, and carries one of its hashtags or mentions one of its accounts, where it names
/// any.
#[must_use]
pub fn belongs_to_campaign(
    post: &PostPublished,
    author: &AmbassadorId,
    at: Timestamp,
    campaign: &CampaignAnnounced,
) -> bool {
    let listed = |list: &[SmolStr], value: Option<&SmolStr>| {
        list.is_empty() || value.is_some_and(|it| list.iter().any(|wanted| wanted.eq_ignore_ascii_case(it)))
    };
    let mentions = |account: &SmolStr| campaign.mentions.iter().any(|it| bare(it) == bare(account));
    campaign.starts_at <= at
        && at < campaign.ends_at
        && (campaign.ambassadors.is_empty() || campaign.ambassadors.contains(author))
        && listed(&campaign.kinds, post.kind.as_ref())
        && listed(&campaign.platforms, post.platform.as_ref())
        && ((campaign.hashtags.is_empty() && campaign.mentions.is_empty())
            || carries_hashtag(&post.hashtags, &campaign.hashtags)
            || post.mentions.iter().any(mentions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_belongs_by_hashtag_or_mention_and_by_kind_platform_and_dates() {
        let campaign: CampaignAnnounced = serde_json::from_str(
            r##"{"program":"p","campaign":"c","hashtags":["#Spring"],"mentions":["@Brand"],"kinds":["video"],
                "platforms":["clips"],"starts_at":"2026-03-01T00:00:00Z","ends_at":"2026-04-01T00:00:00Z"}"##,
        )
        .unwrap();
        let belongs = |at: &str, rest: &str| {
            let post = format!("{{\"program\":\"p\",\"post\":\"1\",\"author\":\"ann\",{rest}}}");
            belongs_to_campaign(
                &serde_json::from_str(&post).unwrap(),
                &AmbassadorId::trusted("ann"),
                at.parse().unwrap(),
                &campaign,
            )
        };
        let (in_march, good) = ("2026-03-31T23:59:59Z", "\"kind\":\"Video\",\"platform\":\"clips\"");
        assert!(belongs(in_march, &format!("{good},\"hashtags\":[\"spring\"]")));
        assert!(belongs(in_march, &format!("{good},\"mentions\":[\"brand\"]")));
        assert!(!belongs(in_march, &format!("{good},\"mentions\":[\"spring\"]")));
        assert!(!belongs("2026-04-01T00:00:00Z", &format!("{good},\"mentions\":[\"brand\"]")));
        assert!(!belongs(in_march, "\"kind\":\"photo\",\"platform\":\"clips\",\"mentions\":[\"brand\"]"));
        assert!(!belongs(in_march, "\"kind\":\"video\",\"mentions\":[\"brand\"]"));
    }

    #[test]
    fn a_campaign_without_hashtags_and_mentions_has_every_post_of_its_people_kinds_and_dates() {
        let campaign: CampaignAnnounced = serde_json::from_str(
            r#"{"program":"p","campaign":"c","kinds":["video"],"ambassadors":["ann"],
                "starts_at":"2026-03-01T00:00:00Z","ends_at":"2026-04-01T00:00:00Z"}"#,
        )
        .unwrap();
        let belongs = |at: &str, author: &str, kind: &str| {
            let post = format!("{{\"program\":\"p\",\"post\":\"1\",\"author\":\"x\",\"kind\":\"{kind}\"}}");
            let post = serde_json::from_str(&post).unwrap();
            belongs_to_campaign(&post, &AmbassadorId::trusted(author), at.parse().unwrap(), &campaign)
        };
        assert!(belongs("2026-03-01T00:00:00Z", "ann", "video"));
        assert!(!belongs("2026-04-01T00:00:00Z", "ann", "video"));
        assert!(!belongs("2026-03-01T00:00:00Z", "bob", "video"));
        assert!(!belongs("2026-03-01T00:00:00Z", "ann", "photo"));
    }
}
