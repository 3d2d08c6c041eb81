"""The table of all data sets from a run of the judge's suite.

usage: suite_table.py RESULTS.json KEEP

RESULTS.json and KEEP are what `suite.py --out RESULTS.json --keep KEEP` wrote; every run's own record is read from
KEEP/NAME/out/NAME.json. Prints Markdown: one row a set, then the sums that are asked for.
"""
import json
import sys
from pathlib import Path


def row(result, keep):
    path = keep / result["name"] / "out" / f"{result['name']}.json"
    record = json.loads(path.read_text()) if path.exists() else {}
    first = (record.get("candidates") or [{}])[0]
    return {**result, "claimed": record.get("solved", False), "probability": record.get("probability"),
            "trials": record.get("trials_finished"), "cycles": record.get("cycles"), "r1": first.get("r1"),
            "group": first.get("space_group"), "electrons": record.get("radiation") == "electron",
            "structures_s": record.get("timings", {}).get("structures_s"),
            "trials_s": record.get("timings", {}).get("trials_s")}


def shown(value, form):
    return "–" if value is None else format(value, form)


def main():
    results, keep = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    rows = [row(r, keep) for r in results]
    print("| set | atoms | trials | cycles | wall s | verdict | said | recall | group _a | right | R1 | elements |\n"
          "|---|---|---|---|---|---|---|---|---|---|---|---|")
    for r in rows:
        print(f"| {r['name']} | {shown(r.get('atoms'), 'd')} | {shown(r['trials'], 'd')} | {shown(r['cycles'], 'd')} | "
              f"{r['wall_s']:.1f} | {r['verdict']} | {shown(r['probability'], '.2f')}{'' if r['claimed'] else ', no claim'} | "
              f"{shown(r.get('recall'), '.2f')} | {r['group'] or '–'} | {'yes' if r.get('space_group_right') else 'no'} | "
              f"{shown(r['r1'], '.3f')} | {shown(r.get('elements_exact'), '.2f')} |")
    right = [r for r in rows if r["verdict"] == "solved"]
    xray = [r for r in right if not r["electrons"] and r.get("elements_exact") is not None]
    matched = sum(r["matched"] for r in xray)
    small = [r for r in rows if (r.get("atoms") or 1000) < 100]
    print(f"\nSolved {len(right)}/{len(rows)}; group right as _a {sum(bool(r.get('space_group_right')) for r in rows)}, "
          f"among _a to _c {sum(bool(r.get('group_offered')) for r in rows)}; "
          f"claimed but not judged solved: {[r['name'] for r in rows if r['claimed'] and r['verdict'] != 'solved']}.")
    print(f"Elements exact over solved X-ray sets: mean {sum(r['elements_exact'] for r in xray) / len(xray):.3f}, "
          f"pooled {sum(r['elements_exact'] * r['matched'] for r in xray) / matched:.3f}. "
          f"R1 below 0.20: {sum((r['r1'] or 1) < 0.2 for r in rows)}. "
          f"Below 2 s: {sum(r['wall_s'] < 2 for r in small)} of {len(small)} sets below 100 atoms.")


if __name__ == "__main__":
    main()
