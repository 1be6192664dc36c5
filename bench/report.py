"""results.md from the numbers measured."""
import statistics

import acceptance

LOOP = "bare-blas"
OURS = "dnnrun"


class Results:
    """Medians of what was measured."""

    def __init__(self, raw):
        self.raw = raw
        self.medians = {}  # part -> system -> threads -> median
        for key, values in raw["samples"].items():
            part, rest = key.split(" ", 1)
            system, threads = rest.rsplit(" ", 1)
            self.medians.setdefault(part, {}).setdefault(system, {})[
                int(threads)] = statistics.median(values)

    def median(self, part, system, threads):
        """None where it was not measured."""
        return self.medians.get(part, {}).get(system, {}).get(threads)

    def best(self, part, system):
        """The better of 1 and 2 threads, or None."""
        return min(self.medians.get(part, {}).get(system, {}).values(),
                   default=None)

    def systems(self, part):
        """Ours first, then the others, fastest first."""
        names = self.medians.get(part, {})
        return sorted(names, key=lambda name: (not name.startswith(OURS),
                                               self.best(part, name)))

    def parts(self):
        return [name for name in self.raw["titles"] if name in self.medians]


def number(value, unit=""):
    """Three digits that count."""
    if value is None:
        return ""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    if value < 0.01:
        digits = 5
    return f"{value:,.{digits}f}{' ' + unit if unit else ''}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def ratio(value, base):
    return "" if not base or value is None else f"{value / base:.2f}"


def part_table(results, part):
    """A row a system: 1 thread, 2 threads, its better one against ours."""
    title, unit = results.raw["titles"][part]
    ours = results.best(part, OURS)
    loop = results.median(part, LOOP, 1)
    head = ["", f"1 thread ({unit})", f"2 threads ({unit})", "x dnnrun"]
    rows = []
    for name in results.systems(part):
        best = results.best(part, name)
        row = [name, number(results.median(part, name, 1)),
               number(results.median(part, name, 2)), ratio(best, ours)]
        rows.append(row + ([ratio(best, loop)] if loop else []))
    if loop:
        head.append("x bare-blas on 1 thread")
    if part == "peak":
        head, rows = head[:3], [row[:3] for row in rows]
    kept = results.raw["kept"].get(part)
    note = f"Of an earlier run: {kept}.\n\n" if kept else ""
    return f"### {title[0].upper() + title[1:]}\n\n" + note + table(head, rows)


def size_table(results):
    own = results.raw["size"]
    rows = [["dnnrun, libdnn, plugins, headers", megabytes(own["own"]),
             megabytes((own["own"] or 0) + own["libraries"])]]
    for name, told in results.raw["packages"].items():
        rows.append([f"{name} ({told['version']})", megabytes(told["own"]),
                     megabytes(told["all"])])
    return ("## Installed size\n\n" + table(
        ["", "alone (MB)", "with all it requires (MB)"], rows) + "\n\n"
        "Of dnnrun the last column has the shared libraries it loads (BLAS, "
        "GLib, JSON, zlib);\nof the peers their Python packages, which for "
        "PyTorch include those for GPUs that\nits package on PyPI requires. "
        "Python itself is not counted.")


def megabytes(n):
    return "?" if n is None else f"{n / 1e6:,.1f}"


def missing_list(results):
    lines = [f"* {name}: {why}" for name, why
             in results.raw["missing"].items()]
    lines += [f"* {key.split(' ', 1)[1]} threads, {key.split(' ')[0]}: {why}"
              for key, why in results.raw["failures"].items()
              if "network only" not in why and "no batches" not in why]
    return "## Not measured\n\n" + "\n".join(lines) if lines else ""


def head(results):
    raw = results.raw
    machine = raw["machine"]
    versions = {**raw["versions"]}
    peers = [told["version"] for told in raw["packages"].values()]
    said = " ".join(f"{key}={value}" for key, value
                    in machine["environment"].items())
    quick = ("\n**A smoke run: few rows, one round. No figure means "
             "anything.**\n" if raw["quick"] else "")
    return f"""# dnnrun and its peers
{quick}
Written by `bench/run.py`; medians of {raw['rounds']} rounds, in each of which \
all systems
take their turns; of an epoch the fastest of up to three counts (tiny: 20). Compare
ratios, not seconds. Each peer gets its better of 1 and 2 threads.

A virtual machine may have to share a core. So two loops are timed, one a
processor, before and after each measurement; where they took more than 1.3
times one's time, it was made again: {raw['repeated']} times. After five tries the last one counts: {raw['doubtful']}.

* {machine['date']}, commit {machine['commit']}
* {machine['cpu']} (family {machine['family']}), {machine['cores']} cores, \
{' '.join(machine['instructions'])}
* {', '.join(f'{name} {v}' for name, v in versions.items())}
* {', '.join(peers) or 'no peers'}
* environment: {f'`{said}`' if said else 'nothing set'}

![An epoch's time, as a multiple of dnnrun's](results.svg)
"""


def write(results):
    blocks = [head(results), acceptance.write(results), "## Times and memory"]
    blocks += [part_table(results, part) for part in results.parts()]
    blocks += [size_table(results), missing_list(results)]
    return "\n\n".join(block.strip() for block in blocks if block) + "\n"
