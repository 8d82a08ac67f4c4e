//! The organisation, its root business unit with the default team, the server's users, the base
//! currency.

use base::Result;
use metadata::ids::stable_id;

use super::Filler;
use crate::well_known::{
    INTEGRATION_USER, SYSTEM_USER, TEMPLATE_CURRENCY, TEMPLATE_ORGANIZATION, TEMPLATE_UNIT,
};

/// Extensions of files that nobody may attach, as the platform has them.
const BLOCKED_ATTACHMENTS: &str = "ade;adp;app;asa;ashx;asmx;asp;bas;bat;cdx;cer;chm;class;cmd;com;\
config;cpl;crt;csh;dll;exe;fxp;hlp;hta;htr;htw;ida;idc;idq;inf;ins;isp;its;jar;js;jse;ksh;lnk;mad;\
maf;mag;mam;maq;mar;mas;mat;mau;mav;maw;mda;mdb;mde;mdt;mdw;mdz;msc;msh;msh1;msh1xml;msh2;msh2xml;\
mshxml;msi;msp;mst;ops;pcd;pif;prf;prg;printer;pst;reg;rem;scf;scr;sct;shb;shs;shtm;shtml;soap;\
stm;svg;tmp;url;vb;vbe;vbs;vsmacros;vss;vst;vsw;ws;wsc;wsf;wsh";

pub(super) async fn fill(filler: &mut Filler<'_>) -> Result<()> {
    organization(filler).await?;
    business_unit(filler).await?;
    users(filler).await?;
    currency(filler).await
}

async fn organization(filler: &mut Filler<'_>) -> Result<()> {
    let values = vec![
        ("name", "template".into()),
        ("languagecode", i64::from(metadata::ENGLISH).into()),
        ("localeid", i64::from(metadata::ENGLISH).into()),
        ("basecurrencyid", TEMPLATE_CURRENCY.into()),
        ("basecurrencyprecision", 2.into()),
        ("basecurrencysymbol", "$".into()),
        ("baseisocurrencycode", "USD".into()),
        ("blockedattachments", BLOCKED_ATTACHMENTS.into()),
        ("currencydecimalprecision", 2.into()),
        ("dateformatstring", "M/d/yyyy".into()),
        ("dateseparator", "/".into()),
        ("decimalsymbol", ".".into()),
        ("maxuploadfilesize", (5 * 1024 * 1024).into()),
        ("numberseparator", ",".into()),
        ("schemanameprefix", "new".into()),
        ("timeformatstring", "h:mm tt".into()),
        ("timeseparator", ":".into()),
        ("weekstartdaycode", 0.into()),
        ("systemuserid", SYSTEM_USER.into()),
        ("integrationuserid", INTEGRATION_USER.into()),
    ];
    filler.row("organization", TEMPLATE_ORGANIZATION, values).await
}

async fn business_unit(filler: &mut Filler<'_>) -> Result<()> {
    filler.row("businessunit", TEMPLATE_UNIT, vec![("name", "template".into())]).await?;
    let team = stable_id("team", "default");
    let values = vec![
        ("name", "template".into()),
        ("businessunitid", TEMPLATE_UNIT.into()),
        ("administratorid", SYSTEM_USER.into()),
        ("isdefault", 1.into()),
        ("teamtype", 0.into()),
    ];
    filler.row("team", team, values).await
}

/// `systemuser.accessmode` of a user that nobody signs in as.
const SUPPORT_USER: i64 = 3;

async fn users(filler: &mut Filler<'_>) -> Result<()> {
    for (id, name, is_integration) in
        [(SYSTEM_USER, "SYSTEM", false), (INTEGRATION_USER, "INTEGRATION", true)]
    {
        let values = vec![
            ("fullname", name.into()),
            ("lastname", name.into()),
            ("domainname", "".into()),
            ("businessunitid", TEMPLATE_UNIT.into()),
            ("accessmode", SUPPORT_USER.into()),
            ("isintegrationuser", is_integration.into()),
        ];
        filler.row("systemuser", id, values).await?;
    }
    Ok(())
}

/// An exchange rate of 1, with the twelve digits that rates have.
const RATE_ONE: i64 = 1_000_000_000_000;

async fn currency(filler: &mut Filler<'_>) -> Result<()> {
    let values = vec![
        ("currencyname", "US Dollar".into()),
        ("currencyprecision", 2.into()),
        ("currencysymbol", "$".into()),
        ("exchangerate", RATE_ONE.into()),
        ("isocurrencycode", "USD".into()),
    ];
    filler.row("transactioncurrency", TEMPLATE_CURRENCY, values).await
}
