//! The command line. Results go to stdout, everything for people to stderr; exit codes are 0 done,
//! 1 failed, 2 wrong usage or settings.

mod api_key;
mod call;
mod data;
mod user;

use crate::adapter::script;
use crate::config::{self, Config};
use crate::{serve, telemetry};
use clap::{Args, Parser, Subcommand};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Wrong usage or settings.
const USAGE: u8 = 2;

/// Routes, connects, records and explains calls.
#[derive(Debug, Parser)]
#[command(name = "callcenter", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring the database to the newest schema, then serve pages, webhooks and background jobs
    Serve(ServeArgs),
    /// Bring the database to the newest schema
    Migrate {
        /// Only tell what is missing; fails if anything is
        #[arg(long)]
        check: bool,
    },
    /// Print the effective settings without secrets, or every mistake in them
    ConfigCheck,
    /// Make the demo account; doing it again changes nothing
    Demo(DemoArgs),
    /// Manage people
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Manage keys for programs
    ApiKey {
        #[command(subcommand)]
        command: ApiKeyCommand,
    },
    /// Act as the carrier for one call, or many, against a running server
    Call(CallArgs),
    /// Print an account's calls and capacity for tests and operators
    Inspect {
        /// As JSON (the only form there is)
        #[arg(long)]
        json: bool,
        /// Which account
        #[arg(long, default_value = crate::demo::ACCOUNT)]
        account: String,
    },
    /// Run functions of RTB targets for a server, which starts this itself
    #[command(hide = true)]
    RunFunctions,
}

/// What `serve` is asked to do.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeArgs {
    /// Make the demo account and keep placing simulated calls
    #[arg(long)]
    pub demo: bool,
    /// With the demo account, but no calls by themselves
    #[arg(long, requires = "demo")]
    pub quiet_demo: bool,
    /// Leave background jobs to another process
    #[arg(long, conflicts_with = "jobs_only")]
    pub no_jobs: bool,
    /// Do only background jobs
    #[arg(long)]
    pub jobs_only: bool,
}

#[derive(Debug, Clone, Args)]
struct DemoArgs {
    /// Put settings, plans and numbers back as they were; calls stay
    #[arg(long)]
    reset: bool,
    /// Print ids, numbers and logins as one object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a person, and the account if there is none of that name
    Add(UserAddArgs),
}

#[derive(Debug, Clone, Args)]
struct UserAddArgs {
    #[arg(long)]
    email: String,
    /// Read the password from standard input (it never belongs on a command line)
    #[arg(long, required = true)]
    password_stdin: bool,
    #[arg(long, default_value = "Main")]
    account: String,
    #[arg(long, default_value = "owner", value_parser = ["viewer", "manager", "admin", "owner"])]
    role: String,
    /// How the person is called; the part of the email before the @ if absent
    #[arg(long)]
    name: Option<String>,
    /// Zone of a new account
    #[arg(long, default_value = "America/New_York")]
    zone: String,
}

#[derive(Debug, Subcommand)]
enum ApiKeyCommand {
    /// Make a key for the public API and print it, this once
    Add(ApiKeyAddArgs),
}

#[derive(Debug, Clone, Args)]
struct ApiKeyAddArgs {
    /// Which account
    #[arg(long)]
    account: String,
    /// What the key is for
    #[arg(long)]
    name: String,
    /// What it may do, with commas between: calls:read,blocks:write; everything if absent
    #[arg(long, value_delimiter = ',')]
    scopes: Vec<String>,
    /// Days until it ends; never if absent
    #[arg(long, value_parser = ["30", "90", "365"])]
    days: Option<String>,
}

#[derive(Debug, Clone, Args)]
struct CallArgs {
    /// Who calls
    #[arg(long)]
    from: String,
    /// The number dialed
    #[arg(long)]
    to: String,
    /// A JSON file that says how the people behave
    #[arg(long)]
    script: Option<PathBuf>,
    /// Where the server is reached from here
    #[arg(long)]
    url: Option<String>,
    /// How many calls
    #[arg(long, default_value_t = 1)]
    count: u64,
    /// Calls started in a second, with --count
    #[arg(long, default_value_t = 5.0)]
    rate: f64,
    /// Seconds of a call that pass in one second
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Print the whole call as one object
    #[arg(long)]
    json: bool,
}

/// Why a command did not do what was asked.
#[derive(Debug)]
enum Failure {
    /// The person has to change what they asked for.
    Usage(String),
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Runs the command of this process.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help asked for is a result; help because something is wrong is not.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    // It knows nothing of the server, not even its settings.
    if matches!(cli.command, Command::RunFunctions) {
        return match script::serve() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let config = match Config::load() {
        Ok(config) => config,
        Err(mistakes) => {
            for mistake in mistakes {
                say(&format!("{mistake}\n"));
            }
            return ExitCode::from(USAGE);
        }
    };
    match execute(&config, cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(text)) => {
            say(&format!("{text}\n"));
            ExitCode::from(USAGE)
        }
        Err(Failure::Failed(error)) => {
            say(&format!("failed: {error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

fn execute(config: &Config, command: Command) -> Result<(), Failure> {
    if matches!(command, Command::Serve(_)) {
        telemetry::start_log(&config.log);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(args) => Ok(serve::serve(config, &args).await?),
            Command::Migrate { check } => data::migrate(config, check).await,
            Command::ConfigCheck => {
                let text = serde_json::to_string_pretty(&config::redacted(config))?;
                Ok(result(&text)?)
            }
            Command::Demo(args) => data::demo(config, &args).await,
            Command::User {
                command: UserCommand::Add(args),
            } => user::add(config, &args).await,
            Command::ApiKey {
                command: ApiKeyCommand::Add(args),
            } => api_key::add(config, &args).await,
            Command::Call(args) => call::call(config, &args).await,
            Command::Inspect { account, .. } => data::inspect(config, &account).await,
            Command::RunFunctions => Ok(script::serve()?),
        }
    })
}

/// Says something to a person.
pub fn say(text: &str) {
    // Nobody may be listening; that is no reason to fail.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Writes a result.
fn result(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// A service's refusal in words, with what is wrong at which option.
fn words(error: service::Error) -> Failure {
    match error {
        service::Error::Invalid(fields) => {
            let lines: Vec<String> = fields
                .0
                .iter()
                .map(|e| format!("{}: {}", e.field, e.message))
                .collect();
            Failure::Usage(lines.join("\n"))
        }
        service::Error::NotFound(kind) => Failure::Usage(format!("there is no such {kind}")),
        other => Failure::Failed(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        let runs = Cli::try_parse_from(["callcenter", script::COMMAND]).map(|cli| cli.command);
        assert!(matches!(runs, Ok(Command::RunFunctions)));
        assert!(Cli::try_parse_from(["callcenter", "serve", "--quiet-demo"]).is_err());
        assert!(Cli::try_parse_from(["callcenter", "serve", "--demo", "--quiet-demo"]).is_ok());
        assert!(
            Cli::try_parse_from(["callcenter", "user", "add", "--email", "a@b.example"]).is_err()
        );
    }
}
