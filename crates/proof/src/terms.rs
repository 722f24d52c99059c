//! The terms of the brands: small, but with everything in them that makes earnings depend on each other.

use tribute_events::Timestamp;

/// Percent of the first terms and of the two changes.
const PERCENT: [&str; 3] = ["10", "12.5", "9"];

/// The terms of a brand as TOML; `version` counts from 0.
pub(crate) fn terms(brand: u32, version: usize, from: Timestamp) -> String {
    let currency = ["USD", "EUR", "GBP"][usize::try_from(brand % 3).unwrap_or_default()];
    let percent = PERCENT.get(version).copied().unwrap_or(PERCENT[0]);
    let (hold, grace, model) = match brand % 4 {
        0 => ("0s", "0s", "last_touch"),
        1 => ("2d", "24h", "linear"),
        2 => ("10d", "24h", "last_touch"),
        _ => ("14d", "0s", "position_based"),
    };
    let head = format!(
        "[program]\nbrand = 'brand-{brand:03}'\nid = 'main'\nversion = '{}'\neffective_from = '{from}'\n\
         currency = '{currency}'\n[attribution]\nmodel = '{model}'\nwindow = '30d'\nhold = '{hold}'\ngrace = '{grace}'\n",
        version + 1
    );
    [head, commission(brand, percent), MORE.to_owned(), missions(brand)].concat()
}

fn commission(brand: u32, percent: &str) -> String {
    let rule = match brand % 4 {
        0 => format!("pays.percent = '{percent}%'\nwhen.not_categories = ['gift-card']\n"),
        1 => format!(
            "[commission.pays.tiers]\nby = 'revenue'\nmode = 'retroactive'\nperiod = 'month'\n\
             steps = [{{from = '0', percent = '4%'}}, {{from = '400', percent = '{percent}%'}}]\n"
        ),
        2 => format!(
            "pays.percent = '{percent}%'\ncaps.per_order = '14.00'\n\
             caps.per_ambassador = '120.00'\ncaps.period = 'month'\n"
        ),
        _ => "pays.per_item = '1.25'\nminimum_order = '20.00'\n".to_owned(),
    };
    format!("[[commission]]\nid = 'base'\n{rule}")
}

/// The auditor has no word for holds: nothing is looked at.
const MORE: &str = "[fraud]\noff = true\n\
    [[commission]]\nid = 'again'\npays.percent = '3%'\nwhen.customer = 'returning'\nwhen.categories = ['home']\n\
    [[post_fee]]\nid = 'post'\namount = '0.50'\ncampaigns = ['spring']\n\
    [[bonus]]\nid = 'bonus'\nby = 'orders'\nfrom = '4'\nperiod = 'month'\namount = '9.00'\n\
    [payout]\nschedule = 'monthly'\nminimum = '20.00'\ncurrency = 'ambassador'\napproval = false\n\
    [[leaderboard]]\nid = 'top'\nmetric = 'net_revenue'\nperiod = 'month'\ngrace = '2d'\nprizes = ['10.01', '5.00']\n\
    [[leaderboard]]\nid = 'busy'\nmetric = 'posts'\nperiod = 'month'\n";

fn missions(brand: u32) -> String {
    let gift = if brand.is_multiple_of(2) { "perk = 'SKU:TOTE'" } else { "token = 'COIN'" };
    format!(
        "[[mission]]\nid = 'sell'\nrequires.conversions = 3\nrounds = 0\ngives = [{{ {gift} }}]\n\
         [[mission]]\nid = 'tell'\nrequires.posts = {{ count = 2, hashtags = ['spring'] }}\nrounds = 0\ngives = [{{ token = 'COIN', units = 3 }}]\n"
    )
}

#[cfg(test)]
mod tests {
    use tribute_events::Timestamp;

    #[test]
    fn terms_pass_their_check() {
        for brand in 0..6 {
            for version in 0..3 {
                let text = super::terms(brand, version, Timestamp::from_millis(1_767_225_600_000));
                let checked = tribute_terms::Terms::parse(&text);
                assert!(checked.is_ok(), "{checked:?}\n{text}");
            }
        }
    }
}
