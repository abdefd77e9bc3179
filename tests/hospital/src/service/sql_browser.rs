//! The SQL Server browser (MC-SQLR §2.2.5): the instances of a machine.

use crate::description::SqlInstance;

/// The answer to `CLNT_BCAST_EX` and `CLNT_UCAST_EX`.
pub fn answer(name: &str, instances: &[SqlInstance], request: &[u8]) -> Option<Vec<u8>> {
    if !matches!(request, [2 | 3]) {
        return None;
    }
    let described = instances.iter().map(|instance| {
        let SqlInstance { name: instance, version, port } = instance;
        let port = port.map(|port| format!(";tcp;{port}")).unwrap_or_default();
        format!("ServerName;{name};InstanceName;{instance};IsClustered;No;Version;{version}{port};;")
    });
    let text: String = described.collect();
    let length = u16::try_from(text.len()).ok()?.to_le_bytes();
    Some([&[5], &length[..], text.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_its_instances() {
        let instance = SqlInstance { name: "MSSQLSERVER".into(), version: "15.0.2000.5".into(), port: Some(1433) };
        let said = answer("DB1", &[instance], &[3]).unwrap();
        let text = "ServerName;DB1;InstanceName;MSSQLSERVER;IsClustered;No;Version;15.0.2000.5;tcp;1433;;";
        assert_eq!((&said[..3], &said[3..]), (&[5, u8::try_from(text.len()).unwrap(), 0][..], text.as_bytes()));
        assert_eq!(answer("DB1", &[], b"x"), None);
    }
}
