//! What a column holds, as far as it tells a device or a person.

use crate::judge::entry::Field;

/// What stands in the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Persons, perhaps with their department, company or office, or with the number by which they are reached.
    Persons,
    /// Serial numbers.
    Serial,
    /// Numbers of lines and contracts.
    Number,
    /// Companies, whose names stay.
    Companies,
    /// Departments, whose names stay.
    Departments,
    /// Versions, which may look like addresses.
    Versions,
    /// Addresses: what of them cannot be read is no less somebody's.
    Addresses,
    /// Anything else: addresses and names are found in it wherever they stand.
    Text,
}

/// What a column holds. Whoever adds a column decides it here: there is no rest.
#[rustfmt::skip]
pub(super) fn holds(field: Field) -> Holds {
    match field {
        Field::User | Field::Custodian | Field::ConfirmedBy | Field::FoundBy | Field::ContractHolder
        | Field::RemoteWho | Field::AnsweredBy | Field::SecurityManager | Field::SecurityContact
        | Field::DeclaredBy | Field::Attendees | Field::MdsReviewed | Field::Contact | Field::EmergencyContact
        | Field::Attended | Field::AccountAssignment => Holds::Persons,
        Field::SerialNo => Holds::Serial,
        Field::LineId => Holds::Number,
        Field::IpAddress | Field::MacAddress => Holds::Addresses,
        Field::Manufacturer | Field::Vendor | Field::Subcontractor | Field::Aliases => Holds::Companies,
        Field::Department | Field::ManagingDepartment | Field::SharedDepartments => Holds::Departments,
        Field::Os | Field::Software | Field::SoftwareVersion | Field::FirmwareVersion | Field::Antivirus
        | Field::MdsFormVersion | Field::MdsGuidelineVersion | Field::MdsProduct | Field::LedgerVersion => Holds::Versions,
        Field::AssetNo | Field::Hostname | Field::Location | Field::RegisteredDate
        | Field::Status | Field::Description | Field::DeviceType | Field::RemoteMaintenance
        | Field::Model | Field::NetworkConnected | Field::ExternalConnection | Field::DualHomed
        | Field::LineKind | Field::Purpose | Field::Segment | Field::SystemName | Field::RemoteConfirmed
        | Field::ConnectionKind | Field::SubnetMask | Field::Gateway | Field::Vlan | Field::SwitchPort
        | Field::PatchDate | Field::AuthMethod | Field::AuthServer | Field::HandlesMedicalInfo | Field::Scope
        | Field::Importance | Field::InstalledDate | Field::SupportEnd | Field::ConfirmedDate
        | Field::UpdatedDate | Field::Quantity | Field::Evidence | Field::ApprovalNo | Field::DeviceClass
        | Field::Modality | Field::AeTitle | Field::DicomPort | Field::ConnectedSystem
        | Field::MaintenanceContract | Field::MdsReceived | Field::ScanPermission | Field::DirectHost
        | Field::Direction | Field::RemoteMaintenanceId | Field::AccessControl | Field::Encryption
        | Field::Monitoring | Field::ResponsibilityBoundary | Field::Cutoff | Field::InDiagram | Field::Service
        | Field::Domain | Field::PlaceAndRoute | Field::StartDate | Field::SpecConformity
        | Field::ExternalPointId | Field::DeviceRef | Field::RemoteFrom | Field::RemoteHow | Field::RemoteTool
        | Field::EntryDevice | Field::SourceIpRestriction | Field::TerminalPatched | Field::TerminalSupported
        | Field::TerminalMalware | Field::Timing | Field::Notice | Field::AccessLog | Field::RuleDoc
        | Field::NextReview | Field::Roles | Field::Contract | Field::ContractPeriod | Field::Sla
        | Field::ChecklistRequested | Field::ChecklistReturned | Field::ChecklistUnit | Field::ChecklistNoItems
        | Field::MdsKind | Field::MdsRequested | Field::MdsBlanks | Field::Certifications | Field::RoleTable
        | Field::RemoteContract | Field::LastReport | Field::NotifyClause | Field::Procures
        | Field::ExternalPointsDeclared | Field::DeclaredDate | Field::Name | Field::Closed | Field::Dhcp
        | Field::LastScanned | Field::Diagram | Field::HeldOn | Field::Meeting | Field::Figures
        | Field::Decisions | Field::Minutes => Holds::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_that_speaks_of_persons_is_that_of_a_column_that_holds_some() {
        let registers: toml::Table = include_str!("../../../../config/registers.toml").parse().unwrap();
        let columns: toml::Table = include_str!("../../../../config/columns.toml").parse().unwrap();
        let of_registers = registers.iter().filter(|(name, _)| *name != "kinds");
        let of_registers = of_registers.flat_map(|(_, columns)| columns.as_table().unwrap());
        let of_forms = columns["column"].as_array().unwrap().iter();
        let of_forms = of_forms.flat_map(|one| {
            let code = one["field"].as_str().unwrap();
            ["variants", "external"].into_iter().filter_map(move |part| Some((code, one.get(part)?)))
        });
        let all = of_registers.map(|(code, headings)| (code.as_str(), headings)).chain(of_forms);
        let mut persons = 0;
        for (code, headings) in all {
            let holds = holds(Field::from_code(code).unwrap());
            for heading in headings.as_array().unwrap().iter().map(|heading| heading.as_str().unwrap()) {
                let ends = ["者", "者名", "担当", "誰が", "連絡先", "出席", "User", "ユーザー", "ユーザ名"];
                let bare = heading.split(['(', '（', '・']).next_back().filter(|rest| ends.contains(rest));
                let bare = bare.or(heading.split(['(', '（']).next()).unwrap_or(heading);
                let speaks = ends.iter().any(|end| bare.ends_with(end));
                // A company is no person.
                let speaks = speaks && !heading.contains("業者") && !heading.contains("製造者");
                assert!(!speaks || holds == Holds::Persons, "{heading} ({code}) holds {holds:?}");
                persons += usize::from(speaks);
            }
        }
        assert!(persons > 40, "{persons}");
    }
}
