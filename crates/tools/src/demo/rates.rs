//! Exchange rates of every weekday. Made up.

use serde_json::json;
use tribute_events::HOUR;

use super::story::{DAYS, Story, day};

/// Ten-thousandths of USD, GBP and CHF for one euro, and hundredths of a yen.
const FIRST: [i64; 4] = [11_740, 8_710, 9_330, 18_380];

pub(super) fn tell(story: &mut Story) {
    let mut rates = FIRST;
    for number in 0..DAYS {
        // 2026-01-01 is a Thursday.
        if matches!(number % 7, 2 | 3) {
            continue;
        }
        for (rate, first) in rates.iter_mut().zip(FIRST) {
            let step = first / 400;
            *rate = (*rate + story.random.between(-step, step)).clamp(first * 9 / 10, first * 11 / 10);
        }
        let [usd, gbp, chf, jpy] = rates;
        let fine = |rate: i64| format!("{}.{:04}", rate / 10_000, rate % 10_000);
        let date = tribute_events::Timestamp::from_millis(day(number)).to_string();
        let date = date.get(..10).unwrap_or_default();
        let data = json!({
            "base": "EUR",
            "date": date,
            "rates": { "USD": fine(usd), "GBP": fine(gbp), "CHF": fine(chf), "JPY": format!("{}.{:02}", jpy / 100, jpy % 100) },
        });
        story.setup("fx.published", day(number) + 15 * HOUR, data);
    }
}
