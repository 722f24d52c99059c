use std::{fs, io::Write};

use tribute_events::{Event, Payload, Rejection};

use super::*;

/// One event of every type, with what is odd about real ones.
const SAMPLE: &str = r#"{"type":"fx_rates","id":"ecb-1","time":"2010-11-01T14:15:00Z","base":"EUR","date":"2010-11-01","rates":{"USD":"1.3926","EEK":"15.6466"}}
{"type":"ambassador_joined","id":"join-1","time":"2010-12-01T00:00:00Z","program_id":"gifts-uk","ambassador_id":"amb-001","platform":"facebook","followers":120,"payout_currency":"EEK","coupon_code":"GIFT001","customer_id":"17850"}
{"type":"ambassador_joined","id":"join-2","time":"2010-12-01T00:00:00Z","program_id":"grocer-us","ambassador_id":"amb-001","payout_currency":"USD","coupon_code":"CAMP24"}
{"type":"campaign","id":"tag-1","time":"2010-12-01T00:00:00Z","program_id":"gifts-uk","hashtag":"spring","starts":"2010-12-06T00:00:00Z","ends":"2011-02-04T00:00:00Z"}
{"type":"campaign","id":"coupon-24","time":"2010-12-01T00:00:00Z","program_id":"grocer-us","coupon_code":"CAMP24","ambassador_id":"amb-001","kind":"Type C","starts":"2010-11-15T05:00:00Z","ends":"2011-01-18T05:00:00Z"}
{"type":"post_metrics","id":"p1-m1","time":"2010-12-01T08:23:00Z","post_id":"p1","metrics":{"likes":1,"reactions":4,"comments":0,"shares":1}}
{"type":"post","id":"p1","time":"2010-12-01T08:23:00Z","program_id":"gifts-uk","author_id":"x-00001","platform":"twitter","kind":"text","hashtags":["spring"],"followers":11}
{"type":"click","id":"c1","time":"2010-12-01T08:24:00Z","program_id":"gifts-uk","visitor_id":"v1","channel":"social","ambassador_id":"amb-001","post_id":"p1"}
{"type":"click","id":"c2","time":"2010-12-01T08:25:00Z","program_id":"gifts-uk","visitor_id":"v1","channel":"direct"}
{"type":"sale","id":"536365","time":"2010-12-01T08:26:00Z","program_id":"gifts-uk","customer_id":"17850","visitor_id":"v1","country":"EIRE","currency":"GBP","amount":"2058.061","coupon_codes":["GIFT001"],"lines":[{"sku":"A","qty":6,"amount":"15.30"},{"sku":"A","qty":1,"amount":"2042.761"},{"sku":"P","qty":1,"amount":"0.00"}]}
{"type":"sale","id":"b1","time":"2011-01-02T14:16:13Z","program_id":"grocer-us","customer_id":"h1","currency":"USD","amount":"3.49","lines":[{"sku":"A","qty":0,"amount":"3.49","discounts":{"retail":"0.50","coupon":"0.40","coupon_match":"0.10"}}]}
{"type":"refund","id":"C1","time":"2011-01-03T09:41:00Z","program_id":"gifts-uk","credit_note":"C0","sale_id":"536365","currency":"GBP","amount":"5.10","lines":[{"sku":"A","qty":2,"amount":"5.10"}]}
{"type":"refund","id":"C2","time":"2011-01-03T09:41:00Z","program_id":"gifts-uk","credit_note":"C0","currency":"GBP","amount":"27.50","lines":[{"sku":"D","qty":1,"amount":"27.50"}]}
{"type":"stock_adjustment","id":"536589","time":"2011-01-03T16:50:00Z","program_id":"gifts-uk","lines":[{"sku":"A","qty":-10}]}
{"type":"adjustment","id":"A1","time":"2011-08-12T13:50:00Z","program_id":"gifts-uk","currency":"GBP","amount":"11062.06","reason":"Adjust bad debt"}
{"type":"ambassador_left","id":"left-1","time":"2011-09-01T00:00:00Z","program_id":"gifts-uk","ambassador_id":"amb-001"}
"#;

const PRODUCTS: &str = r#"{"program_id":"gifts-uk","sku":"A","name":"GLOBE","kind":"goods"}
{"program_id":"gifts-uk","sku":"P","name":"POSTAGE","kind":"shipping"}
{"program_id":"grocer-us","sku":"A","name":"APPLES","kind":"misc"}
"#;

/// Converts a set and gives back the report and the lines.
fn converted(
    sample: &str,
    order: Order,
    compression: Compression,
) -> Result<(Report, Vec<String>), ToolError> {
    let folder = tempfile::tempdir().unwrap();
    let create = |name: &str| fs::File::create(folder.path().join(name)).unwrap();
    let mut packed = liblzma::write::XzEncoder::new(create("replay.ndjson.xz"), 1);
    packed.write_all(sample.as_bytes()).unwrap();
    packed.finish().unwrap();
    create("products.ndjson").write_all(PRODUCTS.as_bytes()).unwrap();
    let mut packed = flate2::write::GzEncoder::new(create("delivery.txt.gz"), flate2::Compression::fast());
    packed.write_all(b"12\n1\n2\n2\n").unwrap();
    packed.finish().unwrap();
    let output = folder.path().join("out");
    let report =
        convert(&Options { input: folder.path().into(), output: output.clone(), order, compression })?;
    let packed = fs::read(output.join(format!("events.ndjson{}", compression.suffix()))).unwrap();
    let text = match compression {
        Compression::Zstd => String::from_utf8(zstd::decode_all(packed.as_slice()).unwrap()).unwrap(),
        Compression::None => String::from_utf8(packed).unwrap(),
        Compression::Gzip => read_text(&output.join("events.ndjson.gz")).unwrap(),
    };
    Ok((report, text.lines().map(str::to_owned).collect()))
}

