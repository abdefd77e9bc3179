//! The columns of all registers, by the names of `config/columns.toml` and `config/registers.toml`.

use serde::{Deserialize, Serialize};

/// A column that Daicho reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is named in both languages in render/words/column.rs")]
pub enum Field {
    AssetNo,
    Manufacturer,
    Os,
    Software,
    SoftwareVersion,
    IpAddress,
    Hostname,
    Location,
    User,
    RegisteredDate,
    Status,
    Description,
    MacAddress,
    Department,
    DeviceType,
    RemoteMaintenance,
    Model,
    SerialNo,
    NetworkConnected,
    ExternalConnection,
    DualHomed,
    LineKind,
    Purpose,
    Vendor,
    /// The last of those that have a place of their own in an entry.
    Segment,
    ManagingDepartment,
    Custodian,
    SystemName,
    Contact,
    RemoteConfirmed,
    ConnectionKind,
    SubnetMask,
    Gateway,
    Vlan,
    SwitchPort,
    FirmwareVersion,
    PatchDate,
    Antivirus,
    AuthMethod,
    AuthServer,
    HandlesMedicalInfo,
    Scope,
    Importance,
    InstalledDate,
    SupportEnd,
    ConfirmedDate,
    ConfirmedBy,
    UpdatedDate,
    Quantity,
    Evidence,
    ApprovalNo,
    DeviceClass,
    Modality,
    AeTitle,
    DicomPort,
    ConnectedSystem,
    MaintenanceContract,
    MdsReceived,
    ScanPermission,
    SharedDepartments,
    ContractHolder,
    LineId,
    DirectHost,
    Direction,
    RemoteMaintenanceId,
    AccessControl,
    Encryption,
    Monitoring,
    ResponsibilityBoundary,
    Cutoff,
    InDiagram,
    FoundBy,
    Service,
    Domain,
    PlaceAndRoute,
    StartDate,
    SpecConformity,
    ExternalPointId,
    Subcontractor,
    DeviceRef,
    RemoteWho,
    RemoteFrom,
    RemoteHow,
    RemoteTool,
    EntryDevice,
    SourceIpRestriction,
    AccountAssignment,
    TerminalPatched,
    TerminalSupported,
    TerminalMalware,
    Timing,
    Notice,
    Attended,
    AccessLog,
    RuleDoc,
    AnsweredBy,
    NextReview,
    Aliases,
    Roles,
    Contract,
    ContractPeriod,
    Sla,
    EmergencyContact,
    SecurityManager,
    ChecklistRequested,
    ChecklistReturned,
    ChecklistUnit,
    ChecklistNoItems,
    MdsKind,
    MdsRequested,
    MdsFormVersion,
    MdsGuidelineVersion,
    MdsProduct,
    MdsBlanks,
    MdsReviewed,
    Certifications,
    RoleTable,
    RemoteContract,
    LastReport,
    NotifyClause,
    Procures,
    SecurityContact,
    ExternalPointsDeclared,
    DeclaredDate,
    DeclaredBy,
    Name,
    Closed,
    Dhcp,
    LastScanned,
    Diagram,
    HeldOn,
    Meeting,
    Attendees,
    LedgerVersion,
    Figures,
    Decisions,
    Minutes,
}

impl Field {
    /// Its name in files, e.g. `mac_address`.
    pub fn code(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(ToOwned::to_owned)).unwrap_or_default()
    }

    /// The opposite of [`Self::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        serde_json::from_value(code.into()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_known_by_its_name() {
        assert_eq!(Field::MacAddress.code(), "mac_address");
        assert_eq!(Field::from_code("mds_guideline_version"), Some(Field::MdsGuidelineVersion));
        assert_eq!(Field::from_code("mac"), None);
    }
}
