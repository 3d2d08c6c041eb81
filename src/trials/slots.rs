//! The one loop: seat, advance, look, retire, refill.
//!
//! ```text
//! Queue::next ─▶ a free slot ─▶ all engines advance ─▶ Queue::look ─┬─ go on, another recipe, another start
//!      ▲                                                            └─ leave: the slot is free
//!      └────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! All engines of a turn advance side by side; then the trials are looked at in the order of their numbers, whichever
//! slot they sit in. So what is found does not depend on threads, nor on how many engines share the slots of a turn.
//! Where engines take turns, those of one turn are set to work before the trials of the last are looked at: a device
//! that works on its own is kept busy, and the order of all looks is the same on one that does not.

use super::Crew;
use super::queue::{Ahead, Course, Job, Look, Next, Queue};
use crate::engine::{Engine, EngineError, Merits};
use num_complex::Complex32;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Who sits where. The engines themselves are handed in with every call, always the same ones.
pub struct Slots<T> {
    step: u32,
    seats: Vec<Seat<T>>,
    /// Number of the coming turn.
    turn: usize,
    /// Engines that have begun a look which nobody has collected yet.
    begun: BTreeSet<Place>,
}

/// A crew, and an engine of it.
type Place = (usize, usize);

struct Seat<T> {
    crew: usize,
    engine: usize,
    slot: usize,
    sitting: Option<Sitting<T>>,
}

struct Sitting<T> {
    number: u32,
    cycles: u32,
    merits: Option<Merits>,
    /// Figures of merit of a trial that has run before, look by look: its engine knows nothing of it.
    known: Option<Vec<Merits>>,
    trial: T,
}

/// Phases that were fetched for a look, by the place of the seat.
type Fetched = HashMap<usize, Vec<Complex32>>;

impl<T> Slots<T> {
    /// Empty slots of `crews`, looked at every `step` cycles.
    pub fn new(crews: &[Crew], step: u32) -> Self {
        let seat = |crew, engine, slot| Seat { crew, engine, slot, sitting: None };
        let seats = crews.iter().enumerate().flat_map(|(c, crew)| {
            let engines = crew.engines().iter().enumerate();
            engines.flat_map(move |(e, engine)| (0..engine.slots()).map(move |slot| seat(c, e, slot)))
        });
        Self { step, seats: seats.collect(), turn: 0, begun: BTreeSet::new() }
    }

    /// Trials that sit in a slot.
    pub fn running(&self) -> usize {
        self.seats.iter().filter(|seat| seat.sitting.is_some()).count()
    }

    /// Crews and numbers of the trials that sit in a slot, by number.
    pub fn sitting(&self) -> Vec<(usize, u32)> {
        let taken = |i: usize| Some((self.seats[i].crew, self.seats[i].sitting.as_ref()?.number));
        self.order(&self.taken().collect()).into_iter().filter_map(taken).collect()
    }

    /// Runs until the queue has no more jobs and all trials have left.
    ///
    /// # Errors
    /// Those of the engines and of the queue; trials stay in their slots.
    pub fn run<Q: Queue<Trial = T>>(&mut self, crews: &mut [Crew], queue: &mut Q) -> Result<(), Q::Error> {
        while self.round(crews, queue)? {}
        Ok(())
    }

    /// Fills free slots, advances trials by one step and looks at them; false when there was none. Of engines that take
    /// turns, those of the coming one are filled and begin; trials of those that had begun before are looked at.
    ///
    /// # Errors
    /// Those of the engines and of the queue; trials stay in their slots.
    pub fn round<Q: Queue<Trial = T>>(&mut self, crews: &mut [Crew], queue: &mut Q) -> Result<bool, Q::Error> {
        for (number, crew) in crews.iter_mut().enumerate() {
            self.refill(number, crew, queue)?;
        }
        if self.running() == 0 {
            return Ok(false);
        }
        let (step, turn) = (self.step, self.turn);
        let coming: BTreeSet<Place> = self.taken().filter(|&(c, e)| crews[c].on_turn(e, turn)).collect();
        let waiting = |&(c, e): &Place| !crews[c].takes_turns() || !coming.contains(&(c, e));
        let due: BTreeSet<Place> = self.begun.union(&coming).copied().filter(waiting).collect();
        on_engines(crews, &self.at_work(&coming), |engine| engine.begin(step))?;
        self.begun.extend(coming);
        self.turn += 1;
        self.report(on_engines(crews, &self.at_work(&due), |engine| engine.collect())?)?;
        self.begun.retain(|place| !due.contains(place));
        self.count_step(&due);
        let order = self.order(&due);
        let fetched = self.fetch(crews, &order, queue)?;
        self.each(crews, &order, fetched, |look| queue.look(look))?;
        Ok(true)
    }

