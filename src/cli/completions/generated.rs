//! What is generated from the command tree: scripts for shells and man pages.

use clap_complete::aot::{self, generate};
use clap_complete::env::Shells;

use crate::cli::command;
use crate::error::{Failure, OrFail, Result};
use crate::target::completions::Shell;

/// Every file under `completions/`, by its path there. A test fails when one is stale.
///
/// # Errors
/// When a man page cannot be rendered.
pub fn files() -> Result<Vec<(String, String)>> {
    let names = ["karctl.bash", "karctl.elv", "karctl.fish", "karctl.ps1", "_karctl"];
    let shells = [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh];
    let scripts = names.iter().zip(shells).map(|(name, shell)| ((*name).to_owned(), script(shell)));
    let pages = man_pages()?.into_iter().map(|(name, page)| (format!("man/{name}"), page));
    Ok(scripts.chain(pages).collect())
}

/// A script that knows karctl's options by itself.
pub fn script(shell: Shell) -> String {
    let mut bytes = Vec::new();
    let mut command = command();
    match shell {
        Shell::Bash => generate(aot::Bash, &mut command, "karctl", &mut bytes),
        Shell::Elvish => generate(aot::Elvish, &mut command, "karctl", &mut bytes),
        Shell::Fish => generate(aot::Fish, &mut command, "karctl", &mut bytes),
        Shell::PowerShell => generate(aot::PowerShell, &mut command, "karctl", &mut bytes),
        Shell::Zsh => generate(aot::Zsh, &mut command, "karctl", &mut bytes),
    }
    text(bytes)
}

/// The script that makes a shell ask karctl, of this very version.
///
/// # Errors
/// Never: every shell here has one.
pub fn registration(shell: Shell) -> Result<String> {
    let none = || Failure::new(format!("{} has no live completions", shell.name()));
    let shells = Shells::builtins();
    let completer = shells.completer(shell.name()).ok_or_else(none)?;
    let mut bytes = Vec::new();
    completer.write_registration(super::REQUEST, "karctl", "karctl", "karctl", &mut bytes).or_fail(none)?;
    Ok(text(bytes))
}

/// A man page for each command that is shown, by file name.
///
/// # Errors
/// When one cannot be rendered.
pub fn man_pages() -> Result<Vec<(String, String)>> {
    let mut command = command();
    command.build();
    let mut pages = Vec::new();
    add_pages(&command, &mut pages)?;
    pages.sort();
    Ok(pages)
}

fn add_pages(command: &clap::Command, pages: &mut Vec<(String, String)>) -> Result<()> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        add_pages(below, pages)?;
    }
    let page = clap_mangen::Man::new(command.clone());
    let mut bytes = Vec::new();
    page.render(&mut bytes).or_fail(|| Failure::new(format!("{} cannot be rendered", page.get_filename())))?;
    pages.push((page.get_filename(), text(bytes)));
    Ok(())
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
