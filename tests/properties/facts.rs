//! Random facts about few people, orders and posts, so that they bear on each other.

use serde_json::{Value, json};
use tribute_events::{DAY, HOUR, MINUTE, Timestamp};
use tribute_tests::event;
use tribute_tools::Random;

use crate::terms::terms;

/// 2026-01-01T00:00:00Z.
const BEGIN: Timestamp = Timestamp::from_millis(1_767_225_600_000);
/// How many days the facts are spread over.
const DAYS: i64 = 80;

/// A fact and when it was recorded.
pub(crate) struct Fact {
    pub(crate) recorded: Timestamp,
    pub(crate) line: String,
}

pub(crate) fn day(number: i64) -> Timestamp {
    BEGIN.plus(number * DAY)
}

/// Facts on their way.
pub(crate) struct Facts {
    random: Random,
    punctual: bool,
    all: Vec<Fact>,
}

const AMBASSADORS: [&str; 4] = ["A", "B", "C", "D"];
const ACCOUNTS: [&str; 3] = ["kim", "lee", "ana"];
const DEVICES: [&str; 3] = ["d1", "d2", "d3"];

impl Facts {
    /// One story of 20 to 60 facts.
    pub(crate) fn of(seed: u64) -> Vec<Fact> {
        Self::told(seed, false)
    }

    /// One story in which everything is recorded when it happens.
    pub(crate) fn punctual(seed: u64) -> Vec<Fact> {
        Self::told(seed, true)
    }

    fn told(seed: u64, punctual: bool) -> Vec<Fact> {
        let mut facts = Self { random: Random::new(seed), punctual, all: Vec::new() };
        facts.setup();
        for _ in 0..facts.random.between(20, 60) {
            facts.any();
        }
        facts.all
    }

    fn setup(&mut self) {
        let text = terms(&mut self.random, "p", 1, "2026-01-01T00:00:00Z");
        self.at(BEGIN, BEGIN, "program.published", json!({"terms": text}));
        if self.random.chance(40) {
            // Two versions cannot take effect at one instant: the one that comes first would stand.
            let from = self.instant().max(BEGIN.plus(1));
            let text = terms(&mut self.random, "p", 2, &from.to_string());
            self.tell(from, "program.published", json!({"terms": text}));
        }
        if self.random.chance(20) {
            let text = terms(&mut self.random, "q", 1, "2026-01-01T00:00:00Z");
            self.tell(BEGIN, "program.published", json!({"terms": text}));
        }
        for who in AMBASSADORS {
            let time = if self.random.chance(70) { BEGIN } else { self.instant() };
            self.standing(time, who, "approved");
        }
        self.tell(
            BEGIN,
            "campaign.announced",
            json!({"program": "p", "campaign": "spring", "hashtags": ["spring"],
            "starts_at": day(5).to_string(), "ends_at": day(60).to_string()}),
        );
        let rates = json!({"base": "EUR", "date": "2026-01-30", "rates": {"USD": "1.1000", "GBP": "0.8600"}});
        self.tell(day(30), "fx.published", rates);
    }

    /// Instants coincide now and then.
    fn instant(&mut self) -> Timestamp {
        let hours = self.random.below(4) * 6;
        let millis = i64::from(self.random.chance(5));
        day(self.random.between(0, DAYS)).plus(i64::try_from(hours).unwrap_or_default() * HOUR + millis)
    }

    fn tell(&mut self, time: Timestamp, kind: &str, data: Value) {
        let delay = match self.random.below(10) {
            0..=5 => 0,
            6 => self.random.between(1, 5) * MINUTE,
            7 => self.random.between(1, 48) * HOUR,
            _ => self.random.between(1, 45) * DAY,
        };
        self.at(time, time.plus(if self.punctual { 0 } else { delay }), kind, data);
    }

    fn at(&mut self, time: Timestamp, recorded: Timestamp, kind: &str, data: Value) {
        // The order of ids is none of time's.
        let id = format!("{:02x}-{}", self.random.below(256), self.all.len());
        let line = event("acme", &id, kind, &time.to_string(), &recorded.to_string(), &data);
        self.all.push(Fact { recorded, line });
    }

