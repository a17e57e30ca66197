//! The Python module `cxm._cxm`: conversion, ownership, errors and nothing else.
//!
//! Columns come in as Arrow arrays over the caller's memory (`source`, `columns`), become a
//! batch of one of the core's shapes (`batch`) and go to a calculator that is known by name alone
//! (`calculator`, `keyed`). Definitions, reports and answers cross as JSON values (`json`).
//! So there is no formula, default or threshold in this crate, and a calculator that joins the
//! core's list needs no line here.
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

mod answers;
mod arrays;
mod arrow;
mod batch;
mod buffers;
mod calculator;
mod catalogue;
mod columns;
mod cox;
mod errors;
mod event;
mod interactions;
mod json;
mod keyed;
mod keys;
mod model;
mod pieces;
mod sequences;
mod source;
mod table;

use pyo3::prelude::*;

/// The numbers of customer experience: the compiled half of the package `cxm`.
#[pymodule]
mod _cxm {
    #[pymodule_export]
    use super::answers::join_answers;
    #[pymodule_export]
    use super::calculator::{Calculator, Snapshot};
    #[pymodule_export]
    use super::catalogue::{call, catalogue, functions, preset};
    #[pymodule_export]
    use super::cox::Cox;
    #[pymodule_export]
    use super::interactions::{formats, read_interactions};
    #[pymodule_export]
    use super::keyed::Keyed;
    #[pymodule_export]
    use super::model::{Model, Posterior, list_models, select_model};
    #[pymodule_export]
    use super::source::{Column, frame_columns};
    #[pymodule_export]
    use super::table::{Table, TableColumn};

    use super::{Bound, PyModule, PyModuleMethods, PyResult};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        super::errors::add_to(module)
    }
}
