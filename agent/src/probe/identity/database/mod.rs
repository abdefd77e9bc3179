//! Which database, and which version? Nobody ever logs in, and no statement is ever sent.

pub mod mssql;
pub mod mysql;
pub mod oracle;
pub mod postgresql;
