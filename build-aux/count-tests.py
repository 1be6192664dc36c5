#!/usr/bin/env python3
"""Counts test cases in meson's testlog.json: prints "PASSED FAILED".

A case is a line of TAP, "ok 1 /array/big-endian"; skipped ones count nowhere.
An executable without such lines is one case.  One that fails in any other way
than by "not ok" (a crash, a time limit) is one failure more.
"""
import json
import os
import re
import sys

CASE = re.compile(r"^(not )?ok\b[^#]*(#\s*(?P<directive>skip|todo)\b)?", re.I)
GOOD = {"OK", "EXPECTEDFAIL"}
PASSED_OVER = {"SKIP", "IGNORED"}


def count(test):
    passed = failed = skipped = 0
    for line in (test.get("stdout") or "").splitlines():
        case = CASE.match(line)
        if not case:
            continue
        if case["directive"]:
            skipped += 1
        elif case[1]:
            failed += 1
        else:
            passed += 1
    if test["result"] in PASSED_OVER:
        return passed, failed
    if test["result"] not in GOOD:
        return passed, max(failed, 1)
    if passed + failed + skipped == 0:
        return 1, 0
    return passed, failed


def main():
    passed = failed = 0
    if os.path.exists(sys.argv[1]):  # meson writes none where no test is
        with open(sys.argv[1], encoding="utf-8") as log:
            for line in log:
                one = count(json.loads(line))
                passed += one[0]
                failed += one[1]
    print(passed, failed)


main()
