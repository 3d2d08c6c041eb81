//! Every module that a device may be given, parsed and validated without a device; shared structs compared in size and
//! place.

#![cfg(feature = "cli")]

use naga::valid::{Capabilities, ValidationFlags, Validator};
use seedflip::bench::synthetic;
use seedflip::engine::Denoiser;
use seedflip::gpu::AdapterLimits;
use seedflip::gpu::plan::{Plan, Planes, Tuning};
use seedflip::gpu::shared;
use seedflip::gpu::tables::Tables;
use seedflip::wgsl::radices::is_smooth;
use seedflip::wgsl::shape::TILE;
use seedflip::wgsl::stage::{Coefficients, Density, Linear, Storage, column_module, plane_module, row_modules};

/// A small device (what lavapipe offers) and a large one (NVIDIA's Vulkan driver).
const SMALL: AdapterLimits = AdapterLimits {
    workgroup_bytes: 32 << 10,
    invocations: 1024,
    binding_bytes: 128 << 20,
    buffer_bytes: i32::MAX as u64,
    workgroups_per_dimension: 65535,
    storage_buffers: 32,
    uniform_alignment: 64,
    storage_alignment: 32,
};
const LARGE: AdapterLimits =
    AdapterLimits { workgroup_bytes: 48 << 10, binding_bytes: i32::MAX as u64, storage_buffers: 1 << 20, ..SMALL };

fn module(text: &str) -> naga::Module {
    let module = naga::front::wgsl::parse_str(text).unwrap_or_else(|e| panic!("{}", e.emit_to_string(text)));
    Validator::new(ValidationFlags::all(), Capabilities::all())
        .validate(&module)
        .unwrap_or_else(|e| panic!("{}", e.emit_to_string(text)));
    module
}

fn plan(dims: [usize; 3], limits: &AdapterLimits, tuning: &Tuning) -> Plan {
    let problem = synthetic::problem(dims).unwrap();
    let tables = Tables::new(problem.layout());
    Plan::new(&problem, &tables, 8, limits, tuning).unwrap()
}

fn planes(plan: &Plan, density: Density, storage: Storage) -> Vec<String> {
    match &plan.planes {
        Planes::Whole(shape) => vec![plane_module(shape, density, storage)],
        Planes::Rows(shape) => row_modules(shape, density, storage).to_vec(),
    }
}

#[test]
fn shaders_know_denoisers_by_their_numbers() {
    for (name, denoiser) in [("SQUARE", Denoiser::Square), ("RESHAPED", Denoiser::Reshaped)] {
        let line = format!("const {name}: u32 = {}u;", denoiser.code());
        assert!(Density::Posterior.text().contains(&line), "{line}");
    }
}

#[test]
fn every_smooth_length_gives_valid_modules() {
    let mut four_pass = 0;
    for n in (8..=256).filter(|&n| is_smooth(n)) {
        for (limits, tuning) in [(&SMALL, Tuning::SOFTWARE), (&SMALL, Tuning::GPU), (&LARGE, Tuning::GPU)] {
            // The layout needs no more than a plane of this shape: a thin cell keeps the tables small.
            let plane = plan([n, n, 8], limits, &tuning);
            four_pass += usize::from(matches!(plane.planes, Planes::Rows(_)));
            planes(&plane, Density::Flip, tuning.storage).iter().for_each(|text| drop(module(text)));
            let line = plan([8, 8, n], limits, &tuning);
            for stage in [Coefficients::Amplitude, Coefficients::Cavity] {
                module(&column_module(line.columns_of(stage), stage, tuning.storage, true));
            }
        }
    }
    assert!(four_pass > 20);
}

#[test]
fn every_stage_is_valid_in_both_formats_and_both_ways() {
    for storage in [Storage::F32, Storage::F16] {
        for four_pass in [false, true] {
            let tuning = Tuning { storage, four_pass, ..Tuning::GPU };
            let plan = plan([20, 21, 24], &SMALL, &tuning);
            assert_eq!(matches!(plan.planes, Planes::Rows(_)), four_pass);
            for density in Density::ALL {
                planes(&plan, density, storage).iter().for_each(|text| drop(module(text)));
            }
            for seeds in [false, true] {
                for coefficients in Coefficients::ALL {
                    module(&column_module(plan.columns_of(coefficients), coefficients, storage, seeds));
                }
                for linear in Linear::ALL {
                    module(&linear.module(storage, seeds));
                }
            }
        }
    }
}

/// Offsets of the members and size of a struct as the shaders see it.
fn layout(module: &naga::Module, name: &str) -> (Vec<(String, u32)>, u32) {
    let (_, kind) = module.types.iter().find(|(_, t)| t.name.as_deref() == Some(name)).unwrap();
    let naga::TypeInner::Struct { members, span } = &kind.inner else { panic!("{name} is no struct") };
    (members.iter().map(|m| (m.name.clone().unwrap(), m.offset)).collect(), *span)
}

