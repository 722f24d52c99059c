//! The ids of clicks and devices that the redirect gives out.
//!
//! A click's id is its device's id, a dot, and a text of its own: `d_4tGh0x.7Kq2`. So a shop that kept only the click's id
//! names the device as well, without a cookie of its own and without asking anybody.

use tribute_events::DeviceId;

const DEVICE: &str = "d_";

/// The id of a click of a device.
#[must_use]
pub fn click_of(device: &str, own: &str) -> String {
    format!("{device}.{own}")
}

/// The device of a click's id; of a device's id itself. Nothing where the text is no id of the redirect: the parameters
/// of others are often called the same.
#[must_use]
pub fn device_of(text: &str) -> Option<DeviceId> {
    let text = text.trim();
    let device = text.split_once('.').map_or(text, |(device, _)| device);
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let own = text.split_once('.').is_none_or(|(_, own)| plain(own));
    let ours = device.strip_prefix(DEVICE).is_some_and(plain);
    if ours && own && text.len() <= 64 { device.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_names_its_device_and_nothing_else_does() {
        let click = click_of("d_4tGh0x", "7Kq2");
        assert_eq!(device_of(&click).unwrap().as_str(), "d_4tGh0x");
        assert_eq!(device_of("d_4tGh0x").unwrap().as_str(), "d_4tGh0x");
        for other in
            ["", "d_", "d_a.", "d_a.b.c", "x.y", "d_a b.c", "gclid-1", &format!("d_{}", "a".repeat(70))]
        {
            assert_eq!(device_of(other), None, "{other}");
        }
    }
}
