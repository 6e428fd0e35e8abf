"""Runs one question through ten agent frameworks, outside and inside Ambit: see scripts/frameworks, which sets up and starts it."""

import argparse
import contextlib
import itertools
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
RUNTIME = EXAMPLES / ".runtime"
PLACE = ROOT / "target/frameworks"
WORKSPACE = PLACE / "workspace"
TABLE = ROOT / "docs/reference/frameworks.md"
# The model is the scripted one, whatever its name; LlamaIndex knows only names of OpenAI's.
MODEL = "gpt-5-mini"
QUESTION = "Which commits touched the parser, and what do the design notes say about it, in the directory {}?"


@dataclass(frozen=True)
class Framework:
    """One program: its command, with {agent} for where its files are and {name} for each of the environments in sees."""

    title: str
    package: str  # whose version is shown
    command: tuple[str, ...]
    files: dict[str, Path]  # what the agent's directory holds
    sees: dict[str, Path]
    needs: str = "nothing"


def python(title, package, runtime, program, needs="nothing"):
    return Framework(title, package, (f"/opt/{runtime}/bin/python", f"/agent/{program.name}"), {program.name: program}, {f"/opt/{runtime}": RUNTIME / runtime}, needs)


def javascript(title, package, program):
    path = EXAMPLES / "frameworks/javascript" / program
    return Framework(title, package, ("node", f"/agent/{program}"), {program: path, "node_modules": RUNTIME / "javascript/node_modules"}, {})


def java(title, package, name, program):
    path = EXAMPLES / "frameworks" / name / program
    jdk = Path(os.environ["AMBIT_JAVA_HOME"])
    return Framework(title, package, ("/opt/java/bin/java", "-cp", f"/opt/{name}/lib/*", f"/agent/{program}"), {program: path}, {"/opt/java": jdk, f"/opt/{name}": RUNTIME / name})


def frameworks():
    here = EXAMPLES / "frameworks"
    return {
        "langgraph": python("LangGraph", "langgraph", "python", EXAMPLES / "notes/agent.py"),
        "crewai": python("CrewAI", "crewai", "crew", EXAMPLES / "crew/crew.py"),
        "openai-agents": python("OpenAI Agents SDK", "openai-agents", "openai-agents", here / "openai_agent.py"),
        "pydantic-ai": python("Pydantic AI", "pydantic-ai-slim", "pydantic-ai", here / "pydantic_agent.py"),
        "llama-index": python("LlamaIndex", "llama-index-core", "llama-index", here / "llama_agent.py"),
        "ag2": python("AG2 (AutoGen)", "ag2", "ag2", here / "ag2_agent.py"),
        "vercel-ai": javascript("Vercel AI SDK", "ai", "vercel.mjs"),
        "langgraph-js": javascript("LangGraph.js", "@langchain/langgraph", "langgraph.mjs"),
        "langchain4j": java("LangChain4j", "langchain4j", "langchain4j", "LangChainAgent.java"),
        "spring-ai": java("Spring AI", "spring-ai-openai", "spring-ai", "SpringAgent.java"),
    }


def version(framework):
    """Of the framework's package, as its environment has it."""
    where, package = framework.sees | framework.files, framework.package
    if modules := where.get("node_modules"):
        return json.loads((modules / package / "package.json").read_text())["version"]
    patterns = [f"{path}/lib/{package}-*.jar" for path in framework.sees.values()]
    patterns += [f"{path}/lib/python*/site-packages/{package.replace('-', '_')}-*.dist-info" for path in framework.sees.values()]
    found = [path for pattern in patterns for path in Path("/").glob(pattern[1:])]
    return re.search(r"-(\d[^-]*?)(\.jar|\.dist-info)$", min(found, key=lambda it: len(it.name)).name)[1]


# --- The world ---------------------------------------------------------------------------------------------------------


def environment(**more):
    passed = {name: os.environ[name] for name in ("HOME", "XDG_RUNTIME_DIR", "AMBIT_JAVA_HOME") if name in os.environ}
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8"} | passed | more


@contextlib.contextmanager
def server(name, command, **env):
    """Starts a server that writes its port to a file; gives the port, and ends the server."""
    port_file = PLACE / f"{name}.port"
    with (PLACE / f"{name}.err").open("w") as err:
        process = subprocess.Popen(
            [*map(str, command), "--port-file", str(port_file)], env=environment(**env), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err
        )
    try:
        end = time.monotonic() + 60
        while not port_file.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"frameworks: the server '{name}' did not start: see {PLACE / name}.err")
            time.sleep(0.02)
        yield int(port_file.read_text())
    finally:
        process.terminate()
        process.wait(20)