    /// Ends every trial where it stands; `end` sees it for the last time.
    ///
    /// # Errors
    /// Those of the engines and of `end`; trials that were not seen yet stay in their slots.
    pub fn clear<E: From<EngineError>>(
        &mut self,
        crews: &mut [Crew],
        mut end: impl FnMut(&mut Look<'_, T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let all: BTreeSet<Place> = self.taken().collect();
        let begun = std::mem::take(&mut self.begun);
        on_engines(crews, &self.at_work(&begun), |engine| engine.collect())?;
        self.count_step(&begun);
        self.report(on_engines(crews, &self.at_work(&all), |engine| engine.merits())?)?;
        self.each(crews, &self.order(&all), HashMap::new(), |look| end(look).map(|()| Next::Leave))
    }

    /// Trials of these engines have gone on by a step.
    fn count_step(&mut self, engines: &BTreeSet<Place>) {
        let advanced = |seat: &&mut Seat<T>| engines.contains(&(seat.crew, seat.engine));
        for sitting in self.seats.iter_mut().filter(advanced).filter_map(|seat| seat.sitting.as_mut()) {
            sitting.cycles += self.step;
            if let Some(looks) = &sitting.known {
                let look = (sitting.cycles / self.step.max(1)) as usize;
                sitting.merits = looks.get(look.saturating_sub(1)).or(looks.last()).copied();
            }
        }
    }

    /// Those of these engines that have a trial to run.
    fn at_work(&self, engines: &BTreeSet<Place>) -> BTreeSet<Place> {
        let runs = |seat: &&Seat<T>| seat.sitting.as_ref().is_some_and(|sitting| sitting.known.is_none());
        let busy = self.seats.iter().filter(runs).map(|seat| (seat.crew, seat.engine));
        busy.filter(|place| engines.contains(place)).collect()
    }

    /// Engines that have a trial.
    fn taken(&self) -> impl Iterator<Item = Place> {
        self.seats.iter().filter(|seat| seat.sitting.is_some()).map(|seat| (seat.crew, seat.engine))
    }

    /// Phases that the queue wants, by the place of the seat: of each engine in one go.
    fn fetch<Q: Queue<Trial = T>>(
        &mut self,
        crews: &mut [Crew],
        order: &[usize],
        queue: &Q,
    ) -> Result<Fetched, EngineError> {
        let ahead: Vec<Ahead<'_, T>> = order
            .iter()
            .filter_map(|&i| self.seats[i].sitting.as_ref())
            .filter_map(|Sitting { number, cycles, merits, trial, .. }| {
                Some(Ahead { number: *number, cycles: *cycles, merits: merits.as_ref()?, trial })
            })
            .collect();
        let mut wanted: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
        if ahead.len() == order.len() {
            for place in queue.wants(&ahead) {
                let seat = &self.seats[order[place]];
                wanted.entry((seat.crew, seat.engine)).or_default().push(order[place]);
            }
        }
        let mut fetched = HashMap::new();
        for ((crew, engine), seats) in wanted {
            let slots: Vec<usize> = seats.iter().map(|&i| self.seats[i].slot).collect();
            let phases = crews[crew].engines_mut()[engine].phases_of(&slots)?;
            fetched.extend(seats.into_iter().zip(phases).filter_map(|(i, phases)| Some((i, phases?))));
        }
        Ok(fetched)
    }

    /// Places of the seats of engines that are taken, in the order of the numbers of their trials.
    fn order(&self, engines: &BTreeSet<Place>) -> Vec<usize> {
        let wanted = |seat: &Seat<T>| engines.contains(&(seat.crew, seat.engine));
        let sitting = |i: usize| self.seats[i].sitting.as_ref().filter(|_| wanted(&self.seats[i]));
        let number = |i: usize| sitting(i).map(|sitting| sitting.number);
        let mut order: Vec<(u32, usize)> = (0..self.seats.len()).filter_map(|i| Some((number(i)?, i))).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, i)| i).collect()
    }

    /// Fills the free slots of one crew's engines of the coming turn, those with the fewest trials first.
    fn refill<Q: Queue<Trial = T>>(&mut self, number: usize, crew: &mut Crew, queue: &mut Q) -> Result<(), Q::Error> {
        let mut busy = vec![0usize; crew.engines().len()];
        for seat in self.seats.iter().filter(|seat| seat.crew == number && seat.sitting.is_some()) {
            busy[seat.engine] += 1;
        }
        let free: Vec<usize> = (0..self.seats.len())
            .filter(|&i| self.seats[i].crew == number && self.seats[i].sitting.is_none())
            .filter(|&i| crew.on_turn(self.seats[i].engine, self.turn))
            .collect();
        queue.prepare(number, free.len());
        loop {
            let free = free.iter().filter(|&&i| self.seats[i].sitting.is_none());
            let Some(seat) =
                free.min_by_key(|&&i| (busy[self.seats[i].engine], self.seats[i].engine, self.seats[i].slot))
            else {
                return Ok(());
            };
            let seat = &mut self.seats[*seat];
            let Some(Job { number, course, trial }) = queue.next(number)? else { return Ok(()) };
            busy[seat.engine] += 1;
            let (known, run) = match course {
                Course::Run(start, recipe) => (None, Some((start, recipe))),
                Course::Known(looks) => (Some(looks), None),
            };
            let merits = known.as_ref().and_then(|looks| looks.first().copied());
            // Before the engine hears of it: where it is lost over that, the trial is among those that have to be run again.
            seat.sitting = Some(Sitting { number, cycles: 0, merits, known, trial });
            if let Some((start, recipe)) = run {
                crew.engines_mut()[seat.engine].seat(seat.slot, &start, recipe)?;
            }
        }
    }

    /// Takes the figures of merit that engines came back with.
    fn report(&mut self, reports: Vec<(Place, Vec<Option<Merits>>)>) -> Result<(), EngineError> {
        for ((c, e), merits) in reports {
            let of_engine = |seat: &Seat<T>| seat.crew == c && seat.engine == e;
            let (reported, slots) = (merits.len(), self.seats.iter().filter(|seat| of_engine(seat)).count());
            if reported != slots {
                return Err(EngineError::Report { reported, slots });
            }
            for seat in self.seats.iter_mut().filter(|seat| of_engine(seat)) {
                if let Some(sitting) = seat.sitting.as_mut().filter(|sitting| sitting.known.is_none()) {
                    sitting.merits = merits[seat.slot];
                }
            }
        }
        Ok(())
    }

    /// Shows every trial, in the order of the numbers, and does what is said.
    fn each<E: From<EngineError>>(
        &mut self,
        crews: &mut [Crew],
        order: &[usize],
        mut fetched: Fetched,
        mut see: impl FnMut(&mut Look<'_, T>) -> Result<Next, E>,
    ) -> Result<(), E> {
        for &i in order {
            let fetched = fetched.remove(&i);
            let Seat { crew, engine, slot, sitting: seated } = &mut self.seats[i];
            let Some(sitting) = seated.as_mut() else { continue };
            let engine = crews[*crew].engines_mut()[*engine].as_mut();
            let merits = sitting.merits.ok_or(EngineError::Empty(*slot))?;
            let (number, cycles, runs) = (sitting.number, sitting.cycles, sitting.known.is_none());
            let trial = &mut sitting.trial;
            let mut look = Look { number, crew: *crew, cycles, merits, trial, engine, slot: *slot, fetched };
            let next = see(&mut look)?;
            let engine = look.engine;
            match next {
                Next::GoOn => {}
                Next::Recipe(recipe) => engine.change_recipe(*slot, recipe)?,
                Next::Restart(start, recipe) => engine.seat(*slot, &start, recipe)?,
                Next::Leave => {
                    if runs {
                        engine.vacate(*slot)?;
                    }
                    *seated = None;
                }
            }
        }
        Ok(())
    }
}

/// Lets engines do `work`, side by side on as many threads as the pool of the caller has; what each came back with.
fn on_engines<R: Send>(
    crews: &mut [Crew],
    places: &BTreeSet<Place>,
    work: impl Fn(&mut dyn Engine) -> Result<R, EngineError> + Sync,
) -> Result<Vec<(Place, R)>, EngineError> {
    let mut engines: Vec<(Place, &mut Box<dyn Engine>)> = Vec::new();
    for (c, crew) in crews.iter_mut().enumerate() {
        let wanted = crew.engines_mut().iter_mut().enumerate().filter(|(e, _)| places.contains(&(c, *e)));
        engines.extend(wanted.map(|(e, engine)| ((c, e), engine)));
    }
    let report = |(place, engine): (Place, &mut Box<dyn Engine>)| work(engine.as_mut()).map(|done| (place, done));
    // One engine has all threads to itself, and a device should not wait for a thread of the pool.
    let reports: Vec<_> = if engines.len() > 1 {
        engines.into_par_iter().map(report).collect()
    } else {
        engines.into_iter().map(report).collect()
    };
    reports.into_iter().collect()
}
