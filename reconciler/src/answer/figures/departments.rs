//! Departments: who has a ledger, who has stated its connection points, who has somebody to ask.

use super::super::department::Department;
use super::super::figure::{Figure, Value, Why};
use super::super::ground::Ground;
use super::super::points::by_department;
use super::must;

const NO_DEPARTMENTS: Value = Value::Unknown { why: Why::NoDepartments };

/// Departments of the list that have a device in the ledger.
pub(super) fn covered(ground: &Ground<'_>) -> Figure {
    let has_device = |department: &Department<'_>| {
        let mut devices = ground.devices.iter().filter(|device| device.in_ledger());
        devices.any(|device| device.departments().any(|name| department.is(name)))
    };
    Figure::share(&ground.departments, ground.imported, NO_DEPARTMENTS, |one| must(has_device(one), || one.behind()))
}

/// Departments that stated their number of connection points within a year.
pub(super) fn points_answered(ground: &Ground<'_>) -> Figure {
    Figure::share(&ground.departments, ground.imported, NO_DEPARTMENTS, |one| {
        must(one.is_stated_by(ground.day), || one.behind())
    })
}

/// Of the departments that stated a number, those for which the register has as many.
pub(super) fn points_agree(ground: &Ground<'_>) -> Figure {
    let counted = by_department(&ground.points, &ground.departments);
    let stated: Vec<&Department<'_>> = ground.departments.iter().filter(|one| one.stated().is_some()).collect();
    let agrees = |department: &Department<'_>| {
        let mine = counted.iter().find(|one| one.department.as_deref() == Some(department.name));
        mine.is_some_and(|mine| mine.stated.and_then(|stated| usize::try_from(stated).ok()) == Some(mine.registered))
    };
    let why = if ground.departments.is_empty() { Why::NoDepartments } else { Why::NoStatement };
    Figure::share(&stated, ground.imported, Value::Unknown { why }, |one| must(agrees(one), || one.behind()))
}

/// Of the departments that may procure, those with a security contact.
pub(super) fn security_contact(ground: &Ground<'_>) -> Figure {
    let procuring: Vec<&Department<'_>> = ground.departments.iter().filter(|one| one.procures()).collect();
    let none = if ground.departments.is_empty() { NO_DEPARTMENTS } else { Value::None };
    Figure::share(&procuring, ground.imported, none, |one| must(one.has_contact(), || one.behind()))
}
