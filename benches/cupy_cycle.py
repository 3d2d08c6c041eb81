#!/usr/bin/env python3
"""Yardstick: the charge-flipping cycle of seedflip, put together from library transforms, many trials in a batch.

Real-to-complex FFTs over a batch (cuFFT through CuPy, or numpy), one fused elementwise kernel on either side of them,
and the sums for R, for the flipped share and for the next threshold as fused reductions. Nothing comes home in the loop.

    cupy_cycle.py --grid 64,64,64 --trials 128 --cycles 100            on a CUDA device, JSON on stdout
    cupy_cycle.py --grid 64,64,64 --trials 128,512                     one row for each batch size
    cupy_cycle.py --array numpy --check --grid 12,15,16                one cycle against an independent one in f64

The problem is that of `seedflip bench`: all reflections inside the ellipsoid that fits the grid, E from a Wilson
distribution, k = 1.1, the weakest fifth of the reflections turned by 90 degrees, F(000) free.
"""

import argparse
import json
import sys
import time

import numpy

K = 1.1
WEAK = 0.2
# Timed runs, of which the median is reported; shortest time of one, seconds.
RUNS = 5
TIMED = 0.5


def indices(grid, half):
    """Indices kx, ky, kz of every coefficient; of the half with kz >= 0 as rfftn stores it, or of all."""
    last = numpy.fft.rfftfreq if half else numpy.fft.fftfreq
    edges = [numpy.fft.fftfreq(n, 1 / n) for n in grid[:2]] + [last(grid[2], 1 / grid[2])]
    return [numpy.rint(k) for k in numpy.meshgrid(*edges, indexing="ij")]


def leads(kx, ky, kz):
    """True for one of each Friedel pair."""
    return (kz > 0) | ((kz == 0) & ((kx > 0) | ((kx == 0) & (ky > 0))))


def mates(plane):
    """The values at (-kx, -ky) of a plane or of planes."""
    return numpy.roll(plane[::-1, ::-1], (1, 1), (0, 1))


