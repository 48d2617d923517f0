//! Policy and samples in, verdicts out.
