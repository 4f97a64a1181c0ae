//! A publication in a few lines, for a mail and for a card: what stands on the fund's page, and never what waits. Pure; not here: the page to be pinned
//! up, which says more (`page`).

use super::Figures;
use super::say::Say;
use crate::language::Language;

/// The figures a publication is summed up in, a row a line and a tab between its name and its sum.
pub fn summary_table(figures: &Figures, language: Language) -> String {
    let say = Say(language);
    let money = |minor| figures.money(minor);
    let rows = [
        ("public-on-hand", figures.on_hand()),
        ("public-received", money(figures.gifts.received_minor)),
        ("public-spent", figures.spent()),
        ("public-fees", money(figures.gifts.fees_minor)),
    ];
    let row = |(key, sum): (&str, crate::money::Money)| format!("{}\t{}", say.say(key), sum.for_reader(language));
    let figures_of = rows.map(row).join("\n");
    format!("{}\t{}\n{figures_of}", figures.fund.name.replace(['\t', '\n', '\r'], " "), say.as_of(figures))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_summary_says_what_the_page_says_in_the_readers_language() {
        let figures = sample::figures();
        let (english, spanish) = (summary_table(&figures, Language::English), summary_table(&figures, Language::Spanish));
        assert!(english.contains("Received\t$2,150.00") && spanish.contains("Recibido\t$2,150.00"), "{english}\n{spanish}");
        assert!(english.contains(&figures.on_hand().for_people()) && english.contains("Publication"), "{english}");
        assert!(english.lines().all(|line| line.matches('\t').count() == 1), "{english}");
    }
}