    fn who(&mut self) -> &'static str {
        self.random.pick::<&str>(&AMBASSADORS)
    }

    fn program(&mut self) -> &'static str {
        if self.random.chance(8) { "q" } else { "p" }
    }

    fn order(&mut self) -> String {
        format!("o{}", self.random.below(7))
    }

    fn post(&mut self) -> String {
        format!("post{}", self.random.below(4))
    }

    fn any(&mut self) {
        let time = self.instant();
        match self.random.below(100) {
            0..=21 => self.click(time),
            22..=27 => self.login(time),
            28..=44 => self.sale(time, "sale.completed"),
            45..=48 => self.sale(time, "sale.edited"),
            49..=56 => self.refund(time),
            57..=60 => self.void(time),
            61..=67 => self.decision(time),
            68..=75 => self.person(time),
            76..=82 => self.issue(time),
            83..=97 => self.content(time),
            _ => {
                let stock = json!({"program": "p", "perk": "SKU:TOTE", "units": self.random.between(1, 2)});
                self.tell(time, "perk.stocked", stock);
            }
        }
    }

    fn click(&mut self, time: Timestamp) {
        let kind = self.random.pick(&["click", "click", "qr", "view"]);
        let mut data = json!({"click": format!("c{}", self.random.below(40)), "kind": kind});
        if self.random.chance(80) {
            data["program"] = self.program().into();
            data["ambassador"] = self.who().into();
        } else {
            data["link"] = (*self.random.pick(&["l1", "l2"])).into();
        }
        self.shopper(&mut data);
        self.tell(time, "click.recorded", data);
    }

    fn shopper(&mut self, data: &mut Value) {
        let which = self.random.below(4);
        if which != 0 {
            data["device"] = (*self.random.pick(&DEVICES)).into();
        }
        if which != 1 && which != 3 {
            data["account"] = (*self.random.pick(&ACCOUNTS)).into();
        }
    }

    fn login(&mut self, time: Timestamp) {
        let data = json!({"device": self.random.pick(&DEVICES), "account": self.random.pick(&ACCOUNTS)});
        self.tell(time, "login.recorded", data);
    }

    fn sale(&mut self, time: Timestamp, kind: &str) {
        let lines: Vec<_> = (0..self.random.between(1, 3)).map(|_| self.line()).collect();
        let currency = if self.random.chance(8) { "EUR" } else { "USD" };
        let mut data = json!({"order": self.order(), "currency": currency, "lines": lines});
        self.shopper(&mut data);
        if self.random.chance(30) {
            data["codes"] = json!([self.random.pick(&["CODE1", "CODE2", "code1", "WORKSHOP"])]);
        }
        if self.random.chance(20) {
            data["subscription"] = json!({"id": "sub", "renewal": self.random.below(3)});
        }
        if self.random.chance(10) {
            data["program"] = self.program().into();
        }
        if self.random.chance(20) {
            (data["tax"], data["shipping"], data["channel"]) = ("3.33".into(), "4.90".into(), "store".into());
        }
        if self.random.chance(15) {
            data["place"] = "shop".into();
        }
        self.tell(time, kind, data);
    }

    fn line(&mut self) -> Value {
        let amount = format!("{}.{:03}", self.random.between(1, 120), self.random.below(1_000));
        let category = self.random.pick(&["books", "toys"]);
        let mut line = json!({"sku": self.random.pick(&["S1", "S2"]), "category": category,
            "quantity": self.random.between(0, 3), "amount": amount});
        if self.random.chance(20) {
            line["discount"] = "1.50".into();
        }
        line
    }

    fn refund(&mut self, time: Timestamp) {
        let mut data = json!({"order": self.order(), "refund": format!("r{}", self.random.below(9))});
        if self.random.chance(50) {
            data["amount"] = format!("{}.{:02}", self.random.between(0, 60), self.random.below(100)).into();
        } else {
            let amount = format!("{}.50", self.random.between(0, 60));
            data["lines"] =
                json!([{"sku": self.random.pick(&["S1", "S2", "S3"]), "quantity": 1, "amount": amount}]);
        }
        self.tell(time, "sale.refunded", data);
    }

    fn void(&mut self, time: Timestamp) {
        let order = self.order();
        if self.random.chance(50) {
            self.tell(time, "sale.cancelled", json!({"order": order}));
        } else {
            let outcome = self.random.pick(&["opened", "won", "lost"]);
            self.tell(time, "sale.disputed", json!({"order": order, "outcome": outcome}));
        }
    }

    fn decision(&mut self, time: Timestamp) {
        let (who, valid) = (self.who(), self.random.chance(30));
        match self.random.below(3) {
            0 => {
                let click = format!("c{}", self.random.below(40));
                self.tell(time, "click.judged", json!({"click": click, "valid": valid, "reason": "seen"}));
            }
            1 => {
                let mut data = json!({"program": "p", "ambassador": who, "valid": valid, "reason": "seen"});
                if self.random.chance(40) {
                    data["orders_from"] = self.instant().to_string().into();
                }
                self.tell(time, "ambassador.judged", data);
            }
            _ => {
                let shares: Vec<_> = (0..self.random.below(3))
                    .map(|_| json!({"ambassador": self.who(), "weight": self.random.between(1, 3)}))
                    .collect();
                let data = json!({"program": "p", "order": self.order(), "shares": shares, "by": "max", "reason": "told"});
                self.tell(time, "conversion.overridden", data);
            }
        }
    }

    fn standing(&mut self, time: Timestamp, who: &str, change: &str) {
        let mut data = json!({"program": "p", "ambassador": who, "reason": "seen"});
        if self.random.chance(30) {
            data["recruiter"] = self.who().into();
        }
        if self.random.chance(30) {
            data["followers"] = self.random.between(500, 1_500).into();
        }
        if self.random.chance(20) {
            let (platform, followers) =
                (self.random.pick(&["clips", "photos"]), self.random.between(500, 1_500));
            data["handles"] = json!([{"platform": platform, "handle": "h", "followers": followers}]);
        }
        if self.random.chance(8) {
            data["tier"] = (*self.random.pick(&["gold", "silver", ""])).into();
        }
        if self.random.chance(30) {
            data["region"] = (*self.random.pick(&["north", "south"])).into();
        }
        if self.random.chance(20) {
            data["payout_currency"] = (*self.random.pick(&["USD", "GBP"])).into();
        }
        if self.random.chance(10) {
            data["accounts"] = json!([self.random.pick(&ACCOUNTS)]);
        }
        self.tell(time, &format!("ambassador.{change}"), data);
    }

    fn person(&mut self, time: Timestamp) {
        let who = self.who();
        if self.random.chance(15) {
            let kind = self.random.pick(&["hold.placed", "hold.released"]);
            self.tell(time, kind, json!({"program": "p", "ambassador": who, "by": "max", "reason": "seen"}));
        } else {
            let change =
                self.random.pick(&["approved", "approved", "left", "suspended", "updated", "updated"]);
            self.standing(time, who, change);
        }
    }

    fn issue(&mut self, time: Timestamp) {
        let who = self.who();
        let until = time.plus(self.random.between(1, 30) * DAY);
        match self.random.below(6) {
            0 | 1 => {
                let mode = self.random.pick(&["always", "if_involved", "if_winner", "fallback"]);
                let mut data = json!({"program": "p", "code": self.random.pick(&["CODE1", "CODE2"]), "ambassador": who, "mode": mode});
                if self.random.chance(30) {
                    data["valid_from"] = self.instant().to_string().into();
                }
                if self.random.chance(30) {
                    data["valid_until"] = until.to_string().into();
                }
                self.tell(time, "code.issued", data);
            }
            2 => self.tell(time, "code.withdrawn", json!({"program": "p", "code": "CODE1"})),
            3 => {
                let link = self.random.pick(&["l1", "l2"]);
                self.tell(time, "link.issued", json!({"program": "p", "link": link, "ambassador": who}));
            }
            4 => {
                let starts_at = self.instant();
                let ends_at = starts_at.plus(self.random.between(1, 20) * DAY).to_string();
                self.tell(time, "workshop.announced", json!({"program": "p", "workshop": "w1", "ambassador": who,
                    "place": "shop", "code": "WORKSHOP", "starts_at": starts_at.to_string(), "ends_at": ends_at}));
            }
            _ => {
                let starts_at = self.instant();
                let ends_at = starts_at.plus(self.random.between(1, 40) * DAY).to_string();
                let due_at = starts_at.plus(self.random.between(0, 20) * DAY).to_string();
                self.tell(
                    time,
                    "campaign.announced",
                    json!({"program": "p", "campaign": "spring",
                    "hashtags": ["spring"], "starts_at": starts_at.to_string(), "ends_at": ends_at, "due_at": due_at}),
                );
            }
        }
    }

    fn content(&mut self, time: Timestamp) {
        let post = self.post();
        match self.random.below(10) {
            0..=4 => {
                let mut data = json!({"program": self.program(), "post": post, "author": self.who(),
                    "kind": self.random.pick(&["video", "photo"]), "hashtags": ["#Spring", self.random.pick(&["ad", "fun"])],
                    "products": [self.random.pick(&["S1", "S2"])]});
                if self.random.chance(50) {
                    data["platform"] = (*self.random.pick(&["clips", "photos"])).into();
                }
                if self.random.chance(40) {
                    data["due_at"] = self.instant().to_string().into();
                }
                self.tell(time, "post.published", data);
            }
            5 | 6 => {
                let metrics =
                    json!({"likes": self.random.between(0, 90), "comments": self.random.between(0, 20)});
                self.tell(time, "post.measured", json!({"post": post, "metrics": metrics}));
            }
            7 | 8 => {
                let verdict = self.random.pick(&["approved", "approved", "rejected"]);
                self.tell(time, "post.reviewed", json!({"post": post, "verdict": verdict, "reason": "seen"}));
            }
            _ => self.tell(time, "post.removed", json!({"post": post})),
        }
    }
}
