//! The cards that a job queue has given to this process: Vulkan shows all of a machine, whatever CUDA is told.

use super::choice::bus;
use std::path::Path;

/// What a queue such as Slurm sets.
const VARIABLE: &str = "CUDA_VISIBLE_DEVICES";
/// A folder for each card of NVIDIA's, named after its PCI bus id.
const CARDS: &str = "/proc/driver/nvidia/gpus";

/// A card as its driver lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Card {
    bus: [u32; 4],
    uuid: String,
    minor: String,
}

/// Whether an adapter at this PCI bus id is to be seen: a card of NVIDIA's only where it is among those that were given.
pub(super) fn filter() -> impl Fn(&str) -> bool {
    let asked = std::env::var(VARIABLE).ok();
    let cards = asked.as_ref().map(|_| cards(Path::new(CARDS))).unwrap_or_default();
    // Of a container or a control group the others are closed; CUDA counts those that are open.
    let is_open = |card: &Card| std::fs::File::open(format!("/dev/nvidia{}", card.minor)).is_ok();
    let given = asked.and_then(|asked| given(&asked, &cards, is_open));
    move |pci| {
        let own = bus(pci);
        let of_nvidia = cards.iter().any(|card| Some(card.bus) == own);
        given.as_ref().is_none_or(|given| !of_nvidia || given.iter().any(|bus| Some(*bus) == own))
    }
}

/// Bus ids of the cards that `asked` names, by their numbers among those that are open or by their UUIDs; what follows a name that fits none does
/// not count, as CUDA has it. `None` for parts of cards, which have no bus ids of their own.
fn given(asked: &str, cards: &[Card], is_open: impl Fn(&Card) -> bool) -> Option<Vec<[u32; 4]>> {
    let open: Vec<&Card> = cards.iter().filter(|card| is_open(card)).collect();
    let names: Vec<&str> = asked.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.iter().any(|name| name.starts_with("MIG")) {
        return None;
    }
    let named = |name: &&str| match name.parse::<usize>() {
        Ok(number) => open.get(number).copied(),
        Err(_) => open.iter().find(|card| name.starts_with("GPU-") && card.uuid.starts_with(*name)).copied(),
    };
    Some(names.iter().map_while(named).map(|card| card.bus).collect())
}

/// The cards in the order of their bus ids, which is Slurm's, and CUDA's for cards of one kind.
fn cards(folder: &Path) -> Vec<Card> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut cards: Vec<Card> = entries
        .filter_map(|entry| {
            let text = std::fs::read_to_string(entry.path().join("information")).ok()?;
            let field = |name: &str| {
                text.lines().find_map(|line| Some(line.strip_prefix(name)?.trim_start_matches(':').trim().to_owned()))
            };
            let bus = bus(&entry.file_name().to_string_lossy())?;
            Some(Card { bus, uuid: field("GPU UUID")?, minor: field("Device Minor")? })
        })
        .collect();
    cards.sort_by_key(|card| card.bus);
    cards
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_those_that_the_queue_has_given() {
        let folder = tempfile::tempdir().unwrap();
        for (bus, uuid, minor) in
            [("0000:81:00.0", "GPU-bb", 1), ("0000:01:00.0", "GPU-aa", 0), ("0001:01:00.0", "GPU-cc", 2)]
        {
            let place = folder.path().join(bus);
            std::fs::create_dir(&place).unwrap();
            let text =
                format!("Model: \t\t H100\nGPU UUID: \t {uuid}-0\nBus Location: \t {bus}\nDevice Minor: \t {minor}\n");
            std::fs::write(place.join("information"), text).unwrap();
        }
        let cards = cards(folder.path());
        assert_eq!(cards.iter().map(|card| card.minor.as_str()).collect::<Vec<_>>(), ["0", "1", "2"]);
        let minors = |asked: &str, open: &[&str]| {
            let given = given(asked, &cards, |card| open.contains(&card.minor.as_str()))?;
            let minor = |bus| cards.iter().find(|card| card.bus == bus).unwrap().minor.clone();
            Some(given.into_iter().map(minor).collect::<Vec<_>>().join(" "))
        };
        let all = ["0", "1", "2"];
        for (asked, open, expected) in [
            ("0", &all[..], "0"),
            ("2,0", &all, "2 0"),
            ("GPU-bb", &all, "1"),
            ("0,7,1", &all, "0"),
            ("", &all, ""),
            ("-1", &all, ""),
            ("NoDevFiles", &all, ""),
            // The queue has closed all others, and counts from nought again.
            ("0", &["1"], "1"),
        ] {
            assert_eq!(minors(asked, open).as_deref(), Some(expected), "{asked} {open:?}");
        }
        assert_eq!(minors("MIG-aa", &all), None);
    }
}
