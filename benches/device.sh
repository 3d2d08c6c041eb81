#!/usr/bin/env bash
# All that is wanted from a machine with a GPU, in one run, from prebuilt binaries and without a compiler: adapter report,
# GPU tests, throughput of both methods in f32 and f16, tuning sweeps, the same cycle on CuPy, and a table of it all.
#
#   benches/device.sh [SEEDFLIP [TEST_BINARY...]]
#
# SEEDFLIP is target/release/seedflip unless given; the test binaries are the newest of the GPU tests beside it. Variables:
#   OUT=FOLDER      where JSON, logs and the table go          [benches/results/device]
#   DEVICE=DEVICE   adapter, as for --device                   [the best GPU, software where there is no other]
#   STEPS="..."     some of: adapter tests bench cpu sweep yardstick; the table is written in any case, from all that OUT holds
#   PYTHON=PYTHON   with CuPy for the yardstick                [python3]
#   SHORT=1         small grids and few rows, to try the script itself; the yardstick runs on numpy
#
# Takes about ten minutes on a fast card; a step that fails is named and the rest goes on. The exit code counts failures.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")

seedflip=${1:-$root/target/release/seedflip}
[ $# -gt 0 ] && shift
tests=("$@")
out=${OUT:-$here/results/device}
python=${PYTHON:-python3}
steps=" ${STEPS:-adapter tests bench cpu sweep yardstick} "
short=${SHORT:-0}
failures=0

[ -x "$seedflip" ] || { echo "$seedflip is not there: build it with cargo build --release, or give its path" >&2; exit 2; }
command -v "$python" >/dev/null || { echo "$python is not there: set PYTHON" >&2; exit 2; }
mkdir -p "$out"

if [ ${#tests[@]} = 0 ]; then
    for name in gpu gpu_trials gpu_statistics conformance solve_gpu copy; do
        newest=$(ls -t "$(dirname "$seedflip")/deps/$name"-* 2>/dev/null | grep -v '\.d$' | head -n 1)
        [ -n "$newest" ] && tests+=("$newest")
    done
    # The comparison of each stage with its twin is among the unit tests, whose binary bears the name of the program.
    for unit in $(ls -t "$(dirname "$seedflip")/deps/seedflip"-* 2>/dev/null | grep -v '\.d$'); do
        if "$unit" --list 2>/dev/null | grep -q '^gpu::density_tests::'; then
            tests+=("$unit")
            break
        fi
    done
fi
if [ -n "${DEVICE:-}" ]; then gpu=(--device "$DEVICE"); else gpu=(--backend gpu); fi

wanted() { [[ $steps == *" $1 "* ]]; }

# Runs a command with its standard output in a file, says how long it took, and counts it if it fails.
into() {
    local file=$1 begun=$SECONDS
    shift
    mkdir -p "$(dirname "$file")"
    if timeout "${LIMIT:-300}" "$@" >"$file.part" 2>"$file.log"; then
        mv "$file.part" "$file"
        printf '%4d s  %s\n' $((SECONDS - begun)) "${file#"$out"/}"
        [ -s "$file.log" ] || rm -f "$file.log"
    else
        failures=$((failures + 1))
        cat "$file.part" >>"$file.log"
        rm -f "$file.part"
        printf 'FAILED  %s: %s\n' "${file#"$out"/}" "$(tail -n 1 "$file.log")"
    fi
}

if wanted adapter; then
    into "$out/adapters.json" "$seedflip" devices --json
    into "$out/adapters.txt" "$seedflip" devices
    cat "$out/adapters.txt" 2>/dev/null
    if command -v nvidia-smi >/dev/null; then into "$out/nvidia-smi.txt" nvidia-smi; fi
fi

if wanted tests; then
    for test in "${tests[@]}"; do
        name=$(basename "$test")
        SEEDFLIP_REQUIRE_GPU=1 into "$out/tests/${name%-*}.txt" "$test" --test-threads 1
    done
    [ ${#tests[@]} -gt 0 ] || echo 'no test binaries found: build them with cargo test --release --no-run'
fi

if [ "$short" = 1 ]; then list=(--grid 16,16,16 --trials 2 --method both); else list=(); fi

if wanted bench; then
    for storage in f32 f16; do
        into "$out/bench/gpu-$storage.json" "$seedflip" bench "${gpu[@]}" --storage $storage "${list[@]}" --json
    done
fi

if wanted cpu; then
    into "$out/bench/cpu.json" "$seedflip" bench --backend cpu "${list[@]}" --json
fi

sweep() {
    local grid=$1 tuning=$2
    SEEDFLIP_TUNING=$tuning into "$out/sweep/${grid//,/x}__$tuning.json" "$seedflip" bench "${gpu[@]}" --grid "$grid" \
        ${3:+--trials "$3"} --json
}

if wanted sweep; then
    if [ "$short" = 1 ]; then
        sweep 16,16,16 radix=8,values=8 2
        sweep 16,16,16 chunk-mb=1 2
    else
        for grid in 64,64,64 32,32,32 128,128,128; do
            for radix in 8 16 32; do
                for values in 8 16 32; do sweep $grid radix=$radix,values=$values; done
            done
            for megabytes in 12 25 50 2048; do sweep $grid chunk-mb=$megabytes; done
        done
    fi
fi

if wanted yardstick; then
    if [ "$short" = 1 ]; then
        into "$out/yardstick/check-16x16x17.json" "$python" "$here/cupy_cycle.py" --array numpy --check --grid 16,16,17 --trials 2
        into "$out/yardstick/16x16x16.json" "$python" "$here/cupy_cycle.py" --array numpy --grid 16,16,16 --trials 2
    elif "$python" -c 'import cupy' 2>/dev/null; then
        into "$out/yardstick/check-16x16x17.json" "$python" "$here/cupy_cycle.py" --check --grid 16,16,17 --trials 4
        into "$out/yardstick/check-64x64x64.json" "$python" "$here/cupy_cycle.py" --check --grid 64,64,64 --trials 4
        # The batches that `seedflip bench` takes on a large card.
        for row in 32:512,2048 48:303,1212 64:128,512 96:37,148 128:16,64 192:8; do
            n=${row%%:*}
            into "$out/yardstick/${n}x${n}x$n.json" "$python" "$here/cupy_cycle.py" --grid "$n,$n,$n" --trials "${row#*:}"
        done
    else
        echo "$python has no CuPy: no yardstick (pip install cupy-cuda12x, or set PYTHON)"
    fi
fi

"$python" "$here/device_table.py" "$out" || failures=$((failures + 1))
exit $((failures > 100 ? 100 : failures))
