//! `freehold admin status`: the operations on environments.

use clap::Args;
use serde_json::{Value, json};

use crate::commands::connection::connect;
use crate::commands::environments::{self, BAP, Environment, VERSION};
use crate::commands::failure::Result;
use crate::commands::shell::{Shell, table};

/// Show the operations that are under way.
#[derive(Debug, Args)]
pub struct Status {
    /// Only those of this environment [short: -env].
    #[arg(long, alias = "env", value_name = "ID|URL|NAME")]
    environment: Option<String>,
    /// Also those that ended.
    #[arg(long)]
    all: bool,
}

impl Status {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let client = connect(shell)?.client;
        let mut environments = environments::list_all(&client)?;
        if let Some(text) = &self.environment {
            environments = vec![environments::find(&environments, text)?.clone()];
        }
        let mut found = Vec::new();
        for environment in &environments {
            let url = format!(
                "{BAP}/scopes/admin/environments/{}/lifecycleOperations?{VERSION}",
                environment.id
            );
            let answer = client.get(&url)?;
            let operations = answer.body["value"].as_array().map_or(&[][..], Vec::as_slice);
            found.extend(
                operations
                    .iter()
                    .filter(|one| self.all || !is_over(one))
                    .map(|one| shown(environment, one)),
            );
        }
        shell.show(&Value::Array(found.clone()), || to_text(&found))
    }
}

fn is_over(operation: &Value) -> bool {
    matches!(operation["state"]["id"].as_str(), Some("Succeeded" | "Failed" | "Canceled"))
}

fn shown(environment: &Environment, operation: &Value) -> Value {
    json!({
        "operationId": operation["id"],
        "environmentId": environment.id,
        "environment": environment.name,
        "type": operation["type"]["id"],
        "state": operation["state"]["id"],
        "requestedBy": operation["requestedBy"]["displayName"],
        "createdDateTime": operation["createdDateTime"],
        "lastActionDateTime": operation["lastActionDateTime"],
        "error": operation["error"],
    })
}

fn to_text(operations: &[Value]) -> String {
    if operations.is_empty() {
        return "No operation is under way.".to_owned();
    }
    let names = ["environment", "type", "state", "requestedBy", "createdDateTime", "operationId"];
    let rows = operations
        .iter()
        .map(|one| names.map(|name| one[name].as_str().unwrap_or_default().to_owned()));
    table(["Environment", "Type", "State", "Requested by", "Created", "Operation ID"], rows)
}
