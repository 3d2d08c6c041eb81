//! The one loop: seat, advance, look, retire, refill.
//!
//! ```text
//! Queue::next ─▶ a free slot ─▶ all engines advance ─▶ Queue::look ─┬─ go on, another recipe, another start
//!      ▲                                                            └─ leave: the slot is free
//!      └────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! All engines advance side by side; then the trials are looked at in the order of their numbers, whichever slot they
//! sit in. So what is found does not depend on threads, nor on how many engines share the slots.

use super::Crew;
use super::queue::{Ahead, Job, Look, Next, Queue};
use crate::engine::{Engine, EngineError, Merits};
use num_complex::Complex32;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Who sits where. The engines themselves are handed in with every call, always the same ones.
pub struct Slots<T> {
    step: u32,
    seats: Vec<Seat<T>>,
}

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
    trial: T,
}

/// Phases that were fetched for a look, by the place of the seat.
type Fetched = HashMap<usize, Vec<Complex32>>;

/// An engine that has a trial: its crew, its place there, itself.
struct Busy<'a> {
    place: (usize, usize),
    engine: &'a mut dyn Engine,
}

impl<T> Slots<T> {
    /// Empty slots of `crews`, looked at every `step` cycles.
    pub fn new(crews: &[Crew], step: u32) -> Self {
        let seat = |crew, engine, slot| Seat { crew, engine, slot, sitting: None };
        let seats = crews.iter().enumerate().flat_map(|(c, crew)| {
            let engines = crew.engines().iter().enumerate();
            engines.flat_map(move |(e, engine)| (0..engine.slots()).map(move |slot| seat(c, e, slot)))
        });
        Self { step, seats: seats.collect() }
    }

    /// Trials that sit in a slot.
    pub fn running(&self) -> usize {
        self.seats.iter().filter(|seat| seat.sitting.is_some()).count()
    }

    /// Crews and numbers of the trials that sit in a slot, by number.
    pub fn sitting(&self) -> Vec<(usize, u32)> {
        let taken = |i: usize| Some((self.seats[i].crew, self.seats[i].sitting.as_ref()?.number));
        self.order().into_iter().filter_map(taken).collect()
    }

    /// Runs until the queue has no more jobs and all trials have left.
    ///
    /// # Errors
    /// Those of the engines and of the queue; trials stay in their slots.
    pub fn run<Q: Queue<Trial = T>>(&mut self, crews: &mut [Crew], queue: &mut Q) -> Result<(), Q::Error> {
        while self.round(crews, queue)? {}
        Ok(())
    }

