//! Samples in a grid, compared.