def configuration(chosen, model_port):
    """The ambit.yaml for all of them: the tools of the demonstration, and one agent for each, which may use the same."""
    demo = (EXAMPLES / "demo/ambit.yaml").read_text().replace(":9100/", f":{model_port}/")
    tools = re.sub(r"(?m)^  local:.*\n(?:(?: {3,}.*)?\n)+", "", demo[demo.index("\ntools:") : demo.index("\nagents:")])
    text = f"tenant: acme\nprincipals:\n  alice: {{may-run: [{', '.join(chosen)}]}}\n{tools}\nagents:\n"
    for name, framework in chosen.items():
        sees = framework.sees | {f"/agent/{file}": path for file, path in framework.files.items()}
        text += f"  {name}:\n    run: {json.dumps(framework.command)}\n    with: {{OPENAI_MODEL: {MODEL}}}\n    sees:\n"
        text += "".join(f"      {inside}: {json.dumps(str(path))}\n" for inside, path in sees.items())
        text += MAY_USE
    return text


# What is optional may be absent, or null: some frameworks fill it in.
MAY_USE = f"""    may-use:
      model.chat: {{where: {{model: {MODEL}, "*": any}}, at-most: 1000}}
      git.git_log:
        where: {{repo_path: /work/project, "max_count?": {{min: 1, max: 50}}, "start_timestamp?": [null], "end_timestamp?": [null]}}
        at-most: 500
      git.git_show: {{where: {{repo_path: /work/project, revision: any}}, at-most: 5000}}
      documents.search_files: {{where: {{path: /work/documents, pattern: {{glob: "**.md"}}, "excludePatterns?": any}}}}
      documents.read_text_file: {{where: {{path: {{glob: /work/documents/*.md}}, "head?": [null], "tail?": [null]}}, at-most: 500}}
      documents.read_multiple_files: {{where: {{"paths/*": {{glob: /work/documents/*.md}}}}, at-most: 500}}
    remembers: {{own: 1 MiB}}
    limits: {{memory: 2 GiB, processes: 512}}
"""


class Transcripts:
    """What the model was asked, run by run: every request's messages, whole, in their order."""

    def __init__(self, log):
        self.log, self.read = log, 0

    def next(self):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        new, self.read = lines[self.read :], len(lines)
        # What is outside calls the directory by its own name.
        requests = [json.loads(line.replace(str(WORKSPACE), "/work")) for line in new]
        return [{"messages": ordered(it["messages"]), "tools": {tool["function"]["name"] for tool in it.get("tools") or []}} for it in requests]


def ordered(messages):
    """Results of tools that run side by side come in any order, here and there; in one order here."""
    runs = itertools.groupby(messages, key=lambda it: it["role"])
    return [it for role, group in runs for it in (sorted(group, key=json.dumps) if role == "tool" else group)]


@dataclass
class Run:
    answer: str
    exit: int
    seconds: float
    transcript: list
    err: str


def outside(name, framework, model_port, tools_port, key, transcripts):
    """The command as it is, with the files where they are."""
    agent = PLACE / "outside" / name
    agent.mkdir(parents=True)
    for file, path in framework.files.items():
        shutil.copy(path, agent / file) if path.is_file() else (agent / file).symlink_to(path)
    places = {"/agent": agent} | framework.sees
    command = [next((f"{path}{part.removeprefix(seen)}" for seen, path in places.items() if part.startswith(f"{seen}/")), part) for part in framework.command]
    ports = {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model_port}/v1",
        "OPENAI_API_BASE": f"http://127.0.0.1:{model_port}/v1",
        "OPENAI_API_KEY": key,
        "MCP_SERVER_URL": f"http://127.0.0.1:{tools_port}/mcp",
    }
    quiet = {"CREWAI_DISABLE_TELEMETRY": "true", "OTEL_SDK_DISABLED": "true", "OPENAI_AGENTS_DISABLE_TRACING": "1"}
    (agent / "home").mkdir()
    return finish([*command, QUESTION.format(WORKSPACE)], agent, transcripts, HOME=str(agent / "home"), OPENAI_MODEL=MODEL, **ports, **quiet)