def problem(grid, seed):
    """|E| on the half grid of rfftn (float32): -1 outside the sphere, -2 at the origin; and the |E| of the weak."""
    kx, ky, kz = indices(grid, half=True)
    limits = [(n - 1) // 2 + 0.5 for n in grid]
    inside = (kx / limits[0]) ** 2 + (ky / limits[1]) ** 2 + (kz / limits[2]) ** 2 < 1
    e = numpy.sqrt(numpy.random.default_rng(seed).exponential(size=inside.shape))
    # On kz = 0 both of a Friedel pair are stored: they have one amplitude.
    e[:, :, 0] = numpy.where(leads(kx, ky, kz)[:, :, 0], e[:, :, 0], mates(e[:, :, 0]))
    e = numpy.where(inside, e, -1).astype(numpy.float32)
    e[0, 0, 0] = -2
    return e, float(numpy.quantile(e[e >= 0], WEAK))


def friedel_weights(grid):
    """2 for stored coefficients whose mate is not stored, 1 for the others (float32, along z)."""
    w = numpy.full(grid[2] // 2 + 1, 2, numpy.float32)
    w[0] = 1
    if grid[2] % 2 == 0:
        w[-1] = 1
    return w


def start(e, grid, trials, seed):
    """Maps of random phases, scaled like the maps of the cycle: batch, x, y, z in float32."""
    rng = numpy.random.default_rng(seed)
    amplitudes = numpy.where(e >= 0, e, 0)
    maps = numpy.empty((trials, *grid), numpy.float32)
    for i in range(trials):
        phases = rng.uniform(0, 2 * numpy.pi, e.shape)
        coefficients = amplitudes * numpy.exp(1j * phases)
        coefficients[:, :, 0] = (coefficients[:, :, 0] + mates(coefficients[:, :, 0]).conj()) / numpy.sqrt(2)
        maps[i] = numpy.fft.irfftn(coefficients, s=grid, axes=(0, 1, 2)) * numpy.prod(grid)
    return maps


class Numpy:
    """The cycle on numpy, line by line."""

    name = "numpy"

    def __init__(self, grid, trials, e, e_weak):
        self.grid, self.e, self.e_weak = grid, e, e_weak
        self.points = float(numpy.prod(grid))
        self.weights = friedel_weights(grid)
        self.measured = e >= 0
        self.origin = e == -2
        self.target = float((self.weights * numpy.where(self.measured, e, 0)).sum())
        # A quarter turn of one of a Friedel pair is one of the other the other way round.
        self.turn = numpy.where(leads(*indices(grid, half=True)), 1j, -1j).astype(numpy.complex64)

    def upload(self, maps):
        self.rho = maps.copy()
        self.sigma = self.rho.std(axis=(1, 2, 3))

    def cycle(self):
        threshold = (K * self.sigma)[:, None, None, None].astype(numpy.float32)
        below = self.rho < threshold
        self.flipped = below.mean(axis=(1, 2, 3))
        g = numpy.fft.rfftn(numpy.where(below, -self.rho, self.rho), axes=(1, 2, 3)).astype(numpy.complex64)
        g /= self.points
        modulus = numpy.abs(g)
        safe = numpy.maximum(modulus, 1e-30)
        imposed = numpy.where(self.e < self.e_weak, self.turn * g, self.e * g / safe)
        misfit = self.weights * numpy.where(self.measured, numpy.abs(modulus - self.e), 0)
        self.r = misfit.sum(axis=(1, 2, 3)) / self.target
        imposed = numpy.where(self.measured, imposed, numpy.where(self.origin, g, 0))
        power = self.weights * numpy.where(self.measured, numpy.abs(imposed) ** 2, 0)
        # Parseval: the variance of the next map without F(000).
        self.sigma = numpy.sqrt(power.sum(axis=(1, 2, 3)))
        self.rho = (numpy.fft.irfftn(imposed, s=self.grid, axes=(1, 2, 3)) * self.points).astype(numpy.float32)

    def state(self):
        return self.rho, self.r, self.flipped

    def wait(self):
        pass

    def device(self):
        return {"backend": "cpu", "name": "numpy " + numpy.__version__}


# Sum over a block of 256 threads; thread 0 has it.
TOTAL = r"""
__device__ float total(float value) {
    __shared__ float parts[8];
    for (int offset = 16; offset > 0; offset >>= 1) value += __shfl_down_sync(0xffffffffu, value, offset);
    __syncthreads();
    if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = value;
    __syncthreads();
    value = 0;
    if (threadIdx.x == 0) for (int i = 0; i < 8; ++i) value += parts[i];
    return value;
}
"""

FLIP = TOTAL + r"""
extern "C" __global__ void flip(float* rho, const float* sigma, float k, unsigned int points, float* flipped) {
    const unsigned int trial = blockIdx.y;
    const float threshold = k * sigma[trial];
    float* map = rho + (size_t)trial * points;
    unsigned int count = 0;
    for (unsigned int i = blockIdx.x * blockDim.x + threadIdx.x; i < points; i += gridDim.x * blockDim.x) {
        const float value = map[i];
        if (value < threshold) {
            map[i] = -value;
            ++count;
        }
    }
    const float all = total((float)count);
    if (threadIdx.x == 0) atomicAdd(flipped + trial, all);
}
"""

IMPOSE = TOTAL + r"""
extern "C" __global__ void impose(float2* g, const float* e, float e_weak, float scale, unsigned int nx, unsigned int ny,
                                  unsigned int row, unsigned int even, float2* sums) {
    const unsigned int trial = blockIdx.y;
    const unsigned int entries = nx * ny * row;
    float2* mine = g + (size_t)trial * entries;
    float power = 0, misfit = 0;
    for (unsigned int i = blockIdx.x * blockDim.x + threadIdx.x; i < entries; i += gridDim.x * blockDim.x) {
        const float target = e[i];
        float2 value = make_float2(0, 0);
        if (target > -1.0f) {
            const float2 found = mine[i];
            const float2 c = make_float2(found.x * scale, found.y * scale);
            const float modulus = sqrtf(c.x * c.x + c.y * c.y);
            const unsigned int z = i % row;
            const float weight = (z == 0 || (even && z + 1 == row)) ? 1.0f : 2.0f;
            misfit += weight * fabsf(modulus - target);
            if (target < e_weak) {
                value = make_float2(-c.y, c.x);
                if (z == 0) {
                    // Both of the pair are stored; one is turned the other way round.
                    const unsigned int x = i / (row * ny), y = (i / row) % ny;
                    if (2 * x > nx || (x == 0 && 2 * y > ny)) value = make_float2(c.y, -c.x);
                }
                power += weight * modulus * modulus;
            } else {
                const float factor = target / fmaxf(modulus, 1e-30f);
                value = make_float2(c.x * factor, c.y * factor);
                power += weight * target * target;
            }
        } else if (target == -2.0f) {
            const float2 found = mine[i];
            value = make_float2(found.x * scale, found.y * scale);
        }
        mine[i] = value;
    }
    power = total(power);
    misfit = total(misfit);
    if (threadIdx.x == 0) {
        atomicAdd(&sums[trial].x, power);
        atomicAdd(&sums[trial].y, misfit);
    }
}
"""

FINISH = r"""
extern "C" __global__ void finish(float2* sums, float* flipped, float target, float points, unsigned int trials,
                                  float* sigma, float* r, float* share) {
    const unsigned int trial = blockIdx.x * blockDim.x + threadIdx.x;
    if (trial >= trials) return;
    sigma[trial] = sqrtf(sums[trial].x);
    r[trial] = sums[trial].y / target;
    share[trial] = flipped[trial] / points;
    sums[trial] = make_float2(0, 0);
    flipped[trial] = 0;
}
"""


class Cupy:
    """The cycle on CuPy: two cuFFT plans kept, and raw kernels that pass once over what they change."""

    name = "cupy"

    def __init__(self, grid, trials, e, e_weak):
        import cupy
        from cupy.cuda import cufft
        from cupyx.scipy.fftpack import get_fft_plan

        self.cupy, self.cufft = cupy, cufft
        self.grid, self.trials, self.e_weak = grid, trials, numpy.float32(e_weak)
        self.points, self.row = int(numpy.prod(grid)), grid[2] // 2 + 1
        self.entries = grid[0] * grid[1] * self.row
        weighted = friedel_weights(grid) * numpy.where(e >= 0, e, 0)
        self.target = numpy.float32(weighted.sum(dtype=numpy.float64))
        self.e = cupy.asarray(e)
        self.rho = cupy.empty((trials, *grid), cupy.float32)
        self.g = cupy.empty((trials, *grid[:2], self.row), cupy.complex64)
        self.forward = get_fft_plan(self.rho, axes=(1, 2, 3), value_type="R2C")
        self.inverse = get_fft_plan(self.g, shape=grid, axes=(1, 2, 3), value_type="C2R")
        self.flip = cupy.RawKernel(FLIP, "flip")
        self.impose = cupy.RawKernel(IMPOSE, "impose")
        self.finish = cupy.RawKernel(FINISH, "finish")
        self.sums = cupy.zeros((trials, 2), cupy.float32)
        self.counts, self.sigma, self.r, self.share = (cupy.zeros(trials, cupy.float32) for _ in range(4))

    def upload(self, maps):
        self.rho.set(maps)
        self.sigma = self.rho.std(axis=(1, 2, 3)).astype(self.cupy.float32)

    def blocks(self, values):
        return (max(1, min(64, values // 1024)), self.trials)

    def cycle(self):
        u32, f32 = numpy.uint32, numpy.float32
        self.flip(self.blocks(self.points), (256,), (self.rho, self.sigma, f32(K), u32(self.points), self.counts))
        self.forward.fft(self.rho, self.g, self.cufft.CUFFT_FORWARD)
        # The inverse transform of cuFFT does not divide either: coefficients on the scale of E give maps on that of
        # the start.
        args = (self.g, self.e, self.e_weak, f32(1 / self.points), *(u32(n) for n in self.grid[:2]), u32(self.row))
        self.impose(self.blocks(self.entries), (256,), (*args, u32(self.grid[2] % 2 == 0), self.sums))
        self.inverse.fft(self.g, self.rho, self.cufft.CUFFT_INVERSE)
        args = (self.sums, self.counts, self.target, f32(self.points), u32(self.trials))
        self.finish(((self.trials + 127) // 128,), (128,), (*args, self.sigma, self.r, self.share))

    def state(self):
        return tuple(a.get() for a in (self.rho, self.r, self.share))

    def wait(self):
        self.cupy.cuda.Device().synchronize()

    def device(self):
        properties = self.cupy.cuda.runtime.getDeviceProperties(0)
        name = properties["name"]
        return {
            "backend": "cuda",
            "name": name.decode() if isinstance(name, bytes) else name,
            "driver": str(self.cupy.cuda.runtime.driverGetVersion()),
            "cupy": self.cupy.__version__,
            "cufft": str(self.cufft.getVersion()),
        }


def reference(maps, e, e_weak, grid):
    """One cycle of each map in f64 by full complex transforms, without any use of the symmetry of a real map's."""
    points = numpy.prod(grid)
    full = numpy.empty(grid)
    half = e.shape[2]
    full[:, :, :half] = e
    for z in range(half, grid[2]):
        full[:, :, z] = mates(e[:, :, grid[2] - z])
    turn = numpy.where(leads(*indices(grid, half=False)), 1j, -1j)
    measured = full >= 0
    strong, weak = measured & (full >= e_weak), measured & (full < e_weak)
    out, rs, shares = [], [], []
    for rho in maps.astype(numpy.float64):
        below = rho < K * rho.std()
        g = numpy.fft.fftn(numpy.where(below, -rho, rho)) / points
        rs.append(numpy.abs(numpy.abs(g) - full)[measured].sum() / full[measured].sum())
        shares.append(below.mean())
        new = numpy.zeros(grid, complex)
        new[strong] = full[strong] * numpy.exp(1j * numpy.angle(g[strong]))
        new[weak] = (turn * g)[weak]
        new[0, 0, 0] = g[0, 0, 0]
        new = numpy.fft.ifftn(new) * points
        assert numpy.abs(new.imag).max() < 1e-9 * numpy.abs(new.real).max(), "the map of the reference is not real"
        out.append(new.real)
    return numpy.array(out), numpy.array(rs), numpy.array(shares)


def check(engine, e, e_weak, grid, maps):
    """Largest relative L2 difference of a cycle from the reference, and those of R and of the flipped share."""
    expected, rs, shares = reference(maps, e, e_weak, grid)
    engine.upload(maps)
    engine.cycle()
    found, r, share = engine.state()
    error = max(
        numpy.linalg.norm(a - b) / numpy.linalg.norm(b) for a, b in zip(found.astype(numpy.float64), expected))
    return {
        "map": float(error),
        "r": float(numpy.abs(r - rs).max()),
        "flipped": float(numpy.abs(share - shares).max()),
    }


def measure(engine, maps, cycles):
    """Median rate of several runs, trial-cycles per second; cycles timed."""
    engine.upload(maps)
    engine.cycle()
    engine.wait()
    rates, done = [], 0
    for _ in range(RUNS):
        begun, count = time.perf_counter(), 0
        while count == 0 or time.perf_counter() - begun < TIMED:
            for _ in range(cycles):
                engine.cycle()
            engine.wait()
            count += cycles
        rates.append(count * len(maps) / (time.perf_counter() - begun))
        done += count * len(maps)
    return float(numpy.median(rates)), done


def row(args, make, trials):
    """The published fields of a batch."""
    e, e_weak = problem(args.grid, args.seed)
    engine = make(args.grid, trials, e, e_weak)
    # A few different starts repeated: to make hundreds on the host takes longer than to time them.
    distinct = start(e, args.grid, min(trials, 4), args.seed + 1)
    maps = numpy.resize(distinct, (trials, *args.grid))
    rate, done = measure(engine, maps, args.cycles)
    _, r, flipped = engine.state()
    points = float(numpy.prod(args.grid))
    return {
        "schema_version": 1,
        "device": engine.device(),
        "grid": list(args.grid),
        "trials": trials,
        "array": engine.name,
        "trial_cycles": done,
        "trial_cycles_per_s": rate,
        "ns_per_point": 1e9 / rate / points,
        "r": float(numpy.mean(r)),
        "flipped": float(numpy.mean(flipped)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--array", choices=["numpy", "cupy"], default="cupy")
    parser.add_argument("--grid", default="64,64,64", help="grid points along x,y,z")
    parser.add_argument("--trials", default="128", help="trials in a batch; several numbers for several rows")
    parser.add_argument("--cycles", type=int, default=20, help="cycles between two looks at the clock")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="compare one cycle with an independent one in f64")
    args = parser.parse_args()
    try:
        args.grid = tuple(int(n) for n in args.grid.split(","))
        batches = [int(n) for n in args.trials.split(",")]
    except ValueError:
        parser.error("--grid and --trials take whole numbers with commas, such as --grid 64,64,64")
    if len(args.grid) != 3 or min(args.grid) < 8 or min(batches) < 1 or args.cycles < 1:
        parser.error("--grid takes three edges of at least 8; --trials and --cycles begin at 1")
    make = Numpy
    if args.array == "cupy":
        try:
            import cupy

            cupy.cuda.runtime.getDeviceCount()
            make = Cupy
        except Exception as error:  # noqa: BLE001 (CuPy raises its own kinds, and ImportError where it is missing)
            sys.exit(f"CuPy cannot be used ({error}); install cupy-cuda12x and a driver, or take --array numpy")
    if args.check:
        e, e_weak = problem(args.grid, args.seed)
        trials = min(batches[0], 4)
        maps = start(e, args.grid, trials, args.seed + 1)
        errors = check(make(args.grid, trials, e, e_weak), e, e_weak, args.grid, maps)
        print(json.dumps(errors))
        # A value next to the threshold may fall to the other side in f32: two of a flipped point's height in the map.
        sys.exit(0 if errors["map"] < 2e-3 and errors["r"] < 1e-4 and errors["flipped"] < 1e-3 else 1)
    rows = [row(args, make, trials) for trials in batches]
    print(json.dumps(rows[0] if len(rows) == 1 else {"schema_version": 1, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
