"""The measured programs: the peers' virtual environment, versions, sizes."""
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import time

from programs import HERE

PEERS = {  # peer: what pip installs; what must be importable
    "keras": (["keras", "tensorflow-cpu"], ["keras", "tensorflow"]),
    "torch": (["torch"], ["torch"]),
    "jax": (["jax"], ["jax"]),
    "onnxruntime": (["onnx", "onnxruntime"], ["onnx", "onnxruntime"]),
}
ROOT = HERE.parent
# Said to every library, so that all use the same instructions.
AVX2 = {"OPENBLAS_CORETYPE": "Haswell", "DNNL_MAX_CPU_ISA": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "ATEN_CPU_CAPABILITY": "avx2", "XLA_FLAGS": "--xla_cpu_max_isa=AVX2"}
SHOWN = (*AVX2, "OPENBLAS_L2_SIZE")


def succeeds(*command):
    return subprocess.run([str(word) for word in command],
                          capture_output=True).returncode == 0


def can_import(python, modules):
    return succeeds(python, "-c", "import " + ", ".join(modules))


def install(venv, names):
    """Makes the environment; {peer that is not to be had: why}."""
    python = venv / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    missing = {}
    for name in names:
        packages, modules = PEERS[name]
        if can_import(python, modules):
            continue
        print(f"installing {' '.join(packages)}", flush=True)
        done = succeeds(python, "-m", "pip", "install", "-q", *packages)
        if not done:
            missing[name] = "pip could not install it"
        elif not can_import(python, modules):
            missing[name] = "it is installed, and cannot be imported"
    return missing


def tell_packages(venv, names):
    """Versions and installed bytes of the peers, alone and with the rest."""
    python = venv / "bin/python"
    packages = {name: PEERS[name][0] for name in names}
    out = subprocess.run([python, HERE / "peers/packages.py",
                          json.dumps(packages)], check=True, text=True,
                         capture_output=True).stdout
    return json.loads(out)


def size_of(folder):
    return sum(path.lstat().st_size for path in folder.rglob("*")
               if path.is_file() and not path.is_symlink())


def size_of_libraries(program):
    """Bytes of the shared libraries a program needs, libc's left out."""
    out = output("ldd", program)
    paths = {os.path.realpath(path) for path
             in re.findall(r"=> (/\S+)", out)}
    skip = ("libc.", "libm.", "libdnn.", "ld-linux")
    return sum(os.stat(path).st_size for path in paths
               if not os.path.basename(path).startswith(skip))


def tell_own_size(build):
    """Bytes of an installation, and of the libraries it needs."""
    with tempfile.TemporaryDirectory() as name:
        done = succeeds("meson", "install", "-C", build, "--no-rebuild",
                        "--destdir", name)
        own = size_of(pathlib.Path(name)) if done else None
    return {"own": own, "libraries": size_of_libraries(build / "tools/dnnrun")}


def first_match(pattern, text):
    match = re.search(pattern, text, re.M)
    return match[1].strip() if match else "?"


def output(*command):
    try:
        return subprocess.run([str(word) for word in command], cwd=ROOT,
                              capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def tell_versions():
    packages = ("libopenblas0", "libdnnl-dev", "libfann-dev")
    versions = {name: output("dpkg-query", "-W", "-f", "${Version}", name)
                for name in packages}
    return {"gcc": output("gcc", "-dumpfullversion"),
            "Python": platform.python_version(),
            **{name: v for name, v in versions.items() if v}}


def tell_machine():
    cpu = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    flags = first_match(r"^flags\s*: (.*)$", cpu).split()
    family = first_match(r"^cpu family\s*: (.*)$", cpu)
    dirty = " and changes" if output("git", "status", "--porcelain",
                                     "--untracked-files=no") else ""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cpu": first_match(r"^model name\s*: (.*)$", cpu),
        "family": family,
        "cores": len(os.sched_getaffinity(0)),
        "instructions": [flag for flag in ("avx2", "fma", "avx512f")
                         if flag in flags],
        "commit": output("git", "rev-parse", "--short", "HEAD") + dirty,
        "environment": {key: os.environ[key] for key in SHOWN
                        if key in os.environ},
    }
