//! Is someone there?
