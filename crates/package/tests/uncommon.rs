//! Sections that few packages have: they come apart, go together and unpack like the others.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use package::xml::Document;
use package::{Component, ComponentKind, File, Manifest, Package, Publisher, Version, source};

const CUSTOMIZATIONS: &str = r#"<ImportExportXml>
  <Templates>
    <EmailTemplates>
      <EmailTemplate><TemplateId>{00000000-0000-0000-0000-000000000001}</TemplateId></EmailTemplate>
    </EmailTemplates>
  </Templates>
  <ConnectionRoles>
    <ConnectionRoles>
      <ConnectionRole><connectionroleid>{00000000-0000-0000-0000-000000000002}</connectionroleid></ConnectionRole>
    </ConnectionRoles>
    <ConnectionRoleAssociations>
      <ConnectionRoleAssociation>
        <connectionroleid>{a}</connectionroleid><associatedconnectionroleid>{b}</associatedconnectionroleid>
      </ConnectionRoleAssociation>
    </ConnectionRoleAssociations>
  </ConnectionRoles>
  <Reports>
    <Report><ReportId>{00000000-0000-0000-0000-000000000003}</ReportId><FileName>/Reports/r.rdl</FileName></Report>
  </Reports>
  <CustomControls>
    <CustomControl><Name>fh_Control</Name><FileName>/Controls/fh_Control/ControlManifest.xml</FileName></CustomControl>
  </CustomControls>
  <SiteMap><SiteMap><Area Id="a" /></SiteMap></SiteMap>
  <RibbonDiffXml><CustomActions><HideCustomAction HideActionId="x" /></CustomActions></RibbonDiffXml>
  <SolutionPluginAssemblies>
    <PluginAssembly FullName="P, Version=1.0.0.0" PluginAssemblyId="00000000-0000-0000-0000-000000000004">
      <FileName>/PluginAssemblies/P-1/P.dll</FileName>
      <PluginTypes><PluginType AssemblyQualifiedName="P.T, P" PluginTypeId="1" Name="P.T" /></PluginTypes>
    </PluginAssembly>
  </SolutionPluginAssemblies>
  <SdkMessageProcessingSteps>
    <SdkMessageProcessingStep Name="s" SdkMessageProcessingStepId="{00000000-0000-0000-0000-000000000005}"><Stage>40</Stage></SdkMessageProcessingStep>
  </SdkMessageProcessingSteps>
  <ServiceEndpoints>
    <ServiceEndpoint Name="e" ServiceEndpointId="{00000000-0000-0000-0000-000000000006}"><Url>https://x</Url></ServiceEndpoint>
  </ServiceEndpoints>
  <EntityDataSources>
    <EntityDataSource EntityDataSourceId="{00000000-0000-0000-0000-000000000007}"><Name>d</Name></EntityDataSource>
  </EntityDataSources>
  <EnvironmentVariables>
    <Definition IntroducedVersion="1.0.0.0"><SchemaName>fh_Old</SchemaName></Definition>
  </EnvironmentVariables>
  <fh_a_bset><fh_a_b aid.name="1" bid.name="2" /></fh_a_bset>
  <Languages><Language>1033</Language></Languages>
</ImportExportXml>"#;

fn package() -> Package {
    let publisher = Publisher { unique_name: "fh".into(), ..Publisher::default() };
    let mut manifest = Manifest::new("Uncommon", Version([1, 0, 0, 0]), publisher);
    manifest.languages = vec![1033];
    let mut package = Package::build(&manifest, Vec::new()).unwrap();
    package.customizations = Document::parse(CUSTOMIZATIONS.as_bytes()).unwrap();
    let paths = [
        "Controls/fh_Control/ControlManifest.xml",
        "Controls/fh_Control/bundle.js",
        "Controls/fh_Control/strings/c.1033.resx",
        "PluginAssemblies/P-1/P.dll",
        "Reports/r.rdl",
        "customapis/fh_Do/customapi.xml",
        "customapis/fh_Do/customapirequestparameters/In/customapirequestparameter.xml",
        "pluginpackages/fh_P/package/p.nupkg",
        "pluginpackages/fh_P/pluginpackage.xml",
    ];
    for path in paths {
        let name = path.rsplit('/').next().unwrap().strip_suffix(".xml");
        let text = name.map_or("bytes".to_owned(), |name| format!("<{name} uniquename=\"u\" />"));
        package.files.push(File::new(path, text.into_bytes()));
    }
    package
}

