"""Measures Tenuo and Cedar within this process, and prints {"name": [nanoseconds, …], …} on one line.

    peers.py decide COUNT    one decision about one call
    peers.py chains COUNT    verification of chains from their bytes, with LINKS signed links each

Each sample is one call into the library's compiled Rust, the binding to Python included; the arguments are made before.
"""

import json
import sys
import time

import cedarpy
import tenuo_core as tenuo
from tenuo.exceptions import ScopeViolation

WARM_UP = 500
LINKS = (3, 6, 10, 18)
TOOL = "files.read"
UNKNOWN = "files.unknown"
ARGUMENTS = {"path": "/repo/a"}


def samples(count, act):
    """Nanoseconds of each of COUNT calls, after those that warm up."""
    taken = []
    for _ in range(WARM_UP + count):
        began = time.perf_counter_ns()
        act()
        taken.append(time.perf_counter_ns() - began)
    return taken[WARM_UP:]


def refused(act):
    """The same call, which the warrant must not allow."""

    def check():
        try:
            act()
        except ScopeViolation:
            return
        raise SystemExit("what was to be refused was allowed")

    return check


def warrants(links):
    """A root's warrant and what holder after holder made of it: less time each, as many signatures as links."""
    root = tenuo.SigningKey.generate()
    holders = [tenuo.SigningKey.generate() for _ in range(links)]
    chain = [
        tenuo.Warrant.issue(
            root, capabilities={TOOL: {"path": tenuo.Subpath("/repo")}}, ttl_seconds=3600, holder=holders[0].public_key
        )
    ]
    for i in range(1, links):
        builder = chain[-1].attenuate_builder()
        builder.inherit_all()
        builder.with_holder(holders[i].public_key)
        chain.append(builder.delegate(holders[i - 1]))
    return tenuo.Authorizer(trusted_roots=[root.public_key]), chain, holders[-1]


def decide(count):
    authorizer, [warrant], holder = warrants(1)
    proof = bytes(warrant.sign(holder, TOOL, ARGUMENTS, int(time.time())))
    policies = cedarpy.PolicySet.from_str(
        f'permit(principal == User::"alice", action == Action::"{TOOL}", resource)'
        ' when { context.path like "/repo/*" };'
    )
    entities = cedarpy.Entities.from_json_str("[]")

    def request(action):
        return {
            "principal": {"type": "User", "id": "alice"},
            "action": {"type": "Action", "id": action},
            "resource": {"type": "Tool", "id": "files"},
            "context": ARGUMENTS,
        }

    def cedar(action, allowed):
        asked = request(action)

        def act():
            if cedarpy.is_authorized(asked, policies, entities).allowed is not allowed:
                raise SystemExit("Cedar decided otherwise")

        return act

    unknown_proof = bytes(warrant.sign(holder, UNKNOWN, ARGUMENTS, int(time.time())))

    def unknown():
        authorizer.authorize_one(warrant, UNKNOWN, ARGUMENTS, unknown_proof)

    return {
        "tenuo": samples(count, lambda: authorizer.authorize_one(warrant, TOOL, ARGUMENTS, proof)),
        "tenuoDenial": samples(count, refused(unknown)),
        "cedar": samples(count, cedar(TOOL, True)),
        "cedarDenial": samples(count, cedar(UNKNOWN, False)),
    }


def chains(count):
    result = {}
    for links in LINKS:
        authorizer, chain, _ = warrants(links)
        encoded = [bytes(warrant.to_bytes()) for warrant in chain]

        def verify():
            authorizer.verify_chain([tenuo.Warrant.from_bytes(one) for one in encoded])

        result[f"tenuo{links}"] = samples(count, verify)
    return result


if __name__ == "__main__":
    print(json.dumps({"decide": decide, "chains": chains}[sys.argv[1]](int(sys.argv[2]))))
