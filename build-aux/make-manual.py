#!/usr/bin/env python3
"""make-manual - man pages and bash completion from the options' own tables.

    make-manual.py man DNNRUN FOLDER/dnnrun.1 FOLDER/dnnrun-VERB.1...
    make-manual.py bash DNNRUN dnnrun.bash

DNNRUN --describe tells every verb and option, so that nothing is written twice.
It is an error where the pages asked for are not those of the verbs that there
are: a verb is a line of tools/meson.build.
"""
import json
import pathlib
import re
import subprocess
import sys

EXITS = [
    ("0", "done"),
    ("1", "the input is wrong, and the message says where and what would be "
          "right; diff: there are differences; verify: there are faults"),
    ("2", "the command line is wrong"),
    ("3", "training diverged"),
    ("4", "something could not be read or written"),
    ("130", "interrupted; what was reached is saved"),
]
VARIABLES = [
    ("DNN_PLUGIN_PATH", "Folders to search for plugins, separated by ':', "
                        "after those of --plugin-path"),
    ("DNN_DATA_DIR", "Folder of data sets that go by name"),
]


def describe(dnnrun):
    lines = subprocess.run([dnnrun, "--describe"], check=True, text=True,
                           capture_output=True).stdout.splitlines()
    program, *verbs = map(json.loads, lines)
    return program, verbs


def spellings(option):
    """-o ARG, --out=ARG"""
    argument = option["argument"]
    names = [f"--{option['name']}" + (f"={argument}" if argument else "")]
    if option["letter"]:
        names.insert(0, f"-{option['letter']}" +
                     (f" {argument}" if argument else ""))
    return ", ".join(names)


# --- man pages ---------------------------------------------------------------

def roff(text):
    """Text as it is, whatever it means to roff."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def tagged(pairs):
    return [line for tag, text in pairs
            for line in (".TP", f".B {roff(tag)}", roff(text or ""))]


def page(program, name, summary, body):
    return "\n".join([
        f'.TH {name.upper()} 1 "" "dnn {program["version"]}" "User Commands"',
        ".SH NAME", f"{roff(name)} \\- {roff(summary)}", *body]) + "\n"


def options_of(verb, common):
    return tagged((spellings(option), option["help"])
                  for option in verb["options"] if option["common"] == common)


def verb_page(program, verb):
    own = options_of(verb, False)
    body = [".SH SYNOPSIS", f".B dnnrun {roff(verb['name'])}",
            f"[OPTION...] {roff(verb['arguments'])}", ".SH DESCRIPTION",
            f"{roff(verb['summary'])}."]
    if own:
        body += [".SH OPTIONS", *own]
    body += [".SH COMMON OPTIONS", *options_of(verb, True), ".SH EXIT STATUS",
             *tagged(EXITS), ".SH SEE ALSO", ".BR dnnrun (1)"]
    return page(program, f"dnnrun-{verb['name']}", verb["summary"], body)


def program_page(program, verbs):
    body = [
        ".SH SYNOPSIS", ".B dnnrun", "VERB [OPTION...]", ".SH DESCRIPTION",
        "Trains, fine\\-tunes and runs deep neural networks from plugins.",
        "Each verb has a page of its own,", ".BR dnnrun\\-VERB (1).",
        ".SH VERBS",
        *tagged((f"{verb['name']} {verb['arguments']}".strip(),
                 verb["summary"]) for verb in verbs),
        ".SH COMMON OPTIONS", *options_of(verbs[0], True),
        *tagged([("--version", "The version"), ("--help", "The verbs")]),
        ".SH EXIT STATUS", *tagged(EXITS), ".SH ENVIRONMENT",
        *tagged(VARIABLES), ".SH SEE ALSO",
        *(f".BR dnnrun\\-{roff(verb['name'])} (1)" for verb in verbs)]
    return page(program, "dnnrun", "deep neural networks from plugins", body)


def write_pages(program, verbs, paths):
    texts = {"dnnrun.1": program_page(program, verbs)}
    for verb in verbs:
        texts[f"dnnrun-{verb['name']}.1"] = verb_page(program, verb)
    wanted = {pathlib.Path(path).name for path in paths}
    if wanted != set(texts):
        sys.exit("make-manual: the verbs of tools/meson.build and dnnrun "
                 f"differ in {', '.join(sorted(wanted ^ set(texts)))}")
    for path in paths:
        pathlib.Path(path).write_text(texts[pathlib.Path(path).name],
                                      encoding="utf-8")


# --- bash --------------------------------------------------------------------

FUNCTIONS = r"""# bash completion for dnnrun, made from its tables of options

# "KIND NAME" of every plugin that can be used, asked for once a shell.
_dnnrun_plugins ()
{
  if [ -z "${_dnnrun_known-}" ]; then
    _dnnrun_known=$("${COMP_WORDS[0]}" plugins --json 2>/dev/null |
      sed -n '/"problem":null/s/.*"kind":"\([a-z]*\)","name":"\([^"]*\)".*/\1 \2/p')
  fi
  printf '%s\n' "$_dnnrun_known"
}