fn decoded(lines: &[String]) -> Vec<Result<Event, Rejection>> {
    lines.iter().map(|line| decode(line.as_bytes(), Arrival::Backfill)).collect()
}

#[test]
fn every_type_comes_out_and_nothing_is_lost() {
    let (report, lines) = converted(SAMPLE, Order::Event, Compression::None).unwrap();
    assert_eq!((report.lines_read(), report.lines_written()), (16, 17));
    let codes: Vec<_> =
        decoded(&lines).into_iter().filter_map(Result::err).map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["refund_without_order", "unknown_type", "unknown_type"]);
    let shown = report.to_string();
    assert!(shown.contains("ambassador_joined    tribute.code.issued"), "{shown}");
    assert!(shown.contains("for the quarantine: tribute.replay.adjustment (unknown_type) 1"), "{shown}");
    for packed in [Compression::Gzip, Compression::Zstd] {
        assert_eq!(converted(SAMPLE, Order::Event, packed).unwrap().1, lines);
    }
}

#[test]
fn brands_are_programs_and_rates_have_none() {
    let (_, lines) = converted(SAMPLE, Order::Event, Compression::None).unwrap();
    let brands: Vec<_> = decoded(&lines).into_iter().flatten().map(|it| it.brand.to_string()).collect();
    assert_eq!(brands.iter().filter(|it| *it == "grocer-us").count(), 3);
    assert_eq!(brands.iter().filter(|it| *it == "*").count(), 1);
    assert!(decoded(&lines).into_iter().flatten().all(|it| it.time == it.recorded));
}

#[test]
fn money_is_kept_to_the_last_digit() {
    let (_, lines) = converted(SAMPLE, Order::Event, Compression::None).unwrap();
    let sales: Vec<_> = decoded(&lines)
        .into_iter()
        .flatten()
        .filter_map(|it| if let Payload::SaleCompleted(sale) = it.payload { Some(sale) } else { None })
        .collect();
    let [gifts, grocer] = sales.as_slice() else { panic!("two sales") };
    assert_eq!(gifts.lines[1].amount.to_string(), "2042.761");
    assert_eq!(gifts.lines[2].category.as_deref(), Some("shipping"));
    assert_eq!(gifts.region.as_deref(), Some("EIRE"));
    // The retailer's own discount is in the amount already; the coupons are not.
    assert_eq!(grocer.lines[0].discount.map(|it| it.to_string()).as_deref(), Some("0.50"));
    assert_eq!(grocer.lines[0].quantity, 0);
}

#[test]
fn codes_hold_from_joining_or_within_their_campaign() {
    let (_, lines) = converted(SAMPLE, Order::Event, Compression::None).unwrap();
    let codes: Vec<_> = decoded(&lines)
        .into_iter()
        .flatten()
        .filter_map(|it| if let Payload::CodeIssued(code) = it.payload { Some((it.id, code)) } else { None })
        .collect();
    let [(joined, gift), (_, coupon)] = codes.as_slice() else { panic!("two codes: {codes:?}") };
    assert_eq!((joined.as_str(), gift.valid_until), ("join-1/code", None));
    assert_eq!(coupon.valid_from.map(|it| it.to_string()).as_deref(), Some("2010-11-15T05:00:00Z"));
    assert_eq!(coupon.valid_until.map(|it| it.to_string()).as_deref(), Some("2011-01-18T05:00:00Z"));
}

#[test]
fn the_delivery_decides_the_order_and_repeats_bytes() {
    let (report, lines) = converted(SAMPLE, Order::Arrival, Compression::None).unwrap();
    assert_eq!((report.lines_read(), lines.len()), (4, 6));
    assert!(lines[0].contains("tribute.sale.refunded"));
    assert_eq!(lines[2], lines[4]);
}

#[test]
fn a_line_that_is_not_understood_stops_with_its_number() {
    for (from, to, reason) in [
        ("\"2058.061\"", "\"2058.06\"", "line 10: the lines add up to 2058.061"),
        ("\"27.50\"}", "27.50}", "line 13: a decimal string"),
        ("\"sku\":\"P\"", "\"sku\":\"Q\"", "line 10: product Q of gifts-uk is not in the catalogue"),
        ("\"stock_adjustment\"", "\"stocktake\"", "line 14: `stocktake` is not a type of neutral event"),
        ("\"post_id\":\"p1\",\"metrics\"", "\"post_id\":\"p2\",\"metrics\"", "line 6: post p2 is nowhere"),
    ] {
        let error = converted(&SAMPLE.replace(from, to), Order::Event, Compression::None).unwrap_err();
        let (place, what) = reason.split_once(": ").unwrap();
        assert!(error.to_string().contains(place) && error.to_string().contains(what), "{error}");
    }
}
