//! Whom it makes sense to ask for a way out: who routes, as far as anything says so.

use daicho_shared::fact::Fact;

use crate::probe::Known;

/// Classes whose devices route, or may.
const ROUTING: [&str; 3] = ["network", "lte-router", "vpn"];

/// Something says that this neighbour routes, and the operator wants to know where.
pub(super) fn may_route(known: &Known<'_>) -> bool {
    let here = known.on_link && known.setup.uplink.search;
    here && (known.facts.iter().any(routes) || ROUTING.iter().any(|class| known.seems(class)))
}

fn routes(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Hop { .. }
            | Fact::Returned { .. }
            | Fact::Router { .. }
            | Fact::Forwarding { enabled: true }
            | Fact::DefaultGateway { .. }
            | Fact::DhcpServer { .. }
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use daicho_shared::observation::Target;

    use super::*;
    use crate::probe::Setup;

    #[test]
    fn only_a_neighbour_that_shows_to_route_is_asked_and_only_where_that_is_wanted() {
        let (target, open) = (Target { address: [10, 1, 0, 9].into(), mac: None, interface: None }, BTreeSet::new());
        let facts = [Fact::Router { how: "na-r-flag".into() }];
        let plain = Known { on_link: true, ..Known::of(&target, &open) };
        let router = Known { facts: &facts, ..plain.clone() };
        assert!(may_route(&router) && !may_route(&plain));
        assert!(!may_route(&Known { on_link: false, ..router.clone() }));
        let mut setup = Setup::default();
        setup.uplink.search = false;
        assert!(!may_route(&Known { setup: &setup, ..router }));
        assert!(!routes(&Fact::Forwarding { enabled: false }));
    }
}
