//! Survey metrics: what customers answer.
//!
//! | metric | question | state |
//! | --- | --- | --- |
//! | [`nps`] | would you recommend us? | histogram |
//! | [`csat`] | how satisfied are you? | histogram |
//! | [`ces`] | how easy was it? | histogram |
//! | [`star_rating`] | how many stars? | histogram |
//! | [`cx_index`] | was it easy, effective, pleasant? | joint counts of three items |
//! | [`secure_customer_index`] | satisfied, coming back, recommending? | joint counts of three items |
//! | [`paired_nps`] | would the same people recommend us now? | transitions of two items |
//! | [`emotional_value`] | what did you feel? | sums of the emotions |
//! | [`response_rate`] | who answered at all? | counts a pane |
//! | [`response_ledger`] | who answered twice? | sorted multiset of answers |

pub mod boxes;
pub mod ces;
pub mod csat;
pub mod cx_index;
mod duplicates;
pub mod emotional_value;
pub mod figures;
pub mod items;
pub mod nps;
pub mod paired_nps;
pub mod rating;
mod rating_cells;
pub mod response_ledger;
pub mod response_rate;
pub mod secure_customer_index;
pub mod star_rating;

pub use boxes::{BoxDefinition, BoxReport};
pub use ces::{Ces, CesDefinition, CesReport};
pub use csat::{Csat, CsatDefinition, CsatReport};
pub use cx_index::{CxIndex, CxIndexDefinition, CxIndexReport};
pub use duplicates::DuplicateRule;
pub use emotional_value::{EmotionalValue, EmotionalValueDefinition, EmotionalValueReport};
pub use figures::{Display, Figures, RatingMeasure, RatingReport};
pub use items::{ItemCalculator, ItemDefinition, ItemState};
pub use nps::{Nps, NpsDefinition, NpsReport};
pub use paired_nps::{PairedNps, PairedNpsDefinition, PairedNpsReport};
pub use rating::{RatingCalculator, RatingDefinition};
pub use response_ledger::{ResponseLedger, ResponseLedgerDefinition, ResponseLedgerReport};
pub use response_rate::{RateBasis, ResponseRate, ResponseRateDefinition, ResponseRateReport};
pub use secure_customer_index::{
    CustomerSecurity, SecureCustomerIndex, SecureCustomerIndexDefinition, SecureCustomerIndexReport,
};
pub use star_rating::{StarRating, StarRatingDefinition, StarRatingReport};