# Words that may stand here: a list, files by ending, folders, plugins.
_dnnrun_words ()
{
  COMPREPLY+=($(compgen -W "$1" -- "$cur"))
}

_dnnrun_files ()
{
  local ending IFS=$'\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen -d -- "$cur"))
  for ending in "$@"; do
    COMPREPLY+=($(compgen -f -X "!*$ending" -- "$cur"))
  done
}

_dnnrun_kinds ()
{
  _dnnrun_words "$(_dnnrun_plugins | cut -d' ' -f1 | sort -u)"
}

# Names of plugins of some kinds; none: of all, also as KIND/NAME.
_dnnrun_names ()
{
  local kinds=" $* " kind name words=
  while read -r kind name; do
    if [ $# -eq 0 ]; then
      words+=" $name $kind/$name"
    elif [[ $kinds == *" $kind "* ]]; then
      words+=" $name"
    fi
  done < <(_dnnrun_plugins)
  _dnnrun_words "$words"
}

# The last word of a chain, "dense units=3 ! re".
_dnnrun_chain ()
{
  local before= quote=
  case $cur in
  [\'\"]*) quote=${cur:0:1} cur=${cur:1} ;;
  esac
  case $cur in
  *' '*) before="${cur% *} " cur=${cur##* } ;;
  esac
  _dnnrun_names layer activation
  COMPREPLY=("${COMPREPLY[@]/#/$before}")
}

_dnnrun ()
{
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  local verb=${COMP_WORDS[1]} IFS=$' \t\n'
  COMPREPLY=()
  # --out=x comes as three words.
  if [ "$cur" = = ]; then
    cur=
  elif [ "$prev" = = ]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
"""


def literals(text):
    """The words of "N|all" that stand for themselves."""
    return [word for word in re.split(r"[|\s\[\]]+", text or "")
            if re.fullmatch(r"[a-z][a-z_]*", word)]


def endings(text):
    return re.findall(r"\.[a-z]+", text or "")


def by_words(text):
    """The calls that complete an argument of that description."""
    calls = []
    if "CHAIN" in text:
        return "_dnnrun_chain"
    if "[KIND/]NAME" in text:
        return "_dnnrun_names"
    if text.startswith("KIND"):
        return "_dnnrun_kinds"
    if literals(text):
        calls.append(f'_dnnrun_words "{" ".join(literals(text))}"')
    found = endings(text)
    if re.search(r"\bMODEL\b", text) and ".safetensors" not in found:
        found.append(".safetensors")
    if found:
        calls.append(f"_dnnrun_files {' '.join(found)}")
    elif re.search(r"\b(DIR|RUN)\b", text):
        calls.append("_dnnrun_files")
    return "; ".join(calls)


def completes(option):
    """The call for an option's argument; ":" where nothing is to be said."""
    kinds = {"loss": "loss", "metrics": "metric", "optimizer": "optimizer"}
    if option["name"] in kinds:
        return f"_dnnrun_names {kinds[option['name']]}"
    call = by_words(option["argument"])
    if not call and option["file"]:
        return "_dnnrun_files ''"
    return call or ":"


def verb_case(verb):
    own = [f"--{option['name']}" for option in verb["options"]]
    own += [f"-{option['letter']}" for option in verb["options"]
            if option["letter"]]
    lines = [f"  {verb['name']})", "    case $prev in"]
    for option in verb["options"]:
        if option["argument"]:
            names = f"--{option['name']}"
            if option["letter"]:
                names += f" | -{option['letter']}"
            lines.append(f"    {names}) {completes(option)}; return ;;")
    lines += ["    esac",
              f'    [[ $cur == -* ]] && _dnnrun_words "{" ".join(own)} '
              '--help" && return']
    words = re.sub(r"--\S+ \S+", "", verb["arguments"])
    call = by_words(words)
    return lines + [f"    {call or ':'}", "    ;;"]


def write_completion(verbs, path):
    names = " ".join(verb["name"] for verb in verbs)
    lines = ["  if [ \"$COMP_CWORD\" -eq 1 ]; then",
             f'    _dnnrun_words "{names} --help --version"', "    return",
             "  fi", "  case $verb in"]
    for verb in verbs:
        lines += verb_case(verb)
    lines += ["  esac", "}", "", "complete -o default -F _dnnrun dnnrun"]
    pathlib.Path(path).write_text(FUNCTIONS + "\n".join(lines) + "\n",
                                  encoding="utf-8")


def main():
    form, dnnrun, *paths = sys.argv[1:]
    program, verbs = describe(dnnrun)
    for verb in verbs:
        verb["name"] = verb.pop("verb")
    if form == "man":
        write_pages(program, verbs, paths)
    else:
        write_completion(verbs, *paths)


main()
