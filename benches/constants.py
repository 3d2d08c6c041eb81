"""Does anybody notice when a decision constant moves?

usage: constants.py CHECKOUT OUT.tsv [--only NAME,...]

CHECKOUT is a clone of the repository that may be spoiled. Each constant of PLACES is moved by a fifth, up and then, where
that goes unnoticed, down; whole numbers by a fifth and at least by 1. After each move the tests of the decisions run
(library tests of TESTS, the replay of stored runs), unoptimised. OUT gets a line for each: noticed by which test, or not at
all. Takes 15 seconds a move on one core.
"""
import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

# File and the constants in it that decide something.
PLACES = {
    "src/trust/probability.rs": "BAR UNPROVEN CONSTANT AGREEING MOST_AGREEING SYMMETRY R_WEAK R1 PER_PARAMETER MOST_PER_PARAMETER "
                                "WORST_R1 UNEXPLAINED LEAST_SHARE MOST_PROPOSED FORBIDDEN "
                                "MARGIN SCORE GROUP_CONSTANT NAMED",
    "src/trust/doubts.rs": "EXPLAINED_R1 EDGES_REFUTED METRIC_GAIN METRIC_OFF SIZE_GAIN SIZE_CHI_SQ SIZE_OFF ALIKE ALIKE_R1 EVEN OPEN LEAST_CONTRAST",
    "src/solve/ranking.rs": "HANDICAP R1_WEIGHT R1_REACH",
    "src/solve/judge.rs": "DOUBTED_R1 DOUBTED_FACTOR DOUBTED_TRIALS",
    "src/solve/hopes.rs": "RIVAL MODEL_REACH",
    "src/solve/models.rs": "GOOD_SKETCH ROUTES_DIFFER",
    "src/solve/groups.rs": "MOST_GROUPS CLOSE CLOSE_WHEN_TINY MOST_WHEN_TINY",
    "src/solve/work_up.rs": "POLISH_GAIN",
    "src/solve/pace.rs": "MORE_AGREEING MORE_TRIALS",
    "src/trials/verdict.rs": "SAME_SOLUTION SYMMETRY_FOUND INVERSION_FOUND MAX_CANDIDATES AGREEING_TRIALS AGREEING_FOR_STOP",
    "src/trials/deal.rs": "TURN_EVERY",
    "src/trials/proof.rs": "PROOF_CYCLES BLURRED_HEIGHT RISE",
    "src/symmetry/score.rs": "HOLDS OPERATION_WEIGHT CENTRIC_WEIGHT CENTRIC_MIDDLE CENTRIC_REACH ABSENCE_WEIGHT ABSENT HINT_BONUS",
    "src/phasing/protocol.rs": "HOPELESS_R_WEAK POLISH_CYCLES",
    "src/phasing/portfolio.rs": "LARGE ANNEAL_CYCLES",
    "src/reflections/filling.rs": "WITHIN RISE OFF LEAST_BEST",
}
TESTS = ["trust::", "solve::", "trials::", "symmetry::score", "phasing::", "reflections::filling", "diary::", "report::"]


UNOPTIMISED = {"CARGO_PROFILE_DEV_OPT_LEVEL": "0", "CARGO_PROFILE_DEV_DEBUG": "0"}


def moved(text, name, factor):
    """The text with a constant multiplied; None where it is not a plain number."""
    match = re.search(rf"(const {name}: (\w+) = )(-?[0-9_.]+)(?=;)", text)
    if not match:
        return None
    value = match.group(3).replace("_", "")
    if match.group(2).startswith("f"):
        new = f"{float(value) * factor:.6g}"
        new += "" if "." in new or "e" in new else ".0"
    else:
        step = max(1, round(int(value) * abs(factor - 1)))
        new = str(int(value) + (step if factor > 1 else -step))
    return text[:match.start()] + match.group(1) + new + text[match.end():]


def noticed(checkout):
    """The first test that fails; None when all pass."""
    for command in (["cargo", "test", "--lib", "--quiet", "--", *TESTS],
                    ["cargo", "test", "--quiet", "--test", "replay", "decisions"]):
        run = subprocess.run(command, cwd=checkout, capture_output=True, text=True, env=os.environ | UNOPTIMISED)
        if run.returncode:
            failed = re.findall(r"^    (\S+)$", run.stdout, re.M)
            if failed:
                return failed[0]
            return "the compiler" if "could not compile" in run.stderr else "a test that does not end in order"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkout", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only")
    options = parser.parse_args()
    only = options.only.split(",") if options.only else None
    if noticed(options.checkout):
        sys.exit("the tests fail before anything is moved")
    for file, names in PLACES.items():
        path = options.checkout / file
        text = path.read_text()
        for name in names.split():
            if only and name not in only:
                continue
            result = "not a plain number"
            for factor in (1.2, 0.8):
                spoiled = moved(text, name, factor)
                if spoiled is None:
                    break
                path.write_text(spoiled)
                by = noticed(options.checkout)
                path.write_text(text)
                result = f"x {factor}: {by}" if by else "unnoticed"
                if by:
                    break
            line = f"{file}\t{name}\t{result}"
            print(line, flush=True)
            with open(options.out, "a") as out:
                out.write(line + "\n")


if __name__ == "__main__":
    main()