fn sorted(package: &Package) -> Vec<Component> {
    let mut components = package.components().unwrap();
    components.iter_mut().for_each(|c| c.files.sort_by(|a, b| a.path.cmp(&b.path)));
    components.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
    components
}

#[test]
fn all_are_known() {
    use ComponentKind as K;
    let found: Vec<_> = sorted(&package())
        .iter()
        .map(|c| (c.kind, c.key.clone(), c.parent.clone(), c.files.len()))
        .collect();
    let id = |n: u8| format!("00000000-0000-0000-0000-00000000000{n}");
    let none = None::<String>;
    let expected = [
        (K::Association, "fh_a_bset".to_owned(), none.clone(), 0),
        (K::ConnectionRole, id(2), none.clone(), 0),
        (K::ConnectionRoleAssociation, "{a} {b}".into(), none.clone(), 0),
        (K::CustomControl, "fh_Control".into(), none.clone(), 3),
        (K::EntityDataSource, id(7), none.clone(), 0),
        (K::EnvironmentVariable, "fh_Old".into(), none.clone(), 0),
        (K::PluginAssembly, id(4), none.clone(), 1),
        (K::Report, id(3), none.clone(), 1),
        (K::Ribbon, "RibbonDiffXml".into(), none.clone(), 0),
        (K::Row, "customapis/fh_Do".into(), none.clone(), 0),
        (
            K::Row,
            "customapis/fh_Do/customapirequestparameters/In".into(),
            Some("customapis/fh_Do".into()),
            0,
        ),
        (K::Row, "pluginpackages/fh_P".into(), none.clone(), 1),
        (K::SdkMessageProcessingStep, id(5), none.clone(), 0),
        (K::ServiceEndpoint, id(6), none.clone(), 0),
        (K::SiteMap, "SiteMap".into(), none.clone(), 0),
        (K::Template, id(1), none, 0),
    ];
    assert_eq!(found, expected);
}

#[test]
fn they_go_together_again() {
    let package = package();
    let built =
        Package::build(&package.manifest().unwrap(), package.components().unwrap()).unwrap();
    assert_eq!(sorted(&built), sorted(&package));
}

#[test]
fn they_unpack_and_pack() {
    let package = package();
    let tree = source::unpack(&package).unwrap();
    let paths: Vec<_> = tree.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "Controls/fh_Control/ControlManifest.xml",
            "Controls/fh_Control/ControlManifest.xml.data.xml",
            "Controls/fh_Control/bundle.js",
            "Controls/fh_Control/strings/c.1033.resx",
            "Other/ConnectionRoles.xml",
            "Other/Customizations.xml",
            "Other/RibbonCustomizations.xml",
            "Other/SiteMap.xml",
            "Other/Solution.xml",
            "PluginAssemblies/P-1/P.dll",
            "PluginAssemblies/P-1/P.dll.data.xml",
            "PluginAssemblies/ServiceEndpoints.xml",
            "Reports/r.rdl",
            "Reports/r.rdl.data.xml",
            "SdkMessageProcessingSteps/{00000000-0000-0000-0000-000000000005}.xml",
            "Templates/EmailTemplates.xml",
            "customapis/fh_Do/customapi.xml",
            "customapis/fh_Do/customapirequestparameters/In/customapirequestparameter.xml",
            "pluginpackages/fh_P/package/p.nupkg",
            "pluginpackages/fh_P/pluginpackage.xml",
        ]
    );
    assert_eq!(sorted(&source::pack(&tree, false).unwrap()), sorted(&package));
    let managed = source::pack(&tree, true).unwrap();
    assert!(managed.manifest().unwrap().managed.is_managed());
    let again = source::unpack(&managed).unwrap();
    assert!(again.contains_key("Other/SiteMap_managed.xml"));
    assert_eq!(sorted(&source::pack(&again, true).unwrap()), sorted(&package));
    let error = source::pack(&again, false).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The source holds only the managed form (Other/Solution.xml). \
         Pack it as managed, or unpack the unmanaged solution."
    );
}