def inside(name, key, transcripts):
    command = [ROOT / "ambit", "run", "--as", "alice", name, "--", QUESTION.format("/work")]
    return finish(command, PLACE, transcripts, AMBIT_NO_BUILD="1", SCRIPTED_MODEL_KEY=key)


def finish(command, directory, transcripts, **env):
    began = time.monotonic()
    done = subprocess.run([*map(str, command)], cwd=directory, env=environment(**env), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
    seconds = time.monotonic() - began
    return Run(done.stdout.strip().replace(str(WORKSPACE), "/work"), done.returncode, seconds, transcripts.next(), done.stderr)


# --- The comparison ----------------------------------------------------------------------------------------------------


def judge(without, within):
    """What is not as it should be; empty where all is."""
    wrong = []
    for where, run in (("outside", without), ("inside", within)):
        if run.exit != 0 or "commits touched the parser" not in run.answer:
            wrong.append(f"{where} it does not answer (exit {run.exit}): {(run.err or run.answer).strip()[-600:]}")
    if not wrong and without.answer != within.answer:
        wrong.append("the answers differ")
    if not wrong and [it["messages"] for it in without.transcript] != [it["messages"] for it in within.transcript]:
        wrong.append("the transcripts differ: " + difference(without.transcript, within.transcript))
    if not all(inside["tools"] <= outside["tools"] for outside, inside in zip(without.transcript, within.transcript)):
        wrong.append("inside there is a tool that there is not outside")
    return wrong


def difference(without, within):
    for number, (one, other) in enumerate(zip(without, within)):
        for mine, theirs in zip(one["messages"], other["messages"]):
            if mine != theirs:
                return f"request {number + 1}: {json.dumps(mine)[:300]} and {json.dumps(theirs)[:300]}"
    return f"{len(without)} and {len(within)} requests"


def main():
    options = argparse.ArgumentParser(prog="scripts/frameworks", description="One question through agent frameworks, outside and inside Ambit.")
    options.add_argument("--write", action="store_true", help="write the table into docs/reference/frameworks.md")
    options.add_argument("framework", nargs="*")
    options = options.parse_args()
    chosen = {name: it for name, it in frameworks().items() if not options.framework or name in options.framework}
    if not chosen:
        raise SystemExit("frameworks: there are " + ", ".join(frameworks()))

    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    subprocess.run([EXAMPLES / "make-data", WORKSPACE, "clean"], check=True)
    key = secrets.token_hex(16)
    log = PLACE / "model.log"
    model = ["/usr/bin/python3", EXAMPLES / "model/scripted_model.py", "--log", log]
    gateway = [RUNTIME / "python/bin/python", EXAMPLES / "outside/gateway.py", "--workspace", WORKSPACE]
    rows, failed = [], []
    with server("model", model, SCRIPTED_MODEL_KEY=key) as model_port, server("tools", gateway) as tools_port:
        (PLACE / "ambit.yaml").write_text(configuration(chosen, model_port))
        transcripts = Transcripts(log)

        def ambit(*arguments):
            subprocess.run([ROOT / "ambit", *arguments], cwd=PLACE, env=environment(AMBIT_NO_BUILD="1", SCRIPTED_MODEL_KEY=key), check=True)

        ambit("init", "--principal", "alice")
        try:
            ambit("up")
            for name, framework in chosen.items():
                without = outside(name, framework, model_port, tools_port, key, transcripts)
                within = inside(name, key, transcripts)
                wrong = judge(without, within)
                failed += wrong
                rows.append((framework, version(framework), wrong, without, within))
                print(f"{framework.title:20} {rows[-1][1]:12} {'; '.join(wrong) or 'same answer, same transcript':30} {without.seconds:5.1f} s {within.seconds:5.1f} s", flush=True)
        finally:
            ambit("down")
    if options.write:
        write(rows)
    return 1 if failed else 0


def write(rows):
    text = TABLE.read_text()
    table = "| framework | version | needed for Ambit | requests to the model | transcript | outside | inside |\n|---|---|---|--:|---|--:|--:|\n"
    for framework, number, wrong, without, within in rows:
        same = "; ".join(wrong) or "the same"
        table += f"| {framework.title} | {number} | {framework.needs} | {len(within.transcript)} | {same} | {without.seconds:.1f} s | {within.seconds:.1f} s |\n"
    begin, end = "<!-- table -->\n", "<!-- end of table -->"
    TABLE.write_text(text[: text.index(begin) + len(begin)] + table + text[text.index(end) :])


if __name__ == "__main__":
    sys.exit(main())
