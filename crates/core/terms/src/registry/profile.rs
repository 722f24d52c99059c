use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::{AccountId, AmbassadorChanged, AmbassadorId, Handle};
use tribute_money::{Asset, Rate};

/// What is known of a person at one instant: the latest word on each field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// The currency they want to be paid in.
    pub payout_currency: Option<Asset>,
    /// Their own accounts at the shop.
    pub accounts: Vec<AccountId>,
    /// The platform they post on.
    pub platform: Option<SmolStr>,
    /// Followers on it; see [`Profile::followers_on`].
    pub followers: Option<u64>,
    /// Their accounts on platforms, in the order in which they were first named.
    pub handles: Vec<Handle>,
    /// What they post about.
    pub niches: Vec<SmolStr>,
    /// The shares of their audience by segment.
    pub audience: BTreeMap<SmolStr, Rate>,
    /// Their tier by a person's decision; empty where it is by the terms again.
    pub tier: Option<SmolStr>,
    /// Country or state.
    pub region: Option<SmolStr>,
    /// School or campus.
    pub campus: Option<SmolStr>,
    /// Who recruited them.
    pub recruiter: Option<AmbassadorId>,
    /// Whether a tax form is on file.
    pub tax_form: Option<bool>,
    /// Whether their payment details are verified.
    pub payment_details_verified: Option<bool>,
}

impl Profile {
    /// Takes in what was said of the person. An account stays theirs once named.
    pub fn hear(&mut self, said: &AmbassadorChanged) {
        fn keep<T: Clone>(known: &mut Option<T>, said: &Option<T>) {
            if said.is_some() {
                known.clone_from(said);
            }
        }
        keep(&mut self.platform, &said.platform);
        keep(&mut self.region, &said.region);
        keep(&mut self.campus, &said.campus);
        keep(&mut self.payout_currency, &said.payout_currency);
        keep(&mut self.followers, &said.followers);
        keep(&mut self.tier, &said.tier);
        keep(&mut self.recruiter, &said.recruiter);
        keep(&mut self.tax_form, &said.tax_form);
        keep(&mut self.payment_details_verified, &said.payment_details_verified);
        if !said.niches.is_empty() {
            self.niches.clone_from(&said.niches);
        }
        if !said.audience.is_empty() {
            self.audience.clone_from(&said.audience);
        }
        for account in &said.accounts {
            if let Err(place) = self.accounts.binary_search(account) {
                self.accounts.insert(place, account.clone());
            }
        }
        for handle in &said.handles {
            let same = |it: &&mut Handle| it.platform == handle.platform && it.handle == handle.handle;
            match self.handles.iter_mut().find(same) {
                Some(known) => known.clone_from(handle),
                None => self.handles.push(handle.clone()),
            }
        }
    }

    /// Followers of their largest account on a platform, without regard to case; of the largest of all where none is
    /// named. Followers of whom it is not known on which platform they are count for each.
    #[must_use]
    pub fn followers_on(&self, platform: Option<&str>) -> Option<u64> {
        let on = |handle: &Handle| {
            handle.platform.is_empty() || platform.is_none_or(|it| it.eq_ignore_ascii_case(&handle.platform))
        };
        self.accounts_shown().filter(on).filter_map(|handle| handle.followers).max()
    }

    /// Their accounts on platforms; the main platform with its followers is one of them.
    pub(crate) fn accounts_shown(&self) -> impl Iterator<Item = Handle> + '_ {
        let main = (self.platform.is_some() || self.followers.is_some()).then(|| Handle {
            platform: self.platform.clone().unwrap_or_default(),
            handle: SmolStr::default(),
            followers: self.followers,
            account_created: None,
            engagement: None,
        });
        self.handles.iter().cloned().chain(main)
    }
}
