//! Every test that needs more than one room of the house, in one binary. Not here: the rules of a single noun, which stand beside it.

#[cfg(test)]
mod support;

#[cfg(test)]
mod any_bytes;
#[cfg(test)]
mod approvals;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod backup_killed;
#[cfg(test)]
mod bank;
#[cfg(test)]
mod books;
#[cfg(test)]
mod closing;
#[cfg(test)]
mod command;
#[cfg(test)]
mod command_serve;
#[cfg(test)]
mod command_staff;
#[cfg(test)]
mod command_webhook;
#[cfg(test)]
mod config;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod donors;
#[cfg(test)]
mod export;
#[cfg(test)]
mod files;
#[cfg(test)]
mod judges;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod ledger_model;
#[cfg(test)]
mod ledger_sql;
#[cfg(test)]
mod leftovers;
#[cfg(test)]
mod long_history;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod months;
#[cfg(test)]
mod nightly;
#[cfg(test)]
mod opening;
#[cfg(feature = "passkeys")]
#[cfg(test)]
mod passkeys;
#[cfg(test)]
mod payments;
#[cfg(test)]
mod people;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod practice;
#[cfg(test)]
mod publication;
#[cfg(test)]
mod rarities;
#[cfg(test)]
mod recurring;
#[cfg(test)]
mod spending;
#[cfg(test)]
mod web;