    /// Fills free slots, advances every trial by one step and looks at it; false when there was none.
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
        let step = self.step;
        self.on_engines(crews, |engine| {
            engine.begin(step)?;
            engine.collect()
        })?;
        self.seats.iter_mut().filter_map(|seat| seat.sitting.as_mut()).for_each(|sitting| sitting.cycles += step);
        let fetched = self.fetch(crews, queue)?;
        self.each(crews, fetched, |look| queue.look(look))?;
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
        self.on_engines(crews, |engine| engine.merits())?;
        self.each(crews, HashMap::new(), |look| end(look).map(|()| Next::Leave))
    }

    /// Phases that the queue wants, by the place of the seat: of each engine in one go.
    fn fetch<Q: Queue<Trial = T>>(&mut self, crews: &mut [Crew], queue: &Q) -> Result<Fetched, EngineError> {
        let order = self.order();
        let ahead: Vec<Ahead<'_, T>> = order
            .iter()
            .filter_map(|&i| self.seats[i].sitting.as_ref())
            .filter_map(|Sitting { number, cycles, merits, trial }| {
                Some(Ahead { number: *number, cycles: *cycles, merits: merits.as_ref()?, trial })
            })
            .collect();
        let mut wanted: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
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

    /// Places of the seats that are taken, in the order of the numbers of their trials.
    fn order(&self) -> Vec<usize> {
        let number = |i: usize| self.seats[i].sitting.as_ref().map(|sitting| sitting.number);
        let mut order: Vec<(u32, usize)> = (0..self.seats.len()).filter_map(|i| Some((number(i)?, i))).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, i)| i).collect()
    }

    /// Fills the free slots of one crew, engines with the fewest trials first.
    fn refill<Q: Queue<Trial = T>>(&mut self, number: usize, crew: &mut Crew, queue: &mut Q) -> Result<(), Q::Error> {
        let mut busy = vec![0usize; crew.engines().len()];
        for seat in self.seats.iter().filter(|seat| seat.crew == number && seat.sitting.is_some()) {
            busy[seat.engine] += 1;
        }
        let free = self.seats.iter().filter(|seat| seat.crew == number && seat.sitting.is_none()).count();
        queue.prepare(number, free);
        loop {
            let free = self.seats.iter_mut().filter(|seat| seat.crew == number && seat.sitting.is_none());
            let Some(seat) = free.min_by_key(|seat| (busy[seat.engine], seat.engine, seat.slot)) else { return Ok(()) };
            let Some(Job { number, start, recipe, trial }) = queue.next(number)? else { return Ok(()) };
            crew.engines_mut()[seat.engine].seat(seat.slot, &start, recipe)?;
            busy[seat.engine] += 1;
            seat.sitting = Some(Sitting { number, cycles: 0, merits: None, trial });
        }
    }

    /// Lets every engine that has a trial do `work`, side by side on as many threads as the pool of the caller has, and
    /// takes the figures of merit it comes back with.
    fn on_engines(
        &mut self,
        crews: &mut [Crew],
        work: impl Fn(&mut dyn Engine) -> Result<Vec<Option<Merits>>, EngineError> + Sync,
    ) -> Result<(), EngineError> {
        let taken = |c: usize, e: usize| {
            self.seats.iter().any(|seat| seat.crew == c && seat.engine == e && seat.sitting.is_some())
        };
        let mut engines: Vec<Busy<'_>> = Vec::new();
        for (c, crew) in crews.iter_mut().enumerate() {
            let busy = crew.engines_mut().iter_mut().enumerate().filter(|(e, _)| taken(c, *e));
            engines.extend(busy.map(|(e, engine)| Busy { place: (c, e), engine: engine.as_mut() }));
        }
        let report = |Busy { place, engine }: Busy<'_>| {
            let slots = engine.slots();
            work(engine).and_then(|merits| match merits.len() {
                reported if reported == slots => Ok((place, merits)),
                reported => Err(EngineError::Report { reported, slots }),
            })
        };
        // One engine has all threads to itself, and a device should not wait for a thread of the pool.
        let reports: Vec<_> = if engines.len() > 1 {
            engines.into_par_iter().map(report).collect()
        } else {
            engines.into_iter().map(report).collect()
        };
        for reported in reports {
            let ((c, e), merits) = reported?;
            for seat in self.seats.iter_mut().filter(|seat| seat.crew == c && seat.engine == e) {
                if let Some(sitting) = &mut seat.sitting {
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
        mut fetched: Fetched,
        mut see: impl FnMut(&mut Look<'_, T>) -> Result<Next, E>,
    ) -> Result<(), E> {
        for i in self.order() {
            let fetched = fetched.remove(&i);
            let Seat { crew, engine, slot, sitting: seated } = &mut self.seats[i];
            let Some(sitting) = seated.as_mut() else { continue };
            let engine = crews[*crew].engines_mut()[*engine].as_mut();
            let merits = sitting.merits.ok_or(EngineError::Empty(*slot))?;
            let (number, cycles) = (sitting.number, sitting.cycles);
            let trial = &mut sitting.trial;
            let mut look = Look { number, crew: *crew, cycles, merits, trial, engine, slot: *slot, fetched };
            let next = see(&mut look)?;
            let engine = look.engine;
            match next {
                Next::GoOn => {}
                Next::Recipe(recipe) => engine.change_recipe(*slot, recipe)?,
                Next::Restart(start, recipe) => engine.seat(*slot, &start, recipe)?,
                Next::Leave => {
                    engine.vacate(*slot)?;
                    *seated = None;
                }
            }
        }
        Ok(())
    }
}
