//! The time zones that `timezonecode` names, as rules in the form of POSIX (`TZ`). The codes are
//! those of the table `timezonedefinition` (Microsoft Learn, "TimeZoneDefinition"); the rules those
//! in force today (IANA Time Zone Database).

/// The rules of the zone with this code.
pub(super) fn rules(code: i64) -> Option<&'static str> {
    let index = ZONES.binary_search_by_key(&code, |(known, _)| *known).ok()?;
    Some(ZONES[index].1)
}

/// In order of the code.
const ZONES: &[(i64, &str)] = &[
    (0, "<-12>12"),                          // Dateline
    (1, "<+13>-13"),                         // Samoa
    (2, "HST10"),                            // Hawaii
    (3, "AKST9AKDT,M3.2.0,M11.1.0"),         // Alaska
    (4, "PST8PDT,M3.2.0,M11.1.0"),           // Pacific
    (5, "PST8PDT,M3.2.0,M11.1.0"),           // Baja California
    (6, "<-11>11"),                          // UTC-11
    (10, "MST7MDT,M3.2.0,M11.1.0"),          // Mountain
    (12, "MST7"),                            // Chihuahua, Mazatlan
    (13, "MST7"),                            // Mexico, 2
    (15, "MST7"),                            // Arizona
    (20, "CST6CDT,M3.2.0,M11.1.0"),          // Central
    (25, "CST6"),                            // Saskatchewan
    (29, "CST6"),                            // Mexico City
    (30, "CST6"),                            // Mexico
    (33, "CST6"),                            // Central America
    (35, "EST5EDT,M3.2.0,M11.1.0"),          // Eastern
    (40, "EST5EDT,M3.2.0,M11.1.0"),          // Indiana
    (45, "<-05>5"),                          // Bogota, Lima
    (47, "<-04>4"),                          // Caracas
    (50, "AST4ADT,M3.2.0,M11.1.0"),          // Atlantic
    (55, "<-04>4"),                          // Georgetown, La Paz
    (56, "<-04>4<-03>,M9.1.6/24,M4.1.6/24"), // Santiago
    (58, "<-04>4"),                          // Cuiaba
    (59, "<-03>3"),                          // Asuncion
    (60, "NST3:30NDT,M3.2.0,M11.1.0"),       // Newfoundland
    (65, "<-03>3"),                          // Brasilia
    (69, "<-03>3"),                          // Buenos Aires
    (70, "<-03>3"),                          // Cayenne
    (71, "<-03>3"),                          // Salvador
    (73, "<-02>2<-01>,M3.5.0/-1,M10.5.0/0"), // Greenland
    (74, "<-03>3"),                          // Montevideo
    (75, "<-02>2"),                          // Mid-Atlantic
    (76, "<-02>2"),                          // UTC-02
    (80, "<-01>1<+00>,M3.5.0/0,M10.5.0/1"),  // Azores
    (83, "<-01>1"),                          // Cape Verde
    (84, "<+01>-1"),                         // Casablanca
    (85, "GMT0BST,M3.5.0/1,M10.5.0"),        // Dublin, Edinburgh, Lisbon, London
    (90, "GMT0"),                            // Monrovia, Reykjavik
    (92, "UTC0"),                            // UTC
    (95, "CET-1CEST,M3.5.0,M10.5.0/3"),      // Belgrade, Budapest, Prague
    (100, "CET-1CEST,M3.5.0,M10.5.0/3"),     // Sarajevo, Warsaw, Zagreb
    (105, "CET-1CEST,M3.5.0,M10.5.0/3"),     // Brussels, Madrid, Paris
    (110, "CET-1CEST,M3.5.0,M10.5.0/3"),     // Amsterdam, Berlin, Rome
    (113, "WAT-1"),                          // West Central Africa
    (115, "EET-2EEST,M3.5.0,M10.5.0/3"),     // Chisinau
    (120, "EET-2EEST,M4.5.5/0,M10.5.4/24"),  // Cairo
    (125, "EET-2EEST,M3.5.0/3,M10.5.0/4"),   // Helsinki, Kyiv, Sofia
    (129, "<+03>-3"),                        // Amman
    (130, "EET-2EEST,M3.5.0/3,M10.5.0/4"),   // Athens, Bucharest
    (131, "EET-2EEST,M3.5.0/0,M10.5.0/0"),   // Beirut
    (133, "<+03>-3"),                        // Damascus
    (134, "<+03>-3"),                        // Istanbul
    (135, "IST-2IDT,M3.4.4/26,M10.5.0"),     // Jerusalem
    (140, "SAST-2"),                         // Harare, Pretoria
    (141, "CAT-2"),                          // Windhoek
    (145, "MSK-3"),                          // Moscow
    (150, "<+03>-3"),                        // Kuwait, Riyadh
    (155, "EAT-3"),                          // Nairobi
    (158, "<+03>-3"),                        // Baghdad
    (159, "EET-2"),                          // Kaliningrad
    (160, "<+0330>-3:30"),                   // Tehran
    (165, "<+04>-4"),                        // Abu Dhabi, Muscat
    (169, "<+04>-4"),                        // Baku
    (170, "<+04>-4"),                        // Yerevan
    (172, "<+04>-4"),                        // Port Louis
    (173, "<+04>-4"),                        // Tbilisi
    (174, "<+04>-4"),                        // Samara
    (175, "<+0430>-4:30"),                   // Kabul
    (176, "PKT-5"),                          // Islamabad, Karachi
    (180, "<+05>-5"),                        // Yekaterinburg
    (185, "<+05>-5"),                        // Ashgabat, Tashkent
    (190, "IST-5:30"),                       // Chennai, Mumbai, New Delhi
    (193, "<+0545>-5:45"),                   // Kathmandu
    (195, "<+05>-5"),                        // Astana
    (196, "<+06>-6"),                        // Dhaka
    (200, "<+0530>-5:30"),                   // Sri Jayawardenepura
    (201, "<+07>-7"),                        // Novosibirsk
    (203, "<+0630>-6:30"),                   // Yangon
    (205, "<+07>-7"),                        // Bangkok, Hanoi, Jakarta
    (207, "<+07>-7"),                        // Krasnoyarsk
    (210, "CST-8"),                          // Beijing, Hong Kong
    (215, "<+08>-8"),                        // Kuala Lumpur, Singapore
    (220, "CST-8"),                          // Taipei
    (225, "AWST-8"),                         // Perth
    (227, "<+08>-8"),                        // Irkutsk
    (228, "<+08>-8"),                        // Ulaanbaatar
    (229, "KST-9"),                          // Pyongyang
    (230, "KST-9"),                          // Seoul
    (235, "JST-9"),                          // Osaka, Sapporo, Tokyo
    (240, "<+09>-9"),                        // Yakutsk
    (245, "ACST-9:30"),                      // Darwin
    (250, "ACST-9:30ACDT,M10.1.0,M4.1.0/3"), // Adelaide
    (255, "AEST-10AEDT,M10.1.0,M4.1.0/3"),   // Canberra, Melbourne, Sydney
    (260, "AEST-10"),                        // Brisbane
    (265, "AEST-10AEDT,M10.1.0,M4.1.0/3"),   // Hobart
    (270, "<+10>-10"),                       // Vladivostok
    (275, "<+10>-10"),                       // Guam, Port Moresby
    (280, "<+11>-11"),                       // Solomon Islands, New Caledonia
    (281, "<+11>-11"),                       // Magadan
    (284, "<+12>-12"),                       // UTC+12
    (285, "<+12>-12"),                       // Fiji
    (290, "NZST-12NZDT,M9.5.0,M4.1.0/3"),    // Auckland, Wellington
    (300, "<+13>-13"),                       // Nuku'alofa
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_has_rules_that_are_understood() {
        assert!(ZONES.is_sorted_by(|a, b| a.0 < b.0));
        for (code, rules) in ZONES {
            assert!(jiff::tz::TimeZone::posix(rules).is_ok(), "{code}: {rules}");
        }
    }
}
