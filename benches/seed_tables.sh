#!/usr/bin/env bash
# The seeding tables: success of single trials over fraction, errors, bins, resolution and completeness, on two simulated cells of
# equal atoms, and on measured sets. Simulated from published coordinates in DATA; nothing is written outside OUT.
#   benches/seed_tables.sh SEEDFLIP DATA OUT        DATA: ../shared/data; takes about half an hour on two cores
set -euo pipefail
[ $# = 3 ] || { sed -n '2,4s/^# //p' "$0"; exit 2; }
program=$1 data=$2 out=$3
[ -d "$data" ] || { echo "skipped: no data sets at $data"; exit 0; }
mkdir -p "$out"
model=$data/crambin_3nir_p21/crambin_3nir_p21.ref.cif
# A cell of 882 equal atoms, with one B and with B spread widely.
for cell in "one_b 5" "spread 3-60"; do
    read -r name b <<<"$cell"
    "$program" simulate "$model" -d 1.0 --element O --whole --b "$b" -o "$out/$name.ins"
    screen() { "$program" screen "$out/$name.ins" --model "$out/$name.model.res" --backend cpu -o "$out/$name-$1" "${@:2}"; }
    screen errors --fraction 0.005,0.01,0.0175,0.025,0.05,0.1,0.2 --wrong 0,0.1,0.25,0.4 --draws 6
    screen resolution --resolution 1.2,1.5,2.0 --fraction 0.05,0.1,0.2,0.3,0.4,0.5 --wrong 0,0.25 --draws 6
    screen bins --bins 2,3,4,8 --fraction 0.05,0.1 --wrong 0,0.25 --draws 6
    screen completeness --completeness 0.8,0.65,0.5 --fraction 0.025,0.05,0.1,0.2 --wrong 0,0.25 --draws 6
    screen arms --method mp-n1,mp-fixed,mp-drawn,mp-n3,mp-u2 --fraction 0.0175,0.025,0.05,0.1 --wrong 0,0.25,0.4 --draws 12
done
for set in crambin_3nir_p21 alpha1_1byz_p1 peptide_6mw0_p212121 conotoxin_1akg_p212121 roxithromycin_p212121 \
    ed_biotin_p212121 toxin2_1aho_p212121; do
    "$program" screen "$data/$set/$set.ins" --model "$data/$set/$set.ref.cif" --resolution 1.1 --backend cpu \
        -o "$out/$set" --fraction 0.005,0.01,0.025,0.05,0.1 --wrong 0,0.25 --draws 10
done
