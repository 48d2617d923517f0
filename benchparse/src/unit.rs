//! Units: tidying, class, direction and scaling.