macro_rules! same_layout {
    ($module:expr, $name:ident, $($field:ident),+) => {
        let (members, size) = layout($module, stringify!($name));
        assert_eq!(size as usize, size_of::<shared::$name>(), stringify!($name));
        $(assert_eq!(
            members.iter().find(|m| m.0 == stringify!($field)).map(|m| m.1 as usize),
            Some(std::mem::offset_of!(shared::$name, $field)),
            "{}.{}", stringify!($name), stringify!($field)
        );)+
    };
}

#[test]
fn shared_structs_lie_alike_on_both_sides() {
    let module = module(&Linear::Finish.module(Storage::F32, true));
    same_layout!(&module, Params, first, position, scratch, publish, fill);
    same_layout!(
        &module,
        Problem,
        planes,
        columns,
        tiles,
        entries,
        points,
        sphere,
        atoms,
        measured,
        e_strong,
        e_weak,
        sigma_all,
        sigma_strong,
        e_sq_mean,
        e_sq_variance,
        groups,
        weak_count,
        evaluate_scale,
        partials,
        phase_table,
        rows,
        shell_count,
        shape_from,
        shape_density,
        pairs,
        direction,
        densities,
        voxels,
        shapes
    );
    same_layout!(
        &module,
        Recipe,
        method,
        amplitudes,
        denoiser,
        anneal,
        k,
        e_weak,
        n_start,
        n_log_ratio,
        damping,
        plane_scale,
        column_scale,
        start_factor,
        seed,
        trial,
        seed_set,
        hold,
        free_e_sq_mean,
        free_e_sq_variance,
        free_measured,
        seed_power,
        free_shell_count,
        seed_use
    );
    same_layout!(
        &module,
        State,
        cycles,
        sigma,
        height,
        feedback,
        kappa,
        beta,
        r,
        flipped,
        r_weak,
        e_kurtosis,
        tan_cos,
        kappa_used,
        inverse_tau,
        pair_mean
    );
}

/// The cuts that were measured fastest on a card, see `Tuning::GPU`.
#[test]
fn grids_are_cut_as_they_were_measured() {
    let cut = |dims: [usize; 3]| {
        let plan = plan(dims, &LARGE, &Tuning::GPU);
        let threads = match &plan.planes {
            Planes::Whole(shape) => vec![shape.threads],
            Planes::Rows(shape) => vec![shape.y_threads, shape.x_threads],
        };
        assert_eq!(plan.groups, (plan.entries / 1024).clamp(1, 256.min(plan.stored / TILE)));
        (threads, plan.amplitude_columns.threads, plan.columns.threads, plan.columns.radices)
    };
    assert_eq!(cut([32; 3]), (vec![64], 64, 64, vec![4, 8]));
    assert_eq!(cut([64; 3]), (vec![256], 128, 128, vec![8, 8]));
    assert_eq!(cut([96; 3]), (vec![384], 128, 384, vec![4, 4, 6]));
    assert_eq!(cut([128; 3]), (vec![512], 128, 256, vec![2, 8, 8]));
    assert_eq!(cut([192; 3]), (vec![256, 160], 256, 512, vec![3, 8, 8]));
}

/// An edge that fits with few threads does not with many, whose sums lie in the same memory.
#[test]
fn long_edges_take_fewer_threads() {
    for n in [384, 400] {
        let plan = plan([8, 8, n], &SMALL, &Tuning::GPU);
        let cells = n * 16 * 4;
        assert!(cells + plan.columns.threads * 16 <= 32 << 10, "{n}: {} threads", plan.columns.threads);
    }
}

#[test]
fn the_plan_follows_the_limits() {
    let way = |n: usize, limits: &AdapterLimits| match plan([n, n, n], limits, &Tuning::GPU).planes {
        Planes::Whole(shape) => format!("{:?}", shape.cells_kind),
        Planes::Rows(_) => "Rows".to_owned(),
    };
    assert_eq!([64, 80, 96, 120].map(|n| way(n, &SMALL)), ["Complex", "Complex", "Real", "Rows"]);
    assert_eq!([64, 96, 128, 160].map(|n| way(n, &LARGE)), ["Complex", "Complex", "Real", "Rows"]);
    let narrow = AdapterLimits { invocations: 128, ..SMALL };
    let Planes::Whole(shape) = plan([64, 64, 64], &narrow, &Tuning::GPU).planes else { panic!("64² fits") };
    assert!(shape.threads <= 128);
    // A trial of 64³ takes 0.9 MB: buffers of 4 MB make chunks of four.
    let small_buffers = AdapterLimits { binding_bytes: 4 << 20, ..SMALL };
    assert_eq!(plan([64, 64, 64], &small_buffers, &Tuning::GPU).chunks, [4, 4]);
    let problem = synthetic::problem([64, 64, 64]).unwrap();
    let tables = Tables::new(problem.layout());
    let tiny = AdapterLimits { binding_bytes: 1 << 19, ..SMALL };
    let refused = Plan::new(&problem, &tables, 8, &tiny, &Tuning::GPU).unwrap_err().to_string();
    assert!(refused.contains("one trial of 64 x 64 x 64"), "{refused}");
}
