//! Series and change points.
