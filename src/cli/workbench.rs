//! `practicum open`: the workbench in the learner's browser.

use std::future::Future;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use super::codes::PASSED;
use super::session::Session;
use app::ending::Ending;
use app::learner::desk::Placed;
use app::worker::Worker;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use web::{Settings, Site};

/// How the workbench is opened.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Options {
    /// The exercise; the list of exercises where none is named.
    pub(super) exercise: Option<String>,
    /// Only print the address: for work on another computer.
    #[arg(long)]
    no_browser: bool,
    /// The port; otherwise a free one.
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// The path under which the pages lie, for a hub that leads here.
    #[arg(long, value_name = "PATH", default_value = "")]
    base_path: String,
    /// Listen on a Unix socket instead, which only you can reach.
    #[arg(long, value_name = "FILE", conflicts_with = "port")]
    socket: Option<PathBuf>,
}

pub(super) fn japanese(command: clap::Command) -> clap::Command {
    command
        .mut_arg("exercise", |arg| arg.help("演習の名前です。省略すると一覧を開きます。"))
        .mut_arg("no_browser", |arg| arg.help("ブラウザーを開かず、アドレスだけを表示します。"))
        .mut_arg("port", |arg| arg.help("ポート番号です。省略すると空いている番号を使います。"))
        .mut_arg("base_path", |arg| arg.help("ページを置くパスです（JupyterHubなどから開く場合）。"))
        .mut_arg("socket", |arg| arg.help("ポートの代わりに、自分だけが使えるUnixソケットで待ち受けます。"))
}

/// Serves until Ctrl-C.
pub(super) fn open(session: &Session, options: &Options) -> Result<u8, Ending> {
    // A name that is wrong is told here, not in a browser.
    let path = match &options.exercise {
        Some(id) => {
            let Placed { workspace, .. } = session.desk.placed("open", Some(id), &mut session.subject.borrow_mut())?;
            format!("x/{}", workspace.id())
        }
        None => String::new(),
    };
    let base = based(&options.base_path)?;
    let secret = if options.socket.is_some() { None } else { Some(secret()?) };
    let site = Site::new(Settings {
        desk: session.desk.clone(),
        worker: Worker::like_this(session.terminal.lang).map_err(|error| Ending::ours(&error))?,
        lang: session.terminal.lang,
        base: base.clone(),
        secret: secret.clone(),
        now: super::session::now,
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .thread_stack_size(sql::STACK)
        .build()
        .map_err(|error| Ending::ours(&error))?;
    let served = || {
        runtime.block_on(async {
            if let Some(socket) = &options.socket {
                return on_socket(session, site, socket).await;
            }
            let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, options.port.unwrap_or(0)))
                .await
                .map_err(|error| {
                    let (port, why) = (options.port.unwrap_or(0), error.to_string());
                    let found = text!("port {port}: {why}", "ポート{port}：{why}");
                    let expected = Text::new(
                        "a free port (without --port one is chosen)",
                        "空いているポート（--port を省略すると自動で選びます）",
                    );
                    Ending::Faults(vec![Fault::new(Id::Refused, Place::file("--port"), found, expected)])
                })?;
            let port = listener.local_addr().map_err(|error| Ending::ours(&error))?.port();
            let key = secret.map(|secret| format!("?key={secret}")).unwrap_or_default();
            let address = format!("http://127.0.0.1:{port}{base}{path}{key}");
            session.say(&format!("{address}\n"));
            session.flush();
            session.say(&session.terminal.paragraph(
            "",
            session.pick(
                "The workbench is open at this address, for you alone. Ctrl-C ends it; your work stays in your files.",
                "上のアドレスで開いています（あなた専用です）。Ctrl-Cで終了します。作業内容はファイルに残ります。",
            ),
        ));
            if !options.no_browser && open::that_detached(&address).is_err() {
                session.say(&session.terminal.paragraph(
                    "",
                    session.pick(
                        "No browser could be opened: please open the address yourself.",
                        "ブラウザーを開けませんでした。アドレスをご自分で開いてください。",
                    ),
                ));
            }
            session.flush();
            within(web::serve(site, listener, ended())).await
        })
    };
    super::interrupt::heeded(served)?;
    // What still runs is a child of this process: it ends with it.
    runtime.shutdown_background();
    Ok(PASSED)
}

/// Ctrl-C.
async fn ended() {
    while !super::interrupt::asked() {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// Serves, and after Ctrl-C waits for open pages no longer than that: one that listens to a run would keep the server for ever.
async fn within(served: impl Future<Output = std::io::Result<()>>) -> Result<(), Ending> {
    const GRACE: std::time::Duration = std::time::Duration::from_millis(500);
    let late = async {
        ended().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = served => served.map_err(|error| Ending::ours(&error)),
        () = late => Ok(()),
    }
}

#[cfg(unix)]
async fn on_socket(session: &Session, site: web::Shared, socket: &std::path::Path) -> Result<(), Ending> {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
    let shown = socket.display().to_string();
    let told = |error: &std::io::Error| Ending::Disk(disk::unwritable(&shown, error));
    // One that an earlier server left is nobody's any more.
    if std::fs::symlink_metadata(socket).is_ok_and(|found| found.file_type().is_socket()) {
        let _ = std::fs::remove_file(socket);
    }
    let listener = tokio::net::UnixListener::bind(socket).map_err(|error| told(&error))?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600)).map_err(|error| told(&error))?;
    session.say(&format!("{shown}\n"));
    session.flush();
    let served = within(web::serve_socket(site, listener, ended())).await;
    let _ = std::fs::remove_file(socket);
    served
}

#[cfg(not(unix))]
async fn on_socket(_: &Session, _: web::Shared, _: &std::path::Path) -> Result<(), Ending> {
    let found = Text::new("a Unix socket", "Unixソケット");
    let expected =
        Text::new("a port: this system has no such sockets", "ポート（このシステムにはUnixソケットがありません）");
    Err(Ending::Faults(vec![Fault::new(Id::Refused, Place::file("--socket"), found, expected)]))
}

/// A base path that begins and ends with a stroke.
fn based(path: &str) -> Result<String, Ending> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~%@".contains(c);
    let inner = path.trim_matches('/');
    if inner.contains("//") || !inner.chars().all(plain) {
        let found = text!("the path {path}", "パス {path}");
        let expected = Text::new(
            "a path of an address, such as /user/ann/practicum/",
            "アドレスのパス（例：/user/ann/practicum/）",
        );
        return Err(Ending::Faults(vec![Fault::new(Id::BadName, Place::file("--base-path"), found, expected)]));
    }
    Ok(if inner.is_empty() { "/".to_owned() } else { format!("/{inner}/") })
}

/// What the first address carries, from the system's own source of chance.
fn secret() -> Result<String, Ending> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| Ending::ours(&error))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
