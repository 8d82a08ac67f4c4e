//! Real packages: most import into a fresh environment, the others are refused with a list.

use crate::common::{Tenant, packages, zips};
use solutions::{ExportOptions, ImportOptions};

/// How many of the real packages import into a fresh environment. May only rise.
const IMPORT_FLOOR: usize = 90;

#[tokio::test(flavor = "multi_thread")]
async fn real_packages_import() {
    let Some(folder) = packages() else { return };
    let tenant = Tenant::sqlite().await;
    let (mut done, mut all) = (0, 0);
    for path in zips(&folder) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let environment = tenant.environment(&name).await;
        let options = ImportOptions::new(tenant.cx.new_id());
        all += 1;
        let started = std::time::Instant::now();
        match solutions::import(&environment, &tenant.cx, &bytes, &options, &|_, _| {}).await {
            Ok(result) => {
                done += 1;
                println!(
                    "imported {name}: {} components in {} ms",
                    result.components,
                    started.elapsed().as_millis()
                );
                if !result.is_managed {
                    let options = ExportOptions { managed: true, include_values: false };
                    let exported =
                        solutions::export(&environment, &tenant.cx, &result.unique_name, options)
                            .await
                            .unwrap_or_else(|error| panic!("{name}: export: {error:?}"));
                    let other = tenant.environment(&name).await;
                    let options = ImportOptions::new(tenant.cx.new_id());
                    solutions::import(&other, &tenant.cx, &exported, &options, &|_, _| {})
                        .await
                        .unwrap_or_else(|error| panic!("{name}: managed: {error:?}"));
                }
            }
            Err(error) => {
                println!("refused  {name}: {:?} {}: {}", error.kind, error.code, error.chain())
            }
        }
    }
    println!("{done} of {all} packages imported");
    assert!(done >= IMPORT_FLOOR, "{done} of {all} packages imported");
}
