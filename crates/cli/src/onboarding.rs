//! What `claimsmith onboard` writes: a kit for one customer, or the plan of the platform.
//!
//! Everything here is pure: the verb reads the mapping files and writes the result.
//! A text that depends on a strategy is a file in `templates/onboarding/strategies/`, a part of the kit is a file in
//! `templates/onboarding/`; people, dates and domains come from options and mapping files, and what is not known is a
//! visible `TODO`.

mod bodies;
mod check;
mod facts;
mod guide;
mod kit;
mod markdown;
mod page;
mod parts;
mod platform_plan;
mod samples;
mod settings;
mod terraform;
mod words;

pub(crate) use self::check::{Gap, of_kit as gaps_of_kit, of_mapping as gaps_of_mapping};
pub(crate) use self::facts::{Facts, KitOptions, Rotations};
pub(crate) use self::kit::{KitFile, files, filled};
pub(crate) use self::page::{NAME as PAGE, PageEngine, page};
pub(crate) use self::platform_plan::plan;
