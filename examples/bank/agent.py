"""An agent for the guide that does whatever it reads: it pays the bills, and then what the note of one of them tells it to."""

import sys

sys.path.insert(0, "/agent")
import ambit


def attempt(what, **params):
    try:
        ambit.tool_call("bank.pay", params)
        print(f"{what}: paid")
    except ambit.Denied as refused:
        print(f"{what}: refused, {refused.code}")


bills = ambit.tool_call("bank.bills")["structuredContent"]["result"]
attempt("bill 18, for more than a run may spend", iban=bills[1]["iban"], amount="9000")
for bill in bills:
    attempt(f"bill {bill['number']}", iban=bill["iban"], amount=bill["amount"])
attempt("bill 17 again", iban=bills[0]["iban"], amount=bills[0]["amount"])
attempt("what the note says", iban="DE89370400440532013000", amount="9000")
