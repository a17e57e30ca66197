//! The catalogue to start from: what most companies have, to be cut and filled.

use super::{Catalogue, Channel, ChannelKind, Medium, Stage, Touchpoint, TouchpointKind};

/// Id, name, kind and medium of every channel.
const CHANNELS: [(&str, &str, ChannelKind, Medium); 13] = [
    ("web", "Website", ChannelKind::Web, Medium::Digital),
    ("app", "App", ChannelKind::App, Medium::Digital),
    ("email", "E-mail", ChannelKind::Email, Medium::Digital),
    ("chat", "Chat", ChannelKind::Chat, Medium::Digital),
    ("phone", "Telephone", ChannelKind::Phone, Medium::Human),
    ("social", "Social networks", ChannelKind::Social, Medium::Digital),
    ("store", "Store", ChannelKind::Store, Medium::Human),
    ("field_sales", "Field sales", ChannelKind::FieldSales, Medium::Human),
    ("post", "Post", ChannelKind::Post, Medium::Physical),
    ("event", "Events", ChannelKind::Event, Medium::Human),
    ("physical_item", "Physical items", ChannelKind::PhysicalItem, Medium::Physical),
    ("partner", "Partners", ChannelKind::Partner, Medium::Human),
    ("ads", "Advertising", ChannelKind::Ads, Medium::Digital),
];

const SAID: TouchpointKind = TouchpointKind::Communication;
const DONE: TouchpointKind = TouchpointKind::Action;

/// A touchpoint: id, name, whether it is said or done, channels.
type Row = (&'static str, &'static str, TouchpointKind, &'static [&'static str]);

/// The touchpoints of every stage.
const TOUCHPOINTS: [(&str, &[Row]); 8] = [
    (
        "awareness",
        &[
            ("advertisement", "Advertisement", SAID, &["ads"]),
            ("social_post", "Post in a social network", SAID, &["social"]),
            ("search_result", "Search result", SAID, &["web"]),
            ("word_of_mouth", "Word of mouth", SAID, &[]),
            ("trade_fair", "Trade fair", SAID, &["event"]),
        ],
    ),
    (
        "consideration",
        &[
            ("website_visit", "Visit to the website", DONE, &["web", "app"]),
            ("product_page", "Product page", SAID, &["web", "app"]),
            ("reviews_read", "Reviews of others", SAID, &["web", "social"]),
            ("brochure", "Brochure", SAID, &["post", "store", "email"]),
            ("advice", "Advice before the purchase", SAID, &["store", "phone", "chat"]),
            ("sales_visit", "Visit of field sales", SAID, &["field_sales"]),
            ("product_trial", "Trial, sample or demonstration", DONE, &["physical_item", "app"]),
        ],
    ),
    (
        "purchase",
        &[
            ("offer", "Offer", SAID, &["email", "post", "field_sales"]),
            ("cart", "Shopping cart", DONE, &["web", "app"]),
            ("checkout", "Checkout", DONE, &["web", "app", "store"]),
            ("contract", "Contract", SAID, &["email", "post", "field_sales"]),
            ("payment", "Payment", DONE, &["web", "app", "store"]),
            ("order_confirmation", "Order confirmation", SAID, &["email"]),
        ],
    ),
    (
        "delivery",
        &[
            ("dispatch_notice", "Notice of dispatch", SAID, &["email", "app"]),
            ("parcel", "Parcel or handover", DONE, &["post", "store", "partner"]),
            ("unpacking", "Unpacking", DONE, &["physical_item"]),
            ("installation", "Installation", DONE, &["partner", "field_sales"]),
        ],
    ),
    (
        "use",
        &[
            ("manual", "Manual", SAID, &["physical_item", "web"]),
            ("onboarding", "Onboarding", SAID, &["email", "app", "phone"]),
            ("product_use", "Use of the product", DONE, &["physical_item", "app"]),
            ("training", "Training", SAID, &["event", "web"]),
            ("invoice", "Invoice", SAID, &["post", "email"]),
        ],
    ),
    (
        "service",
        &[
            ("help_page", "Help page", SAID, &["web", "app"]),
            ("hotline", "Hotline", SAID, &["phone"]),
            ("support_request", "Written request", SAID, &["email", "chat"]),
            ("complaint", "Complaint", SAID, &["phone", "email", "post", "store"]),
            ("repair", "Repair", DONE, &["store", "field_sales", "post", "partner"]),
            ("return", "Return", DONE, &["post", "store"]),
        ],
    ),
    (
        "loyalty",
        &[
            ("newsletter", "Newsletter", SAID, &["email"]),
            ("survey", "Survey", SAID, &["email", "phone", "app"]),
            ("loyalty_programme", "Loyalty programme", DONE, &["app", "store", "web"]),
            ("give_away", "Give-away", DONE, &["physical_item", "event", "post"]),
            ("renewal", "Renewal or repeat purchase", DONE, &["web", "phone", "store"]),
        ],
    ),
    (
        "advocacy",
        &[
            ("review_written", "Review written", SAID, &["web", "social"]),
            ("referral", "Referral", SAID, &[]),
        ],
    ),
];

/// The eight stages, thirteen channels and forty touchpoints to start from.
pub(super) fn standard() -> Catalogue {
    let channels = CHANNELS.iter();
    let channels = channels
        .map(|(id, name, kind, medium)| Channel::new(*id, *name, kind.clone(), medium.clone()));
    let rows =
        TOUCHPOINTS.iter().flat_map(|(stage, rows)| rows.iter().map(move |row| (stage, row)));
    let touchpoints = rows.map(|(stage, (id, name, kind, channels))| {
        let mut touchpoint = Touchpoint::new(*id, *name, *stage);
        touchpoint.kind = kind.clone();
        touchpoint.channels = channels.iter().map(|&channel| channel.to_owned()).collect();
        touchpoint
    });
    Catalogue {
        stages: Stage::defaults(),
        channels: channels.collect(),
        touchpoints: touchpoints.collect(),
        ..Catalogue::default()
    }
}
